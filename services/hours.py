"""A member's hours: required, offered, credited, planned, and why (R01–R10, R110, R111)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from peewee import fn

from models import Attendance, ExternalStudy, HourEntry, Member, StudySession
from models.terms import AttendanceStatus, CreditKind, EntrySource, HoursFlag, SessionState
from services import records, rulebook
from services.clock import civil, civil_day, next_day
from services.clock import day_start as start_of
from services.policy.amounts import hours as as_hours
from services.policy.amounts import hundredths
from services.policy.credit import counted, split_by_year
from services.policy.rates import THERE
from services.policy.required import Period, Requirement, flag_of, required_hours, standing_of
from services.rulebook import HourRules


@dataclass(frozen=True)
class Line:
    """One entry of the ledger as its owner reads it; amounts are hundredths of an hour.

    `title` is the session's, or that of a study elsewhere, of which `organizer` is the organization.
    `undoes` is the source of the line that a reversal takes back.
    """

    entry_id: int
    day: date
    hours: int
    stated: int
    credit_kind: CreditKind
    source: EntrySource
    session_key: str | None
    title: str | None
    session_kind: str | None
    attendance_source: str | None
    attended_at: datetime | None
    reason: str | None
    rule: str
    edition: str
    confirmed_by: str | None
    created_at: datetime
    organizer: str | None = None
    undoes: EntrySource | None = None


class Held(NamedTuple):
    """What of a session bears on hours; `credit` in hundredths of an hour."""

    state: SessionState
    starts_at: datetime
    ends_at: datetime
    credit: int
    kind: CreditKind


@dataclass(frozen=True)
class HoursView:
    """A member's year in hundredths of an hour; `required` is None when nothing is required (R04)."""

    year: int
    required: int | None
    offered: int
    credited: int
    planned: int
    flag: HoursFlag | None

    @property
    def lacking(self) -> int | None:
        """Return what is still missing, None when nothing is required."""
        return None if self.required is None else max(self.required - self.credited, 0)


def required_of(
    member_id: int, active_from: str, active_to: str | None, year: int, on: date, *, special: bool = True
) -> int | None:
    """Return the hundredths of an hour required of a member in a year, as seen on a day (R01–R04, R10).

    `special` False says that the caller knows of no role period or exemption, so none are looked up.
    """
    rows = records.standing_rows(member_id) if special else []
    return _required(rows, _period(active_from, active_to), year, on)


def required_from(
    rows: list[tuple[str, str, str, str | None]],
    active_from: date,
    active_to: date | None,
    year: int,
    on: date,
) -> int | None:
    """Return the same from rows of `records.standing_rows` that were read for many members at once."""
    return _required(rows, Period(active_from, active_to), year, on)


def _required(
    rows: list[tuple[str, str, str, str | None]], active: Period, year: int, on: date
) -> int | None:
    rules = rulebook.current().hours_of_year(year)
    roles = [(word, _period(starts, ends)) for kind, word, starts, ends in rows if kind == "role"]
    exemptions = [(word, _period(starts, ends)) for kind, word, starts, ends in rows if kind == "exemption"]
    standing = standing_of(active, roles, exemptions)
    needed = required_hours(
        standing, year, on, Requirement(rules.member, rules.committee, rules.prorate, rules.step)
    )
    return None if needed is None else hundredths(needed)


def _period(starts: str, ends: str | None) -> Period:
    return Period(date.fromisoformat(starts), date.fromisoformat(ends) if ends else None)


def view(member: Member, year: int, now: datetime) -> HoursView:
    """Return a member's hours of a year as they stand now."""
    rows, credited = records.year_rows(member.id, year)
    required = _required(rows, Period(member.active_from, member.active_to), year, civil_day(now))
    offered, planned = _offered_and_planned(member, year, now)
    flag = flag_of(None if required is None else as_hours(required), as_hours(credited), as_hours(offered))
    return HoursView(year, required, offered, credited, planned, flag)


def recent(member: Member, year: int, limit: int) -> list[Line]:
    """Return the newest lines that still count: a line and its reversal say nothing new in a chat."""
    reversal = HourEntry.alias()
    undone = reversal.select(reversal.reverses).where(
        reversal.member == member, reversal.reverses.is_null(False)
    )
    standing = (HourEntry.source != EntrySource.REVERSAL) & HourEntry.id.not_in(undone)
    return [Line(*row) for row in _lines(member, year).where(standing).limit(limit).tuples()]


