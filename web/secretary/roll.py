"""The roll: rows by group and name, plain buttons, only the people whom the caller reaches (R27, R100)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import AttendanceStatus, SessionState
from services import agenda, attendance
from services.addresses import screen_path
from services.attendance import Place
from services.errors import invalid
from services.policy.rates import THERE
from web.context import now
from web.secretary.reach import Reached, reach

pages = Blueprint("roll", __name__)

#: What the buttons of a row say and write.
_BUTTONS = (
    (AttendanceStatus.PRESENT, "到"),
    (AttendanceStatus.LATE, "迟"),
    (AttendanceStatus.LEAVE, "假"),
)
_BEFORE = frozenset({AttendanceStatus.LEAVE})
#: States in which the time and place may change, until the session begins.
MOVABLE = frozenset({SessionState.DRAFT, SessionState.PUBLISHED, SessionState.OPEN})
_CALLED = frozenset({SessionState.PUBLISHED, SessionState.OPEN, SessionState.CLOSED, SessionState.REOPENED})
_DONE_WORDS = {
    "published": "已发布，到时扫会场屏上的码签到。",
    "twin": "这次学习刚才已经发布，没有重复建。",
    "all": "还没到的都记成了到会。",
    "moved": "已改好。时间地点有变，会告诉应到的同志。",
    "moved_draft": "已改好。",
    "closed": "签到已结束，没签上的可以点名。",
    "confirmed": "已确认，学时已记入每个人的账。",
    "reopened": "已退回重核，改好后请再确认。",
}


@dataclass(frozen=True)
class Summary:
    """The counts of the rows that the caller sees."""

    due: int
    present: int
    leave: int
    missing: int


@dataclass(frozen=True)
class Called:
    """The rows of one page of the roll, grouped, with what may be pressed."""

    groups: list[tuple[str, list[Place]]]
    summary: Summary
    buttons: tuple[tuple[AttendanceStatus, str], ...]
    page: int
    pages: int


@pages.get("/s/sessions/<key>")
def show(key: str) -> str:
    """Show the roll."""
    reached = reach(key)
    places = visible(reached)
    sought = request.args.get("q", "").strip()[:50]
    return render_template(
        "secretary/roll.html",
        reached=reached,
        session_=reached.session,
        state=reached.state,
        called=_called(reached, [place for place in places if sought in place.name], summary_of(places)),
        sought=sought,
        unlisted=agenda.unlisted(reached.session, reached.rights, now()) if _buttons(reached) else [],
        screen=request.root_path + screen_path(key),
        there=THERE,
        movable=reached.state in MOVABLE and now() < reached.session.starts_at,
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.post("/s/sessions/<key>/roll")
def call(key: str) -> Answer:
    """Write what the caller saw: one row's button, everybody who is still open, or somebody to be added."""
    reached = reach(key)
    status, numbers = _wish(reached)
    attendance.call_roll(reached.leader.actor, key, status, numbers, now())
    if request.form.get("mark") == "all":
        return redirect(url_for("roll.show", key=key, done="all"), 303)
    page, sought = request.form.get("p", "1"), request.form.get("q", "")[:50]
    anchor = f"m-{numbers[0]}" if len(numbers) == 1 else None
    return redirect(url_for("roll.show", key=key, p=page, q=sought or None, _anchor=anchor), 303)


def visible(reached: Reached) -> list[Place]:
    """Return the places of the members whom the caller reaches, by group and name."""
    numbers = agenda.reached_numbers(reached.session, reached.rights)
    roll = attendance.roll(reached.session.key, now())
    return [place for place in roll.places if place.number in numbers]


def summary_of(places: list[Place]) -> Summary:
    """Count the places."""
    due = [place for place in places if place.due]
    return Summary(
        due=len(due),
        present=sum(place.status in THERE for place in places),
        leave=sum(place.status is AttendanceStatus.LEAVE for place in due),
        missing=sum(place.status in {AttendanceStatus.EXPECTED, AttendanceStatus.ABSENT} for place in due),
    )


def _wish(reached: Reached) -> tuple[AttendanceStatus, list[str]]:
    """Read the pressed button: `all`, or a status and a number joined by a colon."""
    mark = request.form.get("mark", "")
    if mark == "all":
        open_ = [p.number for p in visible(reached) if p.due and p.status is AttendanceStatus.EXPECTED]
        if not open_:
            raise invalid("member", "应到的同志都已登记，没有要补的。", "请返回点名页。")
        return AttendanceStatus.PRESENT, open_
    word, _, number = mark.partition(":")
    number = number or request.form.get("member", "")
    if word not in set(AttendanceStatus) or not number:
        raise invalid("status", "没有看懂要登记什么。", "请返回点名页，按名字旁边的按钮。")
    return AttendanceStatus(word), [number[:32]]


def _buttons(reached: Reached) -> tuple[tuple[AttendanceStatus, str], ...]:
    if reached.state not in _CALLED:
        return ()
    if reached.state is SessionState.PUBLISHED:
        return tuple(button for button in _BUTTONS if button[0] in _BEFORE)
    return _BUTTONS


def _called(reached: Reached, places: list[Place], summary: Summary) -> Called:
    pages_ = max(1, -(-len(places) // agenda.PAGE))
    typed = request.args.get("p", "1")
    page = min(int(typed), pages_) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 5 else 1
    page = max(page, 1)
    shown = places[(page - 1) * agenda.PAGE : page * agenda.PAGE]
    groups = [(name or "", list(rows)) for name, rows in groupby(shown, key=lambda place: place.group)]
    return Called(groups, summary, _buttons(reached), page, pages_)
