"""rules/reminders.toml: what is said to whom, when, and how often at most (R90–R97, F13)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from string import Formatter
from typing import Any

from models.terms import SessionKind, Topic
from services.policy.fields import kind_of

#: What can be filled into the words, the way and the fields of each topic; `name` and `branch` into all.
HOLES: dict[Topic, frozenset[str]] = {
    Topic.SESSION_TOMORROW: frozenset({"title", "when", "time", "place", "credit"}),
    Topic.SESSION_MOVED: frozenset({"title", "when", "time", "place", "credit", "was"}),
    Topic.SESSION_CANCELLED: frozenset({"title", "when", "time", "place", "credit"}),
    Topic.HOURS_GAP: frozenset({"credited", "required", "gap", "course", "time", "next", "make_ups"}),
    Topic.BRANCH_SHORT: frozenset({"arranged", "gap", "required", "whom"}),
    Topic.REPORT_WINDOW: frozenset({"round", "cycle", "due", "date"}),
    Topic.REPORT_RETURNED: frozenset({"round", "cycle"}),
    Topic.MAKE_UP: frozenset({"count", "title", "due", "date"}),
    Topic.CLAIM_CLOSING: frozenset({"month", "due", "date"}),
    Topic.CONTACT_DUE: frozenset({"who", "count", "due", "date"}),
    Topic.NEW_SECRETARY: frozenset({"due", "date"}),
    Topic.NEW_MEMBER: frozenset({"due", "date"}),
    Topic.CARE: frozenset({"who", "count"}),
}
#: Topics whose reminder comes some days before a day; the others have a moment of their own.
_LED = frozenset(
    {
        Topic.REPORT_WINDOW,
        Topic.MAKE_UP,
        Topic.CLAIM_CLOSING,
        Topic.CONTACT_DUE,
        Topic.NEW_SECRETARY,
        Topic.NEW_MEMBER,
    }
)
_COMMON = frozenset({"name", "branch"})
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-([0-2][0-9]|3[01])")
_WAY = re.compile(r"/[a-z0-9/{}_-]{0,60}")


class Recipient(StrEnum):
    """Whom a topic is for."""

    MEMBER = "member"
    SECRETARY = "secretary"


class Strategy(StrEnum):
    """How a gap is found before the last checkpoint (R91, R96)."""

    PLAN = "plan"
    PACE = "pace"


@dataclass(frozen=True)
class TopicRules:
    """One topic: whether it is on, for whom, when, and in what words. `lead` and `life` are days."""

    topic: Topic
    on: bool
    to: Recipient
    at: time
    lead: tuple[int, ...]
    life: int
    template: str
    subscribe: str
    fields: dict[str, str]
    words: str
    way: str


@dataclass(frozen=True)
class ReminderRules:
    """One edition of rules/reminders.toml; checkpoints are (month, day)."""

    edition: str
    source: str
    effective_from: date
    quiet_from: time
    quiet_until: time
    workdays_only: bool
    a_month: int
    days_off: frozenset[date]
    workdays: frozenset[date]
    strategy: Strategy
    checkpoints: tuple[tuple[int, int], ...]
    secretary_months: int
    member_months: int
    member_each_window: bool
    care_months: tuple[int, ...]
    care_kinds: tuple[SessionKind, ...]
    used_months: int
    topics: dict[Topic, TopicRules]


def build(raw: dict[str, Any]) -> ReminderRules:
    """Build one edition from its table; raises KeyError, ValueError or TypeError with what to write."""
    training, care, claim = raw["training"], raw["care"], raw["claim"]
    return ReminderRules(
        edition=raw["name"],
        source=raw["source"],
        effective_from=raw["effective_from"],
        **_limits(raw["limits"]),
        days_off=_days(raw["calendar"]["days_off"], "calendar.days_off"),
        workdays=_days(raw["calendar"]["workdays"], "calendar.workdays"),
        strategy=Strategy(raw["hours"]["strategy"]),
        checkpoints=_checkpoints(raw["hours"]["checkpoints"]),
        secretary_months=_whole(training["secretary_months"], "training.secretary_months", 1, 60),
        member_months=_whole(training["member_months"], "training.member_months", 1, 60),
        member_each_window=_switch(training["member_each_window"], "training.member_each_window"),
        care_months=tuple(sorted(_whole(each, "care.months", 1, 24) for each in care["months"])),
        care_kinds=tuple(SessionKind(each) for each in care["kinds"]),
        used_months=_whole(claim["used_months"], "claim.used_months", 1, 12),
        topics={topic: _topic(topic, raw["topic"][topic]) for topic in Topic},
    )


def _limits(raw: dict[str, Any]) -> dict[str, Any]:
    limits: dict[str, Any] = {
        "quiet_from": _clock(raw["quiet_from"], "limits.quiet_from"),
        "quiet_until": _clock(raw["quiet_until"], "limits.quiet_until"),
        "workdays_only": _switch(raw["workdays_only"], "limits.workdays_only"),
        "a_month": _whole(raw["a_month"], "limits.a_month", 1, 2),
    }
    if limits["quiet_until"] > limits["quiet_from"]:
        raise ValueError(
            "limits.quiet_until: write a time of the morning, limits.quiet_from one of the evening;"
            " the same time twice means that no hour is quiet"
        )
    return limits


def _topic(topic: Topic, raw: dict[str, Any]) -> TopicRules:
    where = f"topic.{topic}"
    fields = {_keyword(key, where): str(text) for key, text in raw["fields"].items()}
    if topic in _LED and not raw["lead"]:
        raise ValueError(f"{where}.lead: write at least one number of days, such as [7]")
    if not _WAY.fullmatch(raw["way"]):
        raise ValueError(f"{where}.way: write the path of a page, such as /m/hours")
    for text in (raw["words"], raw["way"], *fields.values()):
        _check_holes(text, HOLES[topic] | _COMMON, where)
    if "!" in raw["words"] or "！" in raw["words"]:
        raise ValueError(f"{where}.words: write it without an exclamation mark")
    return TopicRules(
        topic=topic,
        on=_switch(raw["on"], f"{where}.on"),
        to=Recipient(raw["to"]),
        at=_clock(raw.get("at", "00:00"), f"{where}.at"),
        lead=tuple(
            sorted((_whole(each, f"{where}.lead", 0, 366) for each in raw.get("lead", ())), reverse=True)
        ),
        life=_whole(raw["life"], f"{where}.life", 0, 28),
        template=str(raw["template"]),
        subscribe=str(raw.get("subscribe", "")),
        fields=fields,
        words=str(raw["words"]),
        way=str(raw["way"]),
    )


def _keyword(key: str, where: str) -> str:
    if kind_of(key) is None:
        raise ValueError(f"{where}.fields: {key} is no keyword of a template; write one such as thing1")
    return key


def _check_holes(text: str, known: frozenset[str], where: str) -> None:
    for _, hole, spec, conversion in Formatter().parse(text):
        if hole is not None and (hole not in known or spec or conversion):
            raise ValueError(
                f"{where}: {{{hole}}} cannot be filled in; write one of {', '.join(sorted(known))}"
            )


def _clock(text: str, where: str) -> time:
    found = _CLOCK.fullmatch(text)
    if not found:
        raise ValueError(f'{where}: write a time such as "08:00"')
    return time(int(found[1]), int(found[2]))


def _checkpoints(texts: list[str]) -> tuple[tuple[int, int], ...]:
    found = []
    for text in texts:
        parts = _MONTH_DAY.fullmatch(text)
        if not parts:
            raise ValueError('hours.checkpoints: write days such as "03-31"')
        month, day = int(parts[1]), int(parts[2])
        date(2025, month, day)
        found.append((month, day))
    if not found or found != sorted(set(found)):
        raise ValueError("hours.checkpoints: write at least one day, in the order of the year")
    return tuple(found)


def _days(days: list[Any], where: str) -> frozenset[date]:
    if not all(type(each) is date for each in days):
        raise ValueError(f"{where}: write days without quotes, such as 2027-02-11")
    return frozenset(days)


def _switch(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{where}: write true or false")
    return value


def _whole(value: Any, where: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{where}: write a whole number from {least} to {most}")
    return value
