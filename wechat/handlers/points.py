"""积分 and 申报 in the chat."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from services import binding, points
from services.clock import civil_day
from services.errors import ServiceError
from services.points import claim_lists, claimable, claims
from services.rulebook.points import PointItem
from wechat import texts
from wechat.call import Call
from wechat.words import points as words

#: 申报, the number of the item, and the rest as it was typed.
_LINE = re.compile(r"\s*(?:我要|我的)?申报[\s:：]*(\d{1,2})[\s:：、.．。,，]*(.*)", re.DOTALL)
_NEAR = {"今天": 0, "昨天": 1, "前天": 2}
_NEAR_DAY = re.compile(r"(今天|昨天|前天)[\s,，:：]*(.*)", re.DOTALL)
_FULL_DAY = re.compile(
    r"(?:(\d{4})[年\-/.])?(\d{1,2})[月\-/.](\d{1,2})(?:[日号]|(?!\d))[\s,，:：]*(.*)", re.DOTALL
)


def my_points(call: Call) -> str:
    """Answer 积分."""
    member = binding.member_of(call.openid)
    if member is None:
        return texts.NOT_BOUND
    view = points.view(member, None, call.now)
    return words.points(view, claim_lists.returned(member), f"{call.public_url}/m/points")


def claim(call: Call) -> str:
    """Answer 申报: alone it lists what may be claimed; with a number, a day and words it files."""
    member = binding.member_of(call.openid)
    if member is None:
        return texts.NOT_BOUND
    page = f"{call.public_url}/m/claims"
    items, months = claimable.items(call.now), claimable.open_months(call.now)
    line = _LINE.fullmatch(call.inbound.text)
    if line is None:
        ahead = "" if call.inbound.text.strip().endswith("申报") else words.NO_NUMBER
        return ahead + words.claimable(items, months, page)
    number = int(line.group(1))
    if not 1 <= number <= len(items):
        return words.NO_NUMBER + words.claimable(items, months, page)
    item, today = items[number - 1], civil_day(call.now)
    day, said = _day_and_words(line.group(2), today)
    fault = _lacking(item, number, day, said, today)
    if fault or day is None:
        return fault
    if not points.view(member, None, call.now).in_scope:
        return words.outside(f"{call.public_url}/m/points")
    return words.filed(claims.file(member, item.key, day, said, call.now), page)


def _lacking(item: PointItem, number: int, day: date | None, said: str, today: date) -> str:
    example = words.example(item, today, number)
    if day is None:
        return words.NO_DAY.format(example)
    return "" if said else words.NO_WORDS.format(example)


def _day_and_words(text: str, today: date) -> tuple[date | None, str]:
    """Read a day at the head of a text, and what follows as it was typed.

    Raises:
        ServiceError: for a day that no calendar has.
    """
    rest = text.strip()
    near = _NEAR_DAY.match(rest)
    if near:
        return today - timedelta(days=_NEAR[near.group(1)]), near.group(2).strip()
    full = _FULL_DAY.match(rest)
    if full is None:
        return None, rest
    year, month, day = (int(unicodedata.normalize("NFKC", part)) if part else 0 for part in full.groups()[:3])
    return _dated(year, month, day, today), full.group(4).strip()


def _dated(year: int, month: int, day: int, today: date) -> date:
    """Return the day that is meant: without a year, the latest that is not ahead."""
    try:
        if year:
            return date(year, month, day)
        this = date(today.year, month, day)
        return this if this <= today else date(today.year - 1, month, day)
    except ValueError:
        raise ServiceError(
            "day", f"没有 {month}月{day}日 这一天。", "请核对日期再发一次。", kind="invalid"
        ) from None
