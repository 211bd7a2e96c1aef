"""The roll: rows by group and name, plain buttons, only the people whom the caller reaches (R27, R100)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import AttendanceStatus, SessionState
from services import pinyin
from services.addresses import screen_path
from services.clock import seconds
from services.errors import invalid
from services.policy.rates import THERE
from services.roll import attendance, marking, within
from services.roll.attendance import Place
from services.roll.marking import BEFORE_START
from services.study import agenda
from web.context import now
from web.member.shuxue import pocket_of
from web.secretary.reach import Reached, reach

pages = Blueprint("roll", __name__)


@dataclass(frozen=True)
class Button:
    """One button of a row: what it writes and what it says; `early` may be pressed before the door opens."""

    status: AttendanceStatus
    word: str
    half: int | None = None

    @property
    def value(self) -> str:
        """Return what the form sends: the status, and the half behind it."""
        return f"{self.status.value}{self.half or ''}"

    @property
    def label(self) -> str:
        """Return the whole word for those who hear the page."""
        return self.word if self.half else self.status.label

    @property
    def early(self) -> bool:
        """Whether this may be written down before the door opens."""
        return self.status in BEFORE_START

    def pressed(self, place: Place) -> bool:
        """Whether the place says just this."""
        return self.status is place.status and self.half == place.half


_PRESENT, _LATE = Button(AttendanceStatus.PRESENT, "到"), Button(AttendanceStatus.LATE, "迟")
_LEAVE = Button(AttendanceStatus.LEAVE, "假")
_FIRST, _SECOND = (
    Button(AttendanceStatus.PARTIAL, word, half) for half, word in ((1, "上半场"), (2, "下半场"))
)
#: States in which the time and place may change, until the session begins.
MOVABLE = frozenset({SessionState.DRAFT, SessionState.PUBLISHED, SessionState.OPEN})
_VALUES = {button.value: button for button in (_PRESENT, _LATE, _FIRST, _SECOND, _LEAVE)} | {
    "EXPECTED": Button(AttendanceStatus.EXPECTED, "撤回")
}
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


_LABELS = {button.value: button.label for button in _VALUES.values()} | {
    status.value: status.label for status in AttendanceStatus
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
    open_of: dict[str, int]
    summary: Summary
    buttons: tuple[Button, ...]
    page: int
    pages: int


@dataclass(frozen=True)
class Device:
    """What the page tells the phone, so that it can go on without a network (decision 0019).

    `pocket` is the mark under which this leader's entries are kept, `opens` and `drawn` are seconds since
    1970, `live` says whether the roll can still be called, `labels` names what the buttons write.
    """

    pocket: str
    member: int
    opens: int
    drawn: int
    live: bool
    labels: str


@pages.get("/s/sessions/<key>")
def show(key: str) -> str:
    """Show the roll."""
    reached = reach(key)
    places = visible(reached)
    sought = request.args.get("q", "").strip()[:50]
    found = [place for place in places if pinyin.matches(place.name, sought)]
    return render_template(
        "secretary/roll.html",
        reached=reached,
        session_=reached.session,
        state=reached.state,
        called=_called(reached, found, places),
        sought=sought,
        device=_device(reached),
        sounds=pinyin.sounds,
        said=said,
        unlisted=_unlisted(reached),
        screen=request.root_path + screen_path(reached.session),
        there=THERE,
        movable=reached.state in MOVABLE and now() < reached.session.starts_at,
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.post("/s/sessions/<key>/roll")
def call(key: str) -> Answer:
    """Write what the caller saw: one row's button, everybody who is still open, or somebody to be added."""
    reached = reach(key)
    button, numbers = _wish(reached)
    attendance.call_roll(reached.leader.actor, key, button.status, numbers, now(), half=button.half)
    if request.form.get("mark") == "all":
        return redirect(url_for("roll.show", key=key, done="all"), 303)
    page, sought = request.form.get("p", "1"), request.form.get("q", "")[:50]
    anchor = f"m-{numbers[0]}" if len(numbers) == 1 else None
    return redirect(url_for("roll.show", key=key, p=page, q=sought or None, _anchor=anchor), 303)


def visible(reached: Reached) -> list[Place]:
    """Return the places of the members whom the caller reaches, by group and name."""
    numbers = within.reached_numbers(reached.session, reached.rights)
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


def said(place: Place) -> str:
    """Return where somebody stands, in a word."""
    return _LABELS[f"{place.status.value}{place.half or ''}"]


def _wish(reached: Reached) -> tuple[Button, list[str]]:
    """Read the pressed button: `all`, a group, or a status and a number joined by a colon."""
    mark = request.form.get("mark", "")
    word, _, number = mark.partition(":")
    if word in {"all", "group"}:
        places = [place for place in visible(reached) if _open(place)]
        open_ = [place.number for place in places if word == "all" or (place.group or "") == number]
        if not open_:
            raise invalid("member", "应到的同志都已登记，没有要补的。", "请返回点名页。")
        return _PRESENT, open_
    number = number or request.form.get("member", "")
    if word not in _VALUES or not number:
        raise invalid("status", "没有看懂要登记什么。", "请返回点名页，按名字旁边的按钮。")
    return _VALUES[word], [number[:32]]


def _unlisted(reached: Reached) -> list[tuple[str, str]]:
    if reached.state not in _CALLED or reached.state is SessionState.PUBLISHED:
        return []
    return within.unlisted(reached.session, reached.rights, now())


def _open(place: Place) -> bool:
    return place.due and place.status is AttendanceStatus.EXPECTED


def _buttons(reached: Reached) -> tuple[Button, ...]:
    if reached.state not in _CALLED:
        return ()
    halves = (_FIRST, _SECOND) if marking.has_halves(reached.session) else ()
    return (_PRESENT, _LATE, *halves, _LEAVE)


def _called(reached: Reached, places: list[Place], all_places: list[Place]) -> Called:
    pages_ = max(1, -(-len(places) // within.PAGE))
    typed = request.args.get("p", "1")
    page = min(int(typed), pages_) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 5 else 1
    page = max(page, 1)
    shown = places[(page - 1) * within.PAGE : page * within.PAGE]
    groups = [(name or "", list(rows)) for name, rows in groupby(shown, key=lambda place: place.group)]
    open_of = Counter(place.group or "" for place in all_places if _open(place))
    return Called(groups, dict(open_of), summary_of(all_places), _buttons(reached), page, pages_)


def _device(reached: Reached) -> Device:
    return Device(
        pocket=pocket_of(reached.leader.member),
        member=reached.leader.member.id,
        opens=agenda.door(reached.session).opens,
        drawn=seconds(now()),
        live=reached.state in _CALLED,
        labels=json.dumps(_LABELS, ensure_ascii=False),
    )
