"""Dates, times and hours as people say them, alike in the chat and on the pages."""

from __future__ import annotations

from datetime import date, datetime

from services.clock import civil, civil_day
from services.policy import amounts

_WEEKDAYS = "一二三四五六日"
_NEAR = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}


def hours(stored: int) -> str:
    """Write stored hundredths as people do: 21.5, 32, 0.75."""
    text = amounts.text(stored)
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed_hours(stored: int) -> str:
    """Write a line's hours with its sign and one decimal, so that lines stand under each other: +1.0."""
    sign = "−" if stored < 0 else "+"
    return sign + amounts.text(abs(stored))


def clock_time(at: datetime) -> str:
    """Write the civil time of day: 9:30."""
    local = civil(at)
    return f"{local.hour}:{local.minute:02d}"


def weekday(day: date) -> str:
    """Return 周一 … 周日."""
    return "周" + _WEEKDAYS[day.weekday()]


def full_day(day: date, this_year: int) -> str:
    """Write a day with its weekday, and with its year when that is another one: 3月5日（周四）.

    A weekday years ago tells nobody anything: 2015年7月1日.
    """
    if abs(day.year - this_year) > 1:
        return f"{day.year}年{day.month}月{day.day}日"
    year = "" if day.year == this_year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日（{weekday(day)}）"


def spoken_day(at: datetime, now: datetime) -> str:
    """Say a day: 今天, 明天, 周四 within the coming week, else 3月5日（周四）."""
    day, today = civil_day(at), civil_day(now)
    away = (day - today).days
    if away in _NEAR:
        return _NEAR[away]
    if 0 < away < 7:
        return weekday(day)
    return full_day(day, today.year)


def spoken_moment(at: datetime, now: datetime) -> str:
    """Say a moment: 今天 14:00."""
    return f"{spoken_day(at, now)} {clock_time(at)}"


def exact_moment(at: datetime) -> str:
    """Write a moment in full, for those who tap: 2026年3月5日 14:00."""
    local = civil(at)
    return f"{local.year}年{local.month}月{local.day}日 {clock_time(at)}"


def paired(digits: str) -> str:
    """Write six digits in pairs, as they are read aloud: 48 39 20."""
    return " ".join(digits[at : at + 2] for at in range(0, len(digits), 2))
