"""What a reminder says: the words of the rules with what is known filled in, and the fields (R92)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from services import spoken
from services.clock import civil
from services.clock import moment as instant
from services.policy import fields as policy
from services.rulebook.reminders import TopicRules

#: How many names a sentence holds before it says 等.
_NAMES = 3


def page_words(rules: TopicRules, holes: Mapping[str, str]) -> str:
    """Return what the page, the list and the preview say."""
    return rules.words.format_map(holes)


def way(rules: TopicRules, holes: Mapping[str, str]) -> str:
    """Return the path of the page that helps."""
    return rules.way.format_map(holes)


def fields(rules: TopicRules, holes: Mapping[str, str]) -> dict[str, str]:
    """Return the template's fields, each made to fit its keyword (WECHAT part 1)."""
    return {key: policy.fit(key, text.format_map(holes)) for key, text in rules.fields.items()}


def field_moment(at: datetime) -> str:
    """Write a moment as a keyword `time` takes it: 2026年11月26日 14:00."""
    return spoken.exact_moment(at)


def field_day(day: date) -> str:
    """Write a day as a keyword `date` takes it: 2026年11月26日."""
    return f"{day.year}年{day.month}月{day.day}日"


def dated(at: datetime, this_year: int) -> str:
    """Write a moment by its date: what is read on a later day must not say 明天."""
    return f"{spoken.full_day(civil(at).date(), this_year)} {spoken.clock_time(at)}"


def of_session(
    title: str, starts_at: datetime, place: str | None, credit: int, now: datetime
) -> dict[str, str]:
    """Return the holes of a session."""
    return {
        "title": title,
        "when": dated(starts_at, civil(now).year),
        "time": field_moment(starts_at),
        "place": place or "地点请看页面",
        "credit": spoken.hours(credit),
    }


def of_gap(
    required: int, credited: int, ahead: Iterable[tuple[int, str, int]], make_ups: int, now: datetime
) -> dict[str, str]:
    """Return the holes of an hours gap: what is missing, and the ways that would close it (R92).

    `ahead` are (start in seconds, title, hundredths) of sessions to come, the next first; as many are named
    as close the gap, two at most. Nothing compares with anybody else.
    """
    gap, reached = required - credited, 0
    named: list[tuple[int, str, int]] = []
    for starts_at, title, credit in ahead:
        if reached >= gap or len(named) == 2:
            break
        named.append((starts_at, title, credit))
        reached += credit
    course, when = "补学、送学上门都可以", field_day(date(civil(now).year, 12, 31))
    if named:
        course, when = named[0][1], _said(named[0], civil(now).date())[1]
    elif make_ups:
        course = "补学"
    return {
        "required": spoken.hours(required),
        "credited": spoken.hours(credited),
        "gap": spoken.hours(gap),
        "course": course,
        "time": when,
        "next": _next(named, reached >= gap, now),
        "make_ups": f"有 {make_ups} 次没来的可以补，回复「补学」。" if make_ups else "",
    }


@lru_cache(maxsize=4096)
def _said(session: tuple[int, str, int], today: date) -> tuple[str, str]:
    """Return a session to come as a sentence says it, and its start as a keyword takes it."""
    starts_at, title, credit = session
    begins = instant(starts_at)
    when = dated(begins, today.year)
    return f"{when}「{title}」{spoken.hours(credit)} 学时", field_moment(begins)


def _next(named: list[tuple[int, str, int]], enough: bool, now: datetime) -> str:
    if not named:
        return ""
    listed = "、".join(_said(session, civil(now).date())[0] for session in named)
    return f"接下来有{listed}，参加了就够。" if enough else f"接下来有{listed}。"


def of_people(names: list[str]) -> dict[str, str]:
    """Return the holes of some people whom a secretary should look after, by name (F02)."""
    listed = "、".join(sorted(names)[:_NAMES])
    rest = f"等 {len(names)} 位同志" if len(names) > _NAMES else "同志"
    return {"who": listed + rest, "count": str(len(names))}


def of_day(day: date, today: date) -> dict[str, str]:
    """Return the holes of a last day."""
    return {"due": spoken.full_day(day, today.year), "date": field_day(day)}


def merged(*parts: Mapping[str, Any]) -> dict[str, str]:
    """Put holes together; later ones win."""
    return {key: str(value) for part in parts for key, value in part.items()}
