"""Reading what somebody typed into values, strictly: a look-alike is refused, never guessed at.

`int()`, `Decimal()` and `datetime.fromisoformat()` take １２, 1_000, NaN and 20261121; here the form is
checked first, so that both databases only ever see plain values.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

from models.terms import Term
from services.clock import ZONE

T = TypeVar("T", bound=Term)

_WHOLE = re.compile(r"[0-9]{1,5}")
_YEAR = re.compile(r"[0-9]{4}")
_HOURS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)


def whole(text: str) -> int:
    """Read a whole number of minutes."""
    if not _WHOLE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"「{text}」不是整数，请用数字写，例如 90")
    return int(text)


def port(text: str) -> int:
    """Read a port that leaves room for the next one."""
    if not _WHOLE.fullmatch(text) or not 1 <= int(text) <= 65534:
        raise argparse.ArgumentTypeError(f"「{text}」不能作端口，请写 1 到 65534 之间的整数，例如 8000")
    return int(text)


def year(text: str) -> int:
    """Read a year in which there can be hours."""
    if not _YEAR.fullmatch(text) or not 1921 <= int(text) <= 2999:
        raise argparse.ArgumentTypeError(f"「{text}」不是年份，请写四位数字，例如 2026")
    return int(text)


def hours(text: str) -> Decimal:
    """Read hours."""
    if not _HOURS.fullmatch(text):
        raise argparse.ArgumentTypeError(f"「{text}」不是学时数，请用数字写，例如 1 或 1.5")
    return Decimal(text)


def day(text: str) -> date:
    """Read a civil day."""
    complaint = f"「{text}」不是日期，请写成 2026-12-20 这样"
    if not _DAY.fullmatch(text):
        raise argparse.ArgumentTypeError(complaint)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(complaint) from error


def moment(text: str) -> datetime:
    """Read an ISO 8601 moment; without an offset it is Beijing time."""
    complaint = f"「{text}」不是时间，请写成 2026-11-21T14:00 这样（北京时间），或带上时区"
    if not _MOMENT.fullmatch(text):
        raise argparse.ArgumentTypeError(complaint)
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=ZONE)).astimezone(ZONE)
    except (ValueError, OverflowError) as error:
        raise argparse.ArgumentTypeError(complaint) from error


def term(terms: type[T]) -> Callable[[str], T]:
    """Return a reader of one closed list: by identifier or by the Chinese that people say."""

    def read(text: str) -> T:
        found = terms.of_label(text) or next((each for each in terms if each == text.upper()), None)
        if found is None:
            known = "、".join(f"{each}（{each.label}）" for each in terms)
            raise argparse.ArgumentTypeError(f"没有「{text}」，可以写：{known}")
        return found

    return read
