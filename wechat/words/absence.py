"""What the chat says about 请假 and 补学: which number stands for what, what was done, what next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models import Leave, MakeUp
from models.terms import LeaveKind, LeaveState, MakeUpMode, MakeUpState
from services import spoken
from services.absence.leave_lists import OpenSession
from services.absence.make_up_lists import MyMakeUp

#: So many sessions stand in one answer; the page has them all.
SHOWN = 4
#: How a leave stands, beside its session.
_OF_SESSION = {LeaveState.SUBMITTED: "已请假，等同意", LeaveState.APPROVED: "请假已同意"}


def leave_list(sessions: Sequence[OpenSession], kinds: Sequence[LeaveKind], now: datetime, page: str) -> str:
    """List the sessions for which leave may be filed, numbered, with one example."""
    if not sessions:
        return f"现在没有需要请假的学习。\n以前请的假：{page}"
    rows = ["来不了的，请发「请假 序号 事由」："]
    for number, item in enumerate(sessions[:SHOWN], 1):
        said = _OF_SESSION.get(item.leave) if item.leave else None
        noted = f"（{said}）" if said else ""
        rows.append(f"{number}. {spoken.spoken_moment(item.starts_at, now)} {item.title}{noted}")
    others = f"（或{_or(kinds[1:])}）" if kinds[1:] else ""
    rows += [f"例如：请假 1 {kinds[0].label}{others}", page]
    return "\n".join(rows)


def ask_ground(number: int, item: OpenSession, kinds: Sequence[LeaveKind]) -> str:
    """Ask for the ground of a leave, in one line to copy."""
    asked = f"「{item.title}」请假是什么事由？"
    return f"{asked}\n请发「请假 {number} {kinds[0].label}」，也可以写：{_or(kinds[1:])}。"


def leave_filed(leave: Leave, item: OpenSession, now: datetime) -> str:
    """Say what was filed, and that coming after all is no trouble."""
    when = spoken.spoken_moment(item.starts_at, now)
    how = "已同意" if leave.state is LeaveState.APPROVED else "等党小组长或支部书记同意"
    return (
        f"请假已记下：{when} {item.title}\n事由：{leave.kind.label}，{how}。不用证明。\n"
        "到时能来，签到就行，一样计学时。"
    )


def make_up_list(items: Sequence[MyMakeUp], now: datetime, page: str) -> str:
    """List what can be made up, numbered, with what it is worth and one example."""
    if not items:
        return f"没有要补的学习。\n补过的在这里：{page}"
    rows = ["可以补学，请发「补学 序号 + 学了什么」："]
    rows += [f"{number}. {_row(item, now)}" for number, item in enumerate(items[:SHOWN], 1)]
    rows += ["例如：补学 1 读了党章总纲；请人上门：补学 1 送学上门", page]
    return "\n".join(rows)


def ask_what(number: int, item: MyMakeUp) -> str:
    """Ask what was done, in one line to copy."""
    asked = f"「{item.title}」怎么补的？写一句就行。"
    return f"{asked}\n请发「补学 {number} 读了……」，或「补学 {number} 送学上门」。"


def handed_in(row: MakeUp, item: MyMakeUp) -> str:
    """Say what was handed in or asked for, what it is worth, and who looks at it."""
    worth = spoken.hours(item.worth)
    if row.done_on is None:
        asked = "请支部上门" if row.mode is MakeUpMode.VISIT else "请支部同志来交流"
        return f"已记下：{asked}，补「{item.title}」。\n支部会跟您约时间，补好以后计 {worth} 学时。"
    head = f"补学已交：{item.title}（{row.mode.label}）"
    return f"{head}\n支部确认后计 {worth} 学时。\n写错了再发一次，以后一次为准。"


def wrong_number(word: str, count: int) -> str:
    """Say which numbers there are."""
    return f"没有这个序号，现在是 1 到 {count}。\n请发「{word}」看看是哪一次。"


def _row(item: MyMakeUp, now: datetime) -> str:
    day = spoken.spoken_day(item.held_at, now)
    row = f"{day} {item.title}，{spoken.hours(item.worth)} 学时"
    if item.state is MakeUpState.SUBMITTED:
        return f"{row}（{'等支部上门' if item.asks_visit else '已交，等支部确认'}）"
    if item.state is MakeUpState.RETURNED:
        return f"{row}（请再补充：{item.reason}）"
    return row


def _or(kinds: Sequence[LeaveKind]) -> str:
    return "、".join(kind.label for kind in kinds)