def lines(member: Member, year: int) -> list[Line]:
    """Return the ledger's lines of a member and year, the newest day first (R111)."""
    return [Line(*row) for row in _lines(member, year).tuples()]


def _lines(member: Member, year: int) -> Any:
    confirmer, undone = Member.alias(), HourEntry.alias()
    return (
        HourEntry.select(
            HourEntry.id,
            HourEntry.day,
            HourEntry.hours,
            HourEntry.stated,
            HourEntry.credit_kind,
            HourEntry.source,
            StudySession.key,
            fn.COALESCE(StudySession.title, ExternalStudy.title),
            StudySession.kind,
            Attendance.source,
            Attendance.at,
            HourEntry.reason,
            HourEntry.rule,
            HourEntry.edition,
            confirmer.name,
            HourEntry.created_at,
            ExternalStudy.org_name,
            undone.source,
        )
        .left_outer_join(StudySession, on=(HourEntry.session == StudySession.id))
        .left_outer_join(
            Attendance,
            on=((Attendance.session == HourEntry.session) & (Attendance.member == HourEntry.member)),
        )
        .left_outer_join(ExternalStudy, on=(HourEntry.external == ExternalStudy.id))
        .left_outer_join(confirmer, on=(HourEntry.confirmed_by == confirmer.id))
        .left_outer_join(undone, on=(HourEntry.reverses == undone.id))
        .where(HourEntry.member == member, HourEntry.year == year)
        .order_by(HourEntry.day.desc(), HourEntry.id.desc())
    )


def worth_in(held: Held, year: int, rules: HourRules) -> int:
    """Return the hundredths that a session counts for a year to whoever was there (R03, R05)."""
    counts = hundredths(counted(as_hours(held.credit), rules.ratio[held.kind]))
    if not counts:
        return 0
    parts = credit_parts(held.starts_at, held.ends_at, counts, rules.step)
    return sum(amount for day, amount in parts if day.year == year)


def lies_ahead(held: Held, due: bool, status: AttendanceStatus, now: datetime) -> bool:
    """Whether a session that is not confirmed may still give a member hours (R09)."""
    return (due and held.ends_at >= now) or status in THERE


def credit_parts(
    starts_at: datetime, ends_at: datetime, credit: int, step: Decimal
) -> list[tuple[date, int]]:
    """Return (day, hundredths) per calendar year that a session lies in (R05)."""
    if civil(starts_at).year == civil(ends_at).year:
        return [(civil_day(starts_at), credit)]
    spans, at = [], starts_at
    while at < ends_at:
        until = min(start_of(next_day(civil_day(at))), ends_at)
        spans.append((civil_day(at), int((until - at).total_seconds()) // 60))
        at = until
    return [(day, hundredths(part)) for day, part in split_by_year(spans, as_hours(credit), step)]


def _offered_and_planned(member: Member, year: int, now: datetime) -> tuple[int, int]:
    """Sum what the branch has held for the member, and what still lies ahead (R09)."""
    rules = rulebook.current().hours_of_year(year)
    offered = planned = 0
    for held, due, status in _places_of_year(member, year):
        part = worth_in(held, year, rules)
        if held.state is SessionState.CONFIRMED:
            offered += part if due else 0
        elif lies_ahead(held, due, status, now):
            planned += part
    return offered, planned


def _places_of_year(member: Member, year: int) -> list[tuple[Held, bool, AttendanceStatus]]:
    query = held_in(year, Attendance.due, Attendance.status).where(Attendance.member == member)
    return [(Held(*row[2:]), row[0], row[1]) for row in query.tuples()]


def held_in(year: int, *columns: Any) -> Any:
    """Return the query of the places of a year that count or may still count, each with its `Held`."""
    first, after = start_of(date(year, 1, 1)), start_of(date(year + 1, 1, 1))
    session = (
        StudySession.state,
        StudySession.starts_at,
        StudySession.ends_at,
        StudySession.credit,
        StudySession.credit_kind,
    )
    return (
        Attendance.select(*columns, *session)
        .join(StudySession)
        .where(
            StudySession.starts_at < after,
            StudySession.ends_at >= first,
            StudySession.state.in_([SessionState.PUBLISHED, SessionState.REOPENED, SessionState.CONFIRMED]),
        )
    )
