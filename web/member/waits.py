"""What waits for a member, in words and with the way to it; nothing here decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from models.terms import LeaveState
from services.clock import civil_day
from services.desk import Item, Waits
from services.spoken import full_day, spoken_moment


@dataclass(frozen=True)
class Waiting:
    """One line of 「等您办的事」: what it is, what is said about it, and where it leads."""

    title: str
    said: str
    act: str
    way: str


def waits_in_words(item: Item, now: datetime) -> Waiting:
    """Put one thing that waits into words."""
    return _WORDS[item.kind](item, now)


def _progress(item: Item) -> str:
    return "五段都写了，还没有交" if item.count >= 5 else f"写了 {item.count} 段，共五段"


def _until(item: Item, today: date) -> str:
    return f"{full_day(item.due, today.year)}前交" if item.due else ""


def _report(item: Item, now: datetime) -> Waiting:
    until = _until(item, civil_day(now))
    said = f"{_progress(item)}，{until}" if item.count else f"{until}，想到什么写什么"
    return Waiting(item.title, said, "接着写" if item.count else "去写", _cycle(item))


def _returned(item: Item, _now: datetime) -> Waiting:
    return Waiting(item.title, "支部看过了，请再补充几句", "去补充", _cycle(item))


def _recorded(item: Item, _now: datetime) -> Waiting:
    return Waiting(item.title, "支部同志替您写好了，请您看看是不是您的意思", "去确认", _cycle(item))


def _voice(item: Item, _now: datetime) -> Waiting:
    return Waiting(
        "语音述学", f"{item.count} 段录音整理成了文字，请您看看", "去确认", url_for("my_voices.index")
    )


def _claim(item: Item, _now: datetime) -> Waiting:
    return Waiting("积分申报", f"{item.count} 条请再补充", "去补充", url_for("claims.show"))


def _refused(item: Item, _now: datetime) -> Waiting:
    return Waiting("积分申报", f"{item.count} 条没有同意，可以提出异议", "看原因", url_for("claims.show"))


def _make_up(item: Item, now: datetime) -> Waiting:
    until = f"，最早一次{_until(item, civil_day(now))[:-1]}" if item.due else ""
    return Waiting("补学", f"{item.count} 次学习可以补{until}", "去补学", url_for("make_ups.show"))


def _leave(item: Item, now: datetime) -> Waiting:
    when = f"{spoken_moment(item.at, now)}，" if item.at else ""
    said = "请假已同意" if item.state == LeaveState.APPROVED else "请假没有同意，请看原因"
    return Waiting(item.title, f"{when}{said}", "看看", url_for("leave.show"))


def _answer(item: Item, _now: datetime) -> Waiting:
    return Waiting("支部的回复", f"您写的 {item.count} 条有了回复", "看回复", url_for("feedback.show"))


def _cycle(item: Item) -> str:
    return url_for("shuxue.show", cycle=item.key)


_WORDS: dict[Waits, Callable[[Item, datetime], Waiting]] = {
    Waits.RETURNED: _returned,
    Waits.RECORDED: _recorded,
    Waits.VOICE: _voice,
    Waits.CLAIM: _claim,
    Waits.WRITING: _report,
    Waits.MAKE_UP: _make_up,
    Waits.LEAVE: _leave,
    Waits.REFUSED_CLAIM: _refused,
    Waits.ANSWER: _answer,
}
