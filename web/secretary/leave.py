"""请假 of a branch or group: one tap to agree, a reason to refuse, writing down what was told (R29, F04)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import SessionState
from services import deciders, rulebook
from services.absence import leave_lists, leaves
from services.access import led_organizations
from services.actor import Actor, member_actor
from services.clock import civil_day
from services.deciders import Desk
from services.errors import ServiceError, invalid
from services.people import member_by_number
from services.study import agenda
from services.study.agenda import Led
from web.context import now
from web.secretary import row
from web.visitor import require_member

pages = Blueprint("leave_desk", __name__)

#: So many names fit a list to choose from; a larger organization's members are found by number.
NAMES = 300
#: Refusals that belong into the form, and where they stand there.
_FAULTS = {"kind": "kind", "text": "text"} | dict.fromkeys(
    ("already_there", "already_filed", "not_due", "confirmed", "cancelled", "own", "member"), "form"
)
_UNSETTLED = frozenset(
    {SessionState.PUBLISHED, SessionState.OPEN, SessionState.CLOSED, SessionState.REOPENED}
)
_DONE_WORDS = {
    "approve": "已同意",
    "refuse": "已答复不同意",
    "filed": "已登记请假。",
}


@dataclass(frozen=True)
class Typed:
    """What stands in the form of a leave that was told."""

    member: str = ""
    session: str = ""
    kind: str = ""
    words: str = ""


def require_desk(desk_of: Callable[[Actor, datetime], Desk], words: str) -> tuple[Actor, Desk]:
    """Return the person of this request as somebody who decides, and what lies on the desk.

    Raises:
        ServiceError: `forbidden` for a person on whose desk nothing of the kind can ever lie.
    """
    member = require_member()
    actor = member_actor(member.id)
    place = desk_of(actor, now())
    if place.empty:
        raise ServiceError("forbidden", words, "您自己的在「我的学习」里。", kind="forbidden")
    return actor, place


def _require() -> tuple[Actor, Desk]:
    return require_desk(leave_lists.desk, "请假由党小组长、支部书记和支委来看。")


@pages.get("/s/leave")
def show() -> str:
    """Show what waits, by the session's time and the member's name."""
    actor, _ = _require()
    waiting = leave_lists.waiting(actor, now())
    return render_template(
        "absence/desk_leave.html", waiting=waiting, word=row.on_list(_DONE_WORDS, len(waiting))
    )


@pages.get("/s/leave/<key>")
def look(key: str) -> str:
    """Show one leave with its answers."""
    actor, _ = _require()
    return _page(actor, key)


@pages.post("/s/leave/<key>/<any(approve,refuse):name>")
def decide(key: str, name: str) -> Answer | tuple[str, int]:
    """Answer it."""
    actor, _ = _require()
    reason, waiting = request.form.get("reason", ""), _keys(actor)
    try:
        if name == "approve":
            leaves.approve(actor, key, now())
        else:
            leaves.refuse(actor, key, reason, now())
    except ServiceError as error:
        if error.code != "text":
            raise
        return _page(actor, key, reason, error.message + error.hint), 400
    return row.on(waiting, key, lambda other: _way(other, name), url_for("leave_desk.show", done=name))


@pages.get("/s/leave/new")
def ask() -> str:
    """Ask whose leave was told, and from which session."""
    actor, place = _require()
    return _form(actor, place, Typed(session=request.args.get("session", "")[:10]), {})


@pages.post("/s/leave/new")
def file() -> Answer | tuple[str, int]:
    """Write it down; it is agreed to with the same entry."""
    actor, place = _require()
    form = request.form
    typed = Typed(*(form.get(name, "") for name in ("member", "session", "kind", "words")))
    try:
        if not typed.member or not typed.session:
            raise invalid("member", "还没有选谁、哪一次学习。", "请都选上。")
        member = member_by_number(typed.member[:32])
        leaves.file(member, typed.session, typed.kind, typed.words, now(), actor=actor)
    except ServiceError as error:
        if error.code not in _FAULTS:
            raise
        faults = {_FAULTS[error.code]: error.message + error.hint}
        return _form(actor, place, typed, faults), 400
    return redirect(url_for("leave_desk.show", done="filed"), 303)


def _page(actor: Actor, key: str, reason: str = "", fault: str = "") -> str:
    return render_template(
        "absence/desk_leave_one.html",
        leave=leave_lists.find(actor, key, now()),
        reason=reason,
        chosen="refuse" if fault else "",
        fault=fault,
        row=row.on_page(_DONE_WORDS, _keys(actor), key, _way),
    )


def _keys(actor: Actor) -> list[str]:
    return [item.key for item in leave_lists.waiting(actor, now())]


def _way(key: str, done: str | None = None) -> str:
    return url_for("leave_desk.look", key=key, done=done)


def _form(actor: Actor, place: Desk, typed: Typed, faults: dict[str, str]) -> str:
    held = agenda.led(led_organizations(actor.member_id or 0, civil_day(now())), now())
    return render_template(
        "absence/desk_leave_new.html",
        typed=typed,
        people=deciders.people(place, NAMES),
        sessions=_near(held),
        kinds=rulebook.current().leave(civil_day(now())).kinds,
        faults=faults,
    )


def _near(held: list[Led]) -> list[Led]:
    """Return the sessions that are not settled, the latest first: the nearest is what is spoken of."""
    return [item for item in held if item.state in _UNSETTLED]
