"""Who takes part in points, and until which day: by the rules, or by the member's own choice (R67).

Whoever has begun a year stays in it until its end, also when retiring meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from models.terms import MemberCategory
from services import rulebook
from services.rulebook import PointRules
from services.statement import run


class Row(NamedTuple):
    """A member as the scope looks at them; `chosen_until` is the last day of the newest own choice."""

    id: int
    branch_id: int
    category: str
    active_from: str
    active_to: str | None
    not_required: bool
    mobile: bool
    chosen_until: str | None


@dataclass(frozen=True)
class Share:
    """A member's part in a year: from the day of the base to the last day that counts."""

    member_id: int
    branch_id: int
    begins: date
    ends: date


_ROWS = (
    "SELECT m.id, m.branch_id, m.category, m.active_from, m.active_to,"
    " EXISTS (SELECT 1 FROM exemption x WHERE x.member_id = m.id AND x.kind = 'NOT_REQUIRED'"
    "  AND x.starts <= ? AND (x.ends IS NULL OR x.ends >= ?)),"
    " EXISTS (SELECT 1 FROM mobility y WHERE y.member_id = m.id"
    "  AND y.since <= ? AND (y.until IS NULL OR y.until >= ?)),"
    " (SELECT MAX(COALESCE(p.until, '9999-12-31')) FROM point_opt_in p WHERE p.member_id = m.id"
    "  AND p.since <= ? AND (p.until IS NULL OR p.until >= ?))"
    " FROM member m WHERE m.id IN ({marks}) ORDER BY m.id"
)


def rows(member_ids: Sequence[int], year: int, on: date) -> list[Row]:
    """Return members as the scope of a points year looks at them on a day."""
    first, last = (day.isoformat() for day in rulebook.current().point_years.bounds(year))
    today = on.isoformat()
    sql = _ROWS.format(marks=", ".join("?" * len(member_ids)))
    found = run(sql, (today, today, today, today, last, first, *member_ids)).fetchall()
    return [Row(*row) for row in found]


def by_rule(row: Row, rules: PointRules, on: date) -> bool:
    """Whether the rules alone make somebody take part on a day."""
    return (
        MemberCategory(row.category) in rules.scope
        and (rules.not_required or not row.not_required)
        and (rules.mobile or not row.mobile)
        and row.active_from <= on.isoformat()
        and (row.active_to is None or row.active_to >= on.isoformat())
    )


def share(row: Row, year: int, on: date, *, begun: bool) -> Share | None:
    """Return a member's part in a year as seen on a day; `begun` says that the ledger holds the base."""
    years = rulebook.current().point_years
    first, last = years.bounds(year)
    if by_rule(row, years.of_year(year), min(on, last)):
        ends = last
    elif row.chosen_until is not None:
        ends = min(date.fromisoformat(row.chosen_until), last)
    elif begun:
        ends = last
    else:
        return None
    begins = max(first, date.fromisoformat(row.active_from))
    return Share(row.id, row.branch_id, begins, ends) if begins <= ends else None


def part_of(member_id: int, year: int, on: date) -> Share | None:
    """Return a member's part in a year as seen on a day, None for somebody who does not take part."""
    begun = run(
        "SELECT 1 FROM point_entry e WHERE e.member_id = ? AND e.year = ? AND e.source = 'BASE'"
        " AND NOT EXISTS (SELECT 1 FROM point_entry r WHERE r.reverses_id = e.id)",
        (member_id, year),
    ).fetchone()
    return share(rows([member_id], year, on)[0], year, on, begun=begun is not None)


_LACKING = (
    "SELECT m.id FROM member m WHERE NOT EXISTS (SELECT 1 FROM point_entry e WHERE e.member_id = m.id"
    "  AND e.year = ? AND e.source = 'BASE' AND e.edition = ?"
    "  AND NOT EXISTS (SELECT 1 FROM point_entry r WHERE r.reverses_id = e.id))"
    " AND (({scope}) OR EXISTS (SELECT 1 FROM point_opt_in p WHERE p.member_id = m.id"
    "  AND p.since <= ? AND (p.until IS NULL OR p.until >= ?))"
    " OR EXISTS (SELECT 1 FROM point_entry e WHERE e.member_id = m.id AND e.year = ? AND e.source = 'BASE'))"
    " ORDER BY m.id"
)
_SCOPE = "m.category IN ({marks}) AND m.active_from <= ? AND (m.active_to IS NULL OR m.active_to >= ?)"
_NOT_EXEMPT = (
    " AND NOT EXISTS (SELECT 1 FROM exemption x WHERE x.member_id = m.id AND x.kind = 'NOT_REQUIRED'"
    " AND x.starts <= ? AND (x.ends IS NULL OR x.ends >= ?))"
)
_NOT_MOBILE = (
    " AND NOT EXISTS (SELECT 1 FROM mobility y WHERE y.member_id = m.id"
    " AND y.since <= ? AND (y.until IS NULL OR y.until >= ?))"
)


def lacking(year: int, on: date) -> list[int]:
    """Return the members who take part in a year and have no base under its edition yet, in one query."""
    years = rulebook.current().point_years
    rules = years.of_year(year)
    first, last = (day.isoformat() for day in years.bounds(year))
    today = on.isoformat()
    scope = _SCOPE.format(marks=", ".join("?" * len(rules.scope)) or "NULL")
    values: list[object] = [year, rules.edition, *sorted(rules.scope), today, today]
    for switch, part in ((rules.not_required, _NOT_EXEMPT), (rules.mobile, _NOT_MOBILE)):
        if not switch:
            scope += part
            values += [today, today]
    found = run(_LACKING.format(scope=scope), (*values, last, first, year)).fetchall()
    return [row[0] for row in found]
