"""What happened in a points year and what stands in the ledger, read for many members at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from models.terms import AttendanceStatus, DecisionKind, PointSource, SessionKind
from services import rulebook
from services.clock import civil_day, day_start, moment, next_day, seconds
from services.policy.points import Event, Limits
from services.rulebook import PointRules
from services.statement import run

BASE_ITEM, VETO_ITEM = "base", "veto"
#: The rule that each source of a line rests on (R111).
RULES = {
    PointSource.BASE: "R61",
    PointSource.SESSION: "R62",
    PointSource.CLAIM: "R70",
    PointSource.DEDUCT: "R65",
    PointSource.VETO: "R66",
    PointSource.REVERSAL: "R64",
}

#: An event's name across reading and writing: its source and the id of its session, claim or decision.
Cause = tuple[PointSource, int]


@dataclass(frozen=True)
class Fact:
    """An event with who confirmed it."""

    event: Event
    confirmed_by: int | None

    @property
    def cause(self) -> Cause:
        """Return its name."""
        return self.event.source, self.event.number


class Standing(NamedTuple):
    """A line of the ledger that nothing has reversed."""

    id: int
    member_id: int
    branch_id: int
    day: str
    quarter: int
    points: int
    stated: int
    item: str
    source: str
    session_id: int | None
    claim_id: int | None
    decision_id: int | None
    note: str | None
    edition: str

    @property
    def cause(self) -> Cause:
        """Return the name of the event that the line is about."""
        return PointSource(self.source), self.session_id or self.claim_id or self.decision_id or 0


_STANDING = (
    "SELECT e.id, e.member_id, e.branch_id, e.day, e.quarter, e.points, e.stated, e.item, e.source,"
    " e.session_id, e.claim_id, e.decision_id, e.note, e.edition FROM point_entry e"
    " WHERE e.member_id IN ({marks}) AND e.year = ? AND e.source <> 'REVERSAL'"
    " AND NOT EXISTS (SELECT 1 FROM point_entry r WHERE r.reverses_id = e.id) ORDER BY e.id"
)
_ATTENDED = (
    "SELECT a.member_id, s.id, s.kind, s.starts_at, a.status, s.confirmed_by_id"
    " FROM attendance a JOIN study_session s ON s.id = a.session_id"
    " WHERE a.member_id IN ({marks}) AND s.state = 'CONFIRMED' AND s.starts_at >= ? AND s.starts_at < ?"
    " AND a.status IN ('PRESENT', 'LATE', 'PARTIAL')"
)
_CLAIMED = (
    "SELECT member_id, id, item, day, points, decided_by_id FROM point_claim"
    " WHERE member_id IN ({marks}) AND state = 'POSTED' AND day >= ? AND day <= ?"
)
_DECIDED = (
    "SELECT member_id, id, item, day, points, entered_by_id, kind FROM point_decision"
    " WHERE member_id IN ({marks}) AND withdrawn_at IS NULL AND day >= ? AND day <= ?"
)


def standing(member_ids: Sequence[int], year: int) -> dict[int, dict[Cause, Standing]]:
    """Return the lines that stand, by member and by what they are about."""
    found: dict[int, dict[Cause, Standing]] = {}
    for raw in run(_marked(_STANDING, member_ids), (*member_ids, year)).fetchall():
        line = Standing(*raw)
        found.setdefault(line.member_id, {})[line.cause] = line
    return found


def happened(member_ids: Sequence[int], year: int, rules: PointRules) -> dict[int, list[Fact]]:
    """Return what the rules of the year count, by member: sessions, claims, decisions; not the base."""
    first, last = rulebook.current().point_years.bounds(year)
    found: dict[int, list[Fact]] = {}
    span = (seconds(day_start(first)), seconds(day_start(next_day(last))))
    for who, number, kind, starts_at, status, by in run(
        _marked(_ATTENDED, member_ids), (*member_ids, *span)
    ).fetchall():
        event = _session(number, SessionKind(kind), civil_day(moment(starts_at)), status, rules)
        if event is not None:
            found.setdefault(who, []).append(Fact(event, by))
    days = (first.isoformat(), last.isoformat())
    for who, number, item, day, points, by in run(
        _marked(_CLAIMED, member_ids), (*member_ids, *days)
    ).fetchall():
        event = _claim(number, item, date.fromisoformat(day), points, rules)
        found.setdefault(who, []).append(Fact(event, by))
    for who, number, item, day, points, by, kind in run(
        _marked(_DECIDED, member_ids), (*member_ids, *days)
    ).fetchall():
        event = _decision(number, item, date.fromisoformat(day), points, rules)
        if kind == DecisionKind.VETO:
            event = _veto(number, date.fromisoformat(day), rules)
        found.setdefault(who, []).append(Fact(event, by))
    return found


def base(day: date, rules: PointRules) -> Fact:
    """Return the base of a year as an event of its first day."""
    return Fact(Event(PointSource.BASE, 0, day, BASE_ITEM, BASE_ITEM, rules.base), None)


def limits(rules: PointRules) -> Limits:
    """Return what an edition allows."""
    return Limits(
        ceiling=rules.ceiling,
        item_caps={item.key: item.cap for item in rules.items.values() if item.cap is not None},
        category_caps={each.key: each.cap for each in rules.categories.values() if each.cap is not None},
        veto=rules.veto,
    )


def _marked(sql: str, member_ids: Sequence[int]) -> str:
    return sql.format(marks=", ".join("?" * len(member_ids)))


def session_points(points: int, status: str, rules: PointRules) -> int:
    """Return what an attendance earns of a session's points; being late costs nothing."""
    return int(points * rules.partial_ratio) if status == AttendanceStatus.PARTIAL else points


def _session(number: int, kind: SessionKind, day: date, status: str, rules: PointRules) -> Event | None:
    item = rules.of_session(kind)
    if item is None:
        return None
    stated = session_points(item.points, status, rules)
    return Event(PointSource.SESSION, number, day, item.key, item.category, stated, kind.value)


def _claim(number: int, item: str, day: date, points: int, rules: PointRules) -> Event:
    # An item that the year's edition has dropped still counts as filed, below the ceiling alone.
    known = rules.items.get(item)
    category = known.category if known else ""
    excluded = frozenset(kind.value for kind in known.not_on) if known else frozenset()
    return Event(PointSource.CLAIM, number, day, item, category, points, not_on=excluded)


def _decision(number: int, item: str, day: date, points: int, rules: PointRules) -> Event:
    known = rules.items.get(item)
    return Event(PointSource.DEDUCT, number, day, item, known.category if known else "", -points)


def _veto(number: int, day: date, rules: PointRules) -> Event:
    return Event(PointSource.VETO, number, day, VETO_ITEM, VETO_ITEM, -rules.ceiling)
