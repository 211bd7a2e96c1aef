"""积分申报 of a branch: one after another, by name and day; objections apart (F02, R27, DOMAIN part 5)."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services.access import ABOVE, LEADING
from services.clock import civil_day
from services.errors import ServiceError
from services.points import claimable, claims, judging
from services.points.claim_lists import Claim
from web.context import now
from web.member.claims import Typed, beside, faults_of, typed_claim
from web.secretary import row
from web.visitor import Leader, require_leader

pages = Blueprint("claims_desk", __name__)

#: What is said again and again, so that it needs no typing.
REASONS = ("请写清楚做了什么。", "日期请再核对一下。", "这件事请换一项来报。")
_FAULTS = frozenset({"text", "credited"})
_DONE_WORDS = {
    "filed": "已替本人记下。看过没有问题，就同意。",
    "approve": "已同意，分已记上",
    "return": "已请本人补充",
    "refuse": "已答复不同意",
    "agree": "已同意，分已记上",
    "final": "已答复",
    "reverse": "已冲回，本人会看到原因。",
}


@pages.get("/s/claims")
def show() -> str:
    """Show what waits."""
    leader = require_running()
    queue = judging.waiting(leader.actor, now())
    return render_template(
        "secretary/claims.html",
        queue=queue,
        posted=judging.posted(leader.actor, now()),
        may_write=any(grant.role in LEADING for grant in leader.grants),
        word=row.on_list(_DONE_WORDS, queue.size),
    )


@pages.get("/s/claims/new")
def ask() -> str:
    """Show the form for what a member without a phone has told the branch."""
    return _form(require_running(), Typed(day=civil_day(now()).isoformat()), {})


@pages.post("/s/claims/new")
def file() -> Answer | tuple[str, int]:
    """Write it down; a fault shows the form again with what was typed."""
    leader, typed, number = require_running(), typed_claim(), request.form.get("member", "")[:32]
    faults = faults_of(typed)
    if not faults and not number:
        faults = {"member": "还没有选是哪位同志。请选一位。"}
    if not faults:
        try:
            day = date.fromisoformat(typed.day)
            actor = leader.actor
            claim = claims.file_for(actor, number, now(), item=typed.item, day=day, words=typed.words)
            return redirect(url_for("claims_desk.look", key=claim.key, done="filed"), 303)
        except ServiceError as error:
            faults = beside(error)
    return _form(leader, typed, faults, number), 400


@pages.get("/s/claims/<key>")
def look(key: str) -> str:
    """Show one claim with its answers."""
    leader = require_running()
    return _page(leader, judging.look(leader.actor, key, now()))


@pages.post("/s/claims/<key>/<any(approve,return,refuse,agree,final,reverse):name>")
def decide(key: str, name: str) -> Answer | tuple[str, int]:
    """Answer; then the next one that waits is opened at once."""
    leader = require_running()
    claim = judging.look(leader.actor, key, now())
    reason = request.form.get("common") or request.form.get("reason", "")
    waiting = _keys(leader)
    try:
        _act(leader, key, name, reason)
    except ServiceError as error:
        if error.code not in _FAULTS:
            raise
        return _page(leader, claim, reason, name, error.message + error.hint), 400
    return row.on(waiting, key, lambda other: _way(other, name), url_for("claims_desk.show", done=name))


def require_running() -> Leader:
    """Return somebody who may decide claims.

    Raises:
        ServiceError: `forbidden` for a group head, who decides none.
    """
    leader = require_leader()
    if not any(grant.role in LEADING | ABOVE for grant in leader.grants):
        raise ServiceError("forbidden", "申报由支部书记、支委来看。", "请联系他们。", kind="forbidden")
    return leader


def _act(leader: Leader, key: str, name: str, reason: str) -> None:
    if name == "approve":
        judging.approve(leader.actor, key, now())
    elif name in {"agree", "final"}:
        judging.decide_objection(leader.actor, key, name == "agree", reason, now())
    else:
        verbs = {"return": judging.give_back, "refuse": judging.refuse, "reverse": judging.reverse}
        verbs[name](leader.actor, key, reason, now())


def _keys(leader: Leader) -> list[str]:
    return [claim.key for claim in judging.waiting(leader.actor, now()).in_order]


def _way(key: str, done: str | None = None) -> str:
    return url_for("claims_desk.look", key=key, done=done)


def _form(leader: Leader, typed: Typed, faults: dict[str, str], number: str = "") -> str:
    return render_template(
        "secretary/claim_new.html",
        people=judging.members(leader.actor, now()),
        number=number,
        items=claimable.items(now()),
        typed=typed,
        faults=faults,
        months=claimable.open_months(now()),
        longest=claims.LONGEST,
    )


def _page(leader: Leader, claim: Claim, reason: str = "", name: str = "", fault: str = "") -> str:
    return render_template(
        "secretary/claim.html",
        claim=claim,
        reasons=REASONS,
        reason=reason,
        chosen=name,
        fault=fault,
        row=row.on_page(_DONE_WORDS, _keys(leader), claim.key, _way),
    )
