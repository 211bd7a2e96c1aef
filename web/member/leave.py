"""请假: the sessions that lie ahead with one way out each, and one's own leaves (R29, F18)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models import Member
from services import rulebook
from services.absence import leave_lists, leaves
from services.absence.leave_lists import OPEN, OpenSession
from services.clock import civil_day
from services.errors import ServiceError, not_found
from web.context import now
from web.visitor import require_member

pages = Blueprint("leave", __name__)

#: Refusals that belong beside a field; the others are a page of their own.
_FAULTS = frozenset({"kind", "text"})
_DONE_WORDS = {
    "filed": "请假已记下，等党小组长或支部书记同意。到时能来，签到就行，一样计学时。",
    "withdrawn": "请假已收回。",
}


@pages.get("/m/leave")
def show() -> str:
    """Show what lies ahead and what was filed."""
    member = require_member()
    return render_template(
        "absence/leave.html",
        sessions=leave_lists.open_sessions(member, now()),
        mine=leave_lists.of_member(member, now()),
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.get("/m/leave/new/<session>")
def ask(session: str) -> str | Answer:
    """Ask for the ground; a session with a leave leads back to the list."""
    item = _open(require_member(), session)
    if item.leave in OPEN:
        return redirect(url_for("leave.show"))
    return _form(item)


@pages.post("/m/leave/new/<session>")
def file(session: str) -> Answer | tuple[str, int]:
    """File it."""
    member = require_member()
    item = _open(member, session)
    kind, said = request.form.get("kind", ""), request.form.get("words", "")
    try:
        leaves.file(member, session, kind, said, now())
    except ServiceError as error:
        if error.code not in _FAULTS:
            raise
        return _form(item, kind, said, {error.code: error.message + error.hint}), 400
    return redirect(url_for("leave.show", done="filed"), 303)


@pages.post("/m/leave/<key>/withdraw")
def withdraw(key: str) -> Answer:
    """Take it back."""
    leaves.withdraw(require_member(), key, now())
    return redirect(url_for("leave.show", done="withdrawn"), 303)


def _open(member: Member, key: str) -> OpenSession:
    for item in leave_lists.open_sessions(member, now()):
        if item.key == key:
            return item
    raise not_found("这次学习", "可能已经确认，不用再请假。")


def _form(item: OpenSession, kind: str = "", said: str = "", faults: dict[str, str] | None = None) -> str:
    return render_template(
        "absence/leave_new.html",
        item=item,
        kinds=rulebook.current().leave(civil_day(now())).kinds,
        kind=kind,
        said=said,
        faults=faults or {},
    )
