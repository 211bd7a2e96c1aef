"""流动党员: going out, keeping in touch, coming back, and the host branch's word (R33, R34)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid
from services.members.one import Profile
from services.moving import branches, mobility
from services.moving import hosting as stays
from services.moving.mobility import Trip
from web import typed as reading
from web.context import now
from web.secretary.keeping import fault_of, profile, word
from web.visitor import require_leader

pages = Blueprint("mobility", __name__)

_CHOICES = 300
_FIELDS = ("destination", "since", "abroad", "contact_person", "host", "day", "words")
_DONE_WORDS = {"accept": "已接收，对方支部看得到。", "refuse": "已答复不接收，对方支部看得到。"}


@pages.get("/s/members/<number>/mobility")
def ask(number: str) -> str:
    """Show where a member is, with what can be done; or the form for going out."""
    today = civil_day(now()).isoformat()
    return _page(profile(number), {"since": today, "day": today}, {})


@pages.post("/s/members/<number>/mobility")
def go_out(number: str) -> Answer | tuple[str, int]:
    """Enter that a member is away."""
    return _done(number, "away")


@pages.post("/s/members/<number>/mobility/contact")
def contacted(number: str) -> Answer | tuple[str, int]:
    """Write down a contact."""
    return _done(number, "contacted")


@pages.post("/s/members/<number>/mobility/host")
def ask_host(number: str) -> Answer | tuple[str, int]:
    """Ask another branch to look after them."""
    return _done(number, "host")


@pages.post("/s/members/<number>/mobility/back")
def come_back(number: str) -> Answer | tuple[str, int]:
    """Enter that a member is back."""
    return _done(number, "back")


@pages.get("/s/hosting")
def hosting() -> str:
    """Show whom the own branches are asked to look after, and whom they do."""
    leader = require_leader()
    if not stays.is_host(leader.actor, now()):
        raise ServiceError(
            "forbidden", "流入的党员由支部书记、支委来接收。", "请联系他们。", kind="forbidden"
        )
    return render_template(
        "members/hosting.html",
        rows=stays.hosted(leader.actor, now()),
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.post("/s/hosting/<int:stay>")
def answer(stay: int) -> Answer:
    """Say whether the own branch looks after a member."""
    leader = require_leader()
    said = request.form.get("answer", "")
    if said not in _DONE_WORDS:
        raise invalid("answer", "没有选接收还是不接收。", "请返回按其中一个按钮。")
    stays.answer(leader.actor, stay, said == "accept", now())
    return redirect(url_for("mobility.hosting", done=said), 303)


def _done(number: str, name: str) -> Answer | tuple[str, int]:
    found, leader = profile(number), require_leader()
    typed = {field: request.form.get(field, "")[:400] for field in _FIELDS}
    try:
        _act(leader.actor, number, name, typed)
    except ServiceError as error:
        faults = fault_of(error, "destination", "since", "contact_person", "host", "day", "text")
        return _page(found, typed, faults, name), 400
    return redirect(url_for("mobility.ask", number=number, done=name), 303)


def _act(actor: Actor, number: str, name: str, typed: dict[str, str]) -> None:
    if name == "contacted":
        mobility.contacted(actor, number, reading.day(typed["day"]), typed["words"], now())
    elif name == "host":
        mobility.ask_host(actor, number, typed["host"].strip(), now())
    elif name == "back":
        mobility.come_back(actor, number, reading.day(typed["day"]), now())
    else:
        trip = Trip(
            typed["destination"],
            reading.day_for("since", typed["since"]),
            typed["abroad"] == "yes",
            typed["contact_person"],
            typed["host"].strip(),
        )
        mobility.go_out(actor, number, trip, now())


def _page(found: Profile, typed: dict[str, str], faults: dict[str, str], chosen: str = "") -> str:
    hosts = branches.others(found.number)
    return render_template(
        "members/mobility.html",
        one=found,
        away=found.kept.away if found.kept is not None else None,
        typed=typed,
        faults=faults,
        chosen=chosen,
        hosts=hosts if len(hosts) <= _CHOICES else None,
        today=civil_day(now()).isoformat(),
        word=word(),
    )
