"""Paper: a sheet to sign, and what people signed entered with one press (F04)."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import AttendanceStatus, SessionState
from services.errors import ServiceError
from services.policy.rates import THERE
from services.roll import paper
from services.roll.attendance import Place
from web.context import commit
from web.secretary.reach import Reached, reach
from web.secretary.roll import visible

pages = Blueprint("paper", __name__)

#: A sheet has some lines for those whom nobody expected.
_EMPTY_LINES = 4
_MOST = 2000
_ENTERED = frozenset({SessionState.OPEN, SessionState.CLOSED, SessionState.REOPENED})


@pages.get("/s/sessions/<key>/sheet")
def sheet(key: str) -> str:
    """Show the sheet to be printed: names by group, room to sign beside each."""
    reached = reach(key)
    return render_template(
        "secretary/sheet.html",
        session_=reached.session,
        groups=_groups(visible(reached)),
        empty=range(_EMPTY_LINES),
    )


@pages.get("/s/sessions/<key>/paper")
def ask(key: str) -> str:
    """Show the list with everybody ticked who is expected: only who was not there is to be unticked."""
    reached = _allowed(key)
    return render_template(
        "secretary/paper.html",
        session_=reached.session,
        groups=_groups(visible(reached)),
        there=THERE,
        expected=AttendanceStatus.EXPECTED,
    )


@pages.post("/s/sessions/<key>/paper")
def enter(key: str) -> Answer:
    """Write it down, once however often it is pressed."""
    reached = reach(key)
    listed, came = (
        [number[:32] for number in request.form.getlist(name)[:_MOST]] for name in ("listed", "came")
    )
    commit(lambda at: paper.enter(reached.leader.actor, key, listed, came, at))
    return redirect(url_for("around.show", key=key, done="paper"), 303)


def _allowed(key: str) -> Reached:
    reached = reach(key)
    if reached.state not in _ENTERED:
        words = f"这次学习{reached.state.label}，现在不能补登签到表。"
        raise ServiceError("wrong_state", words, "签到开始以后、确认以前可以登。")
    return reached


def _groups(places: list[Place]) -> list[tuple[str, list[Place]]]:
    return [(name or "", list(rows)) for name, rows in groupby(places, key=lambda place: place.group)]
