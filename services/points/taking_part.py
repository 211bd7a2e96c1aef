"""Who takes part in points, and until which day: by the rules, or by the member's own choice (R67).

Whoever has begun a year stays in it until its end, also when retiring meanwhile. Who opted in and out again
keeps what happened until that day. Being out has no effect on anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from models import Member, PointOptIn
from models.terms import MemberCategory
from services import audit, rulebook
from services.actor import Actor, member_actor
from services.clock import civil_day
from services.deciders import require_decider
from services.errors import ServiceError
from services.rulebook import PointRules
from services.statement import run
from services.transaction import transaction


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


def opt_in(member: Member, now: datetime, actor: Actor | None = None) -> None:
    """Take part by choice from today on; the whole points year counts. A second time changes nothing.

    Args:
        member: who chose.
        now: this moment.
        actor: who writes it down when the member said it (F04); None: the member.

    Raises:
        ServiceError: `in_scope` for somebody whom the rules include anyway; `not_found` and `own`.
    """
    from services.points.settling import settle

    acting = _acting(member, actor, now)
    day = civil_day(now)
    year = rulebook.current().point_years.year_of(day)
    with transaction():
        row = rows([member.id], year, day)[0]
        if by_rule(row, rulebook.current().points(day), day):
            who = "您" if actor is None else f"{member.name}同志"
            raise ServiceError("in_scope", f"{who}本来就参加积分。", "不用再办。")
        changed = PointOptIn.update(until=None).where(PointOptIn.member == member, PointOptIn.since == day)
        standing = PointOptIn.select().where(PointOptIn.member == member, PointOptIn.until.is_null())
        if standing.exists():
            return
        if not changed.execute():
            PointOptIn.insert(member=member, since=day).on_conflict_ignore().execute()
        audit.record(acting, now, "points.opted_in", "member", member.id)
        settle([member.id], year, now, acting)


def opt_out(member: Member, now: datetime, actor: Actor | None = None) -> None:
    """End the own choice: what happened until today stays, nothing more is added.

    Raises:
        ServiceError: `not_chosen` when there is no choice of one's own to end, and as `opt_in`.
    """
    acting = _acting(member, actor, now)
    with transaction():
        ended = (
            PointOptIn.update(until=civil_day(now))
            .where(PointOptIn.member == member, PointOptIn.until.is_null())
            .execute()
        )
        if not ended:
            who = "您" if actor is None else f"{member.name}同志"
            raise ServiceError("not_chosen", f"{who}没有自己报名参加积分。", "不用再办。")
        audit.record(acting, now, "points.opted_out", "member", member.id)


def _acting(member: Member, actor: Actor | None, now: datetime) -> Actor:
    """Return who acts; somebody who writes down for a member decides on that member's matters (R67)."""
    if actor is None:
        return member_actor(member.id)
    require_decider(actor, member, civil_day(now))
    return actor


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
