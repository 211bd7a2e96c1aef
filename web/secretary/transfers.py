"""组织关系转接: offering a member to another branch, taking one in, going out of the service (R10, R11)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services.clock import civil_day
from services.errors import ServiceError
from services.members.one import Profile
from services.moving import branches, transfer_lists, transfers
from web import typed as reading
from web.context import now
from web.secretary.keeping import fault_of, profile
from web.stepping import require_proof
from web.visitor import require_leader

pages = Blueprint("transfers", __name__)

#: More branches than this are found by their code: nobody scrolls through a district.
_CHOICES = 300
_DONE_WORDS = {
    "accept": "已接收，从现在起是本支部的同志。",
    "refuse": "已答复不接收，对方支部看得到。",
    "withdraw": "已收回，人还在本支部。",
}


@pages.get("/s/transfers")
def show() -> str:
    """Show who waits to come, who waits to go, and what was settled lately."""
    leader = require_leader()
    _require_branches()
    return render_template(
        "members/transfers.html",
        coming=transfer_lists.coming(leader.actor, now()),
        going=transfer_lists.going(leader.actor, now()),
        settled=transfer_lists.settled(leader.actor, now()),
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.get("/s/transfers/<key>")
def look(key: str) -> str:
    """Show one transfer to the branch that is asked."""
    return _answer_page(key, {})


@pages.post("/s/transfers/<key>/<any(accept,refuse,withdraw):name>")
def decide(key: str, name: str) -> Answer | tuple[str, int]:
    """Answer it, or take it back."""
    leader = require_leader()
    try:
        if name == "accept":
            # Who is taken in leaves another branch, and every office there with it.
            transfer_lists.find(leader.actor, key, now())
            require_proof()
            transfers.accept(leader.actor, key, now(), request.form.get("group", "")[:64])
        else:
            verb = transfers.refuse if name == "refuse" else transfers.withdraw
            verb(leader.actor, key, now())
    except ServiceError as error:
        if error.code != "group":
            raise
        return _answer_page(key, {"group": error.message + error.hint}), 400
    return redirect(url_for("transfers.show", done=name), 303)


@pages.get("/s/members/<number>/transfer")
def ask(number: str) -> str:
    """Ask where to, and since when."""
    return _page(profile(number), {"way": "inside", "day": civil_day(now()).isoformat()}, {})


@pages.post("/s/members/<number>/transfer")
def propose(number: str) -> Answer | tuple[str, int]:
    """Offer the member to the other branch, or write the transfer out of the service down."""
    found, leader = profile(number), require_leader()
    require_proof()
    typed = {name: request.form.get(name, "")[:200] for name in ("way", "target", "outside", "day")}
    try:
        day = reading.day(typed["day"])
        if typed["way"] == "outside":
            transfers.move_out(leader.actor, number, typed["outside"], day, now())
        else:
            transfers.propose(leader.actor, number, typed["target"].strip(), day, now())
    except ServiceError as error:
        return _page(found, typed, fault_of(error, "day", "target", "outside")), 400
    done = "moved" if typed["way"] == "outside" else "moving"
    return redirect(url_for("members.look", number=number, done=done), 303)


def _require_branches() -> None:
    if not transfer_lists.led_paths(require_leader().actor, civil_day(now())):
        raise ServiceError("forbidden", "转接由支部书记、支委来办。", "请联系他们。", kind="forbidden")


def _page(found: Profile, typed: dict[str, str], faults: dict[str, str]) -> str:
    targets = branches.others(found.number)
    return render_template(
        "members/transfer.html",
        one=found,
        typed=typed,
        faults=faults,
        targets=targets if len(targets) <= _CHOICES else None,
    )


def _answer_page(key: str, faults: dict[str, str]) -> str:
    leader = require_leader()
    return render_template(
        "members/transfer_in.html",
        moving=transfer_lists.find(leader.actor, key, now()),
        groups=transfer_lists.groups(leader.actor, key, now()),
        group=request.form.get("group", ""),
        faults=faults,
    )
