"""What became of a scan, in the words of PAGES.md: what happened, the number that matters, what next."""

from __future__ import annotations

from dataclasses import dataclass

from models.terms import AttendanceStatus
from services.arrival.checkin import CheckIn, Outcome
from services.clock import moment
from services.spoken import clock_time, hours


@dataclass(frozen=True)
class Result:
    """A result page: its headline, its lines, and whether the code of a card is asked for."""

    headline: str
    title: str
    lines: tuple[str, ...]
    asks_code: bool = False


def result_of(check_in: CheckIn) -> Result:
    """Put a check-in into words."""
    return _WORDS[check_in.outcome](check_in)


def _signed(check_in: CheckIn) -> Result:
    late = "，记为迟到" if check_in.status == AttendanceStatus.LATE else ""
    first = f"{_time(check_in)} 到场{late}，本次 {hours(check_in.credit)} 学时，会后由支部确认。"
    return Result("签到成功", check_in.title, (first, _year(check_in)))


def _already(check_in: CheckIn) -> Result:
    return Result(f"您 {_time(check_in)} 已签到", check_in.title, ("不用重复扫码。", _year(check_in)))


def _guest(check_in: CheckIn) -> Result:
    line = f"您是{check_in.branch_name}的党员，本次学习会转给您的支部确认学时。"
    return Result("欢迎来旁听", check_in.title, (line,))


def _waiting(check_in: CheckIn) -> Result:
    lines = (
        f"请在 {check_in.waiting_minutes} 分钟内输入卡片上的编码，签到时间仍算 {_time(check_in)}。",
        "没有卡片？请身边的支部书记帮您点名，一样计学时。",
    )
    return Result(f"已记下您 {_time(check_in)} 扫了码", check_in.title, lines, asks_code=True)


_WORDS = {
    Outcome.SIGNED: _signed,
    Outcome.ALREADY: _already,
    Outcome.GUEST: _guest,
    Outcome.WAITING: _waiting,
}


def _time(check_in: CheckIn) -> str:
    return clock_time(moment(check_in.at))


def _year(check_in: CheckIn) -> str:
    so_far = f"今年已有 {hours(check_in.credited)} 学时"
    return f"{so_far}，还差 {hours(check_in.lacking)}。" if check_in.lacking else f"{so_far}。"
