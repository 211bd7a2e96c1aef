"""The one statement that finds everybody's hours at a checkpoint (R03, R05, R09, R91).

What is put into it are numbers, ISO days and words of closed lists, so nothing that a person typed; written
out, PostgreSQL may spread it over its workers.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from models.terms import CreditKind
from services.clock import day_start, seconds
from services.clock import moment as instant
from services.hours import credit_parts
from services.policy.amounts import hours as as_hours
from services.policy.amounts import hundredths
from services.policy.credit import counted
from services.policy.rates import THERE
from services.policy.reminders import Checkpoint
from services.reminders.moment import Moment, active, ids, rows, words
from services.rulebook import HourRules

_LIVE = "('PUBLISHED', 'REOPENED', 'CONFIRMED')"
#: One row for each member who may be short; {…} are conditions and amounts, all of them numbers or ISO days.
_FACTS = """
SELECT m.id AS member_id, m.branch_id, m.active_from, m.active_to,
       COALESCE(h.credited, 0) AS credited, COALESCE(p.offered, 0) AS offered,
       COALESCE(p.planned, 0) AS planned, CASE WHEN x.member_id IS NULL THEN 0 ELSE 1 END AS special
FROM member m
LEFT JOIN (
    SELECT h.member_id, SUM(h.hours) AS credited FROM hour_entry h
    WHERE h.year = {year} {of_h} GROUP BY h.member_id
) h ON h.member_id = m.id
LEFT JOIN (
    SELECT a.member_id,
           SUM(CASE WHEN s.state = 'CONFIRMED' AND a.due THEN {worth} ELSE 0 END) AS offered,
           SUM(CASE WHEN s.state <> 'CONFIRMED' AND ((a.due AND s.ends_at >= {now}) OR a.status IN ({there}))
               THEN {worth} ELSE 0 END) AS planned
    FROM attendance a JOIN study_session s ON s.id = a.session_id
    WHERE s.starts_at < {after} AND s.ends_at >= {first} AND s.state IN {live} {of_a} GROUP BY a.member_id
) p ON p.member_id = m.id
LEFT JOIN (SELECT member_id FROM role_period UNION SELECT member_id FROM exemption) x ON x.member_id = m.id
WHERE {active} {of_m}
  AND COALESCE(h.credited, 0) < {cap} {plan}
"""

#: More than anybody can be asked for: who has it needs no second look. The committee needs more than others.
_CAP = "CASE WHEN x.member_id IS NULL THEN {member} ELSE {most} END"
#: Who lacks hours even with the plan, or may need fewer than a whole year's, which Python finds out.
_PLANNED = (
    "AND (x.member_id IS NOT NULL OR m.active_from >= '{year}-02' OR m.active_to IS NOT NULL"
    " OR COALESCE(h.credited, 0) + COALESCE(p.planned, 0) < {cap} {last})"
)
_LAST = "OR COALESCE(p.offered, 0) >= {cap}"


def statement(
    moment: Moment,
    point: Checkpoint,
    rules: HourRules,
    branches: Iterable[int] | None = None,
    *,
    every: bool = False,
    members: Iterable[int] | None = None,
) -> str:
    """Return the query of the scan, with the columns of `gaps.Fact`.

    With `every` it finds all who lack credited hours, otherwise only those of them for whom the plan does not
    make up for it (R91, R97).
    """
    year = point.day.year
    first, after = seconds(day_start(date(year, 1, 1))), seconds(day_start(date(year + 1, 1, 1)))
    of: str | None = None
    if members is not None:
        of = ids(members)
    elif branches is not None:
        of = f"SELECT b.id FROM member b WHERE b.branch_id IN ({ids(branches)})"
    cap = _CAP.format(member=hundredths(rules.member), most=hundredths(max(rules.member, rules.committee)))
    return _FACTS.format(
        year=int(year),
        now=seconds(moment.now),
        first=first,
        after=after,
        live=_LIVE,
        there=words(THERE),
        worth=_worth(rules, first, after),
        active=active(moment.today),
        of_h="" if of is None else f"AND h.member_id IN ({of})",
        of_a="" if of is None else f"AND a.member_id IN ({of})",
        of_m="" if of is None else f"AND m.id IN ({of})",
        cap=cap,
        plan=""
        if every
        else _PLANNED.format(cap=cap, year=int(year), last=_LAST.format(cap=cap) if point.last else ""),
    )


def _worth(rules: HourRules, first: int, after: int) -> str:
    """Return the expression for what a session counts in the year: its kind's ratio, its part in the year."""
    cases = [
        f"WHEN s.id = {int(row[0])} THEN {_part(row, rules, first, after)}" for row in _crossing(first, after)
    ]
    for kind, ratio in rules.ratio.items():
        if ratio == 0:
            cases.append(f"WHEN s.credit_kind = '{kind}' THEN 0")
        elif ratio != 1:
            # What counts is rounded as the ledger rounds it, so each stated amount has its own case.
            amounts = rows("SELECT DISTINCT credit FROM study_session WHERE credit_kind = ?", str(kind))
            cases += [
                f"WHEN s.credit_kind = '{kind}' AND s.credit = {int(stated)}"
                f" THEN {hundredths(counted(as_hours(stated), ratio))}"
                for (stated,) in amounts
            ]
    return f"(CASE {' '.join(cases)} ELSE s.credit END)" if cases else "s.credit"


def _crossing(first: int, after: int) -> list[tuple[int, int, int, int, str]]:
    """Return the sessions that lie in two years (R05)."""
    return rows(
        f"SELECT id, starts_at, ends_at, credit, credit_kind FROM study_session WHERE state IN {_LIVE}"
        " AND ((starts_at < ? AND ends_at >= ?) OR (starts_at < ? AND ends_at >= ?))",
        first,
        first,
        after,
        after,
    )


def _part(row: tuple[int, int, int, int, str], rules: HourRules, first: int, after: int) -> int:
    _, starts_at, ends_at, credit, kind = row
    counts = hundredths(counted(as_hours(credit), rules.ratio[CreditKind(kind)]))
    parts = credit_parts(instant(starts_at), instant(ends_at), counts, rules.step)
    return sum(part for day, part in parts if first <= seconds(day_start(day)) < after)
