"""Who is short of hours at a checkpoint: everybody in one statement, judged in one pass (R09, R91–R97).

The statement fills a table of this connection alone, which is then read branch by branch: the scan is made
once, memory stays flat, and no lock is held while reminders are written. Only those whom a constant cannot
excuse reach Python: whoever has the hours already is left out by the database. Amounts are hundredths.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from models import database
from models.terms import CreditKind, SuppressedWhy
from services import rulebook
from services.policy import reminders as policy
from services.policy.amounts import hours as as_hours
from services.policy.amounts import hundredths
from services.policy.credit import counted
from services.policy.reminders import Checkpoint, Gap
from services.policy.required import Period, Requirement, required_hours, standing_of
from services.reminders.gap_sql import statement
from services.reminders.moment import Moment, ids, rows
from services.rulebook import HourRules
from services.rulebook.reminders import Strategy
from services.statement import run

#: ("role" or "exemption", word, starts, ends) of members.
_Standing = dict[int, list[tuple[str, str, str, str | None]]]


class Fact(NamedTuple):
    """One member's year as the scan found it; `special` says that roles or exemptions count."""

    member: int
    branch: int
    active_from: str
    active_to: str | None
    credited: int
    offered: int
    planned: int
    special: int


@dataclass(frozen=True, slots=True)
class Short:
    """A member with a gap; `why` says that it is not the member who is told. Amounts are hundredths."""

    member: int
    branch: int
    required: int
    credited: int
    arranged: int
    why: SuppressedWhy | None = None

    @property
    def gap(self) -> int:
        """What is missing."""
        return self.required - self.credited


@dataclass(frozen=True)
class Scan:
    """An open scan: the checkpoint it is made for, and the hour rules of its year."""

    moment: Moment
    point: Checkpoint
    rules: HourRules
    by_pace: bool
    #: What was read at once for some members; None says that it stands in the table.
    held: tuple[Fact, ...] | None = None
    _worth: dict[tuple[int, str], int] = field(default_factory=dict)
    #: What members with the same dates and offices need: secretaries are many, their terms much alike.
    _needed: dict[tuple[Any, ...], int | None] = field(default_factory=dict)

    def of(self, branches: Iterable[int] | None) -> list[Short]:
        """Return those with a gap in these branches, by branch and member (R09, R91, R96, R97)."""
        facts, standing = self._facts(branches)
        found = (self._judge(fact, standing) for fact in facts)
        return [short for short in found if short is not None]

    def lacking(self, branches: Iterable[int] | None) -> list[Short]:
        """Return all whose credited hours are below the required ones, whoever's gap it is.

        Without branches, of all that were scanned. The scan must have looked at every one of them.
        """
        facts, standing = self._facts(branches)
        found = []
        for fact in facts:
            required = self._required(fact, standing)
            if required is not None and fact.credited < required:
                arranged = fact.offered + fact.planned
                found.append(Short(fact.member, fact.branch, required, fact.credited, arranged))
        return found

    def _facts(self, branches: Iterable[int] | None) -> tuple[list[Fact], _Standing]:
        if self.held is not None:
            of_these = None if branches is None else set(branches)
            facts = [fact for fact in self.held if of_these is None or fact.branch in of_these]
            return facts, _standing([fact.member for fact in facts if fact.special])
        of = "" if branches is None else f"WHERE branch_id IN ({ids(branches)})"
        sql = (
            "SELECT member_id, branch_id, active_from, active_to, credited, offered, planned, special"
            f" FROM gap_fact {of} ORDER BY branch_id, member_id"
        )
        facts = [Fact(*row) for row in rows(sql)]
        return facts, _standing([fact.member for fact in facts if fact.special])

    def worth(self, credit: int, kind: str) -> int:
        """Return what a session's stated hundredths count (R03)."""
        if (credit, kind) not in self._worth:
            ratio = self.rules.ratio[CreditKind(kind)]
            self._worth[credit, kind] = hundredths(counted(as_hours(credit), ratio))
        return self._worth[credit, kind]

    @cached_property
    def _bounds(self) -> tuple[str, str]:
        """Return the months before which a whole year begins, and from which on it ends."""
        return f"{self.point.day.year}-02", f"{self.point.day.year}-12"

    @cached_property
    def _whole(self) -> int:
        return hundredths(self.rules.member)

    def _judge(self, fact: Fact, standing: _Standing) -> Short | None:
        required = self._required(fact, standing)
        arranged = fact.offered + fact.planned
        if required is None:
            whole = self._whole
            short = whole > fact.credited + fact.planned
            why = SuppressedWhy.EXEMPT
            return Short(fact.member, fact.branch, whole, fact.credited, arranged, why) if short else None
        gap = policy.judge_gap(
            required, fact.credited, fact.offered, fact.planned, self.point, by_pace=self.by_pace
        )
        if gap is Gap.NONE:
            return None
        told = None if gap is Gap.MEMBER else SuppressedWhy.BRANCH_SHORT
        return Short(fact.member, fact.branch, required, fact.credited, arranged, told)

    def _required(self, fact: Fact, standing: _Standing) -> int | None:
        """Return the required hours: the constant for a plain member of the whole year (R01, R02, R10)."""
        begun, ends = self._bounds
        if (
            not fact.special
            and fact.active_from < begun
            and (fact.active_to is None or fact.active_to >= ends)
        ):
            return self._whole
        known = standing.get(fact.member, [])
        alike = (fact.active_from, fact.active_to, *known)
        if alike not in self._needed:
            self._needed[alike] = self._computed(fact, known)
        return self._needed[alike]

    def _computed(self, fact: Fact, known: list[tuple[str, str, str, str | None]]) -> int | None:
        needed = required_hours(
            standing_of(
                _period(fact.active_from, fact.active_to),
                [(word, _period(starts, ends)) for kind, word, starts, ends in known if kind == "role"],
                [(word, _period(starts, ends)) for kind, word, starts, ends in known if kind == "exemption"],
            ),
            self.point.day.year,
            self.moment.today,
            Requirement(self.rules.member, self.rules.committee, self.rules.prorate, self.rules.step),
        )
        return None if needed is None else hundredths(needed)


@contextmanager
def scan(
    moment: Moment,
    point: Checkpoint,
    branches: Iterable[int] | None = None,
    *,
    every: bool = False,
    members: Iterable[int] | None = None,
) -> Iterator[Scan]:
    """Find the facts of everybody, or of some branches or members, and keep them for the block."""
    pace = moment.rules.strategy is Strategy.PACE
    rules = rulebook.current().hours_of_year(point.day.year)
    _drop()
    query = statement(moment, point, rules, branches, every=pace or every, members=members)
    run(f"CREATE TEMP TABLE gap_fact AS{query}", ())
    try:
        index = "gap_fact_branch" if database.obj.server else "temp.gap_fact_branch"
        run(f"CREATE INDEX {index} ON gap_fact (branch_id)", ())
        yield Scan(moment, point, rules, pace)
    finally:
        # Inside a transaction that PostgreSQL has already given up, its roll back removes the table.
        if not database.obj.server or not _failed():
            _drop()


def look(moment: Moment, point: Checkpoint, members: Iterable[int]) -> Scan:
    """Find the facts of a few members who lack hours, whatever is planned, without a table for them."""
    rules = rulebook.current().hours_of_year(point.day.year)
    found = rows(statement(moment, point, rules, every=True, members=members))
    held = tuple(sorted((Fact(*row) for row in found), key=lambda fact: (fact.branch, fact.member)))
    return Scan(moment, point, rules, moment.rules.strategy is Strategy.PACE, held)


def _failed() -> bool:
    connection = database.obj.connection()
    return bool(connection.info.transaction_status.name == "INERROR")


def _drop() -> None:
    run(f"DROP TABLE IF EXISTS {'pg_temp' if database.obj.server else 'temp'}.gap_fact", ())


def _standing(members: list[int]) -> _Standing:
    """Return ("role" or "exemption", word, starts, ends) of these members, in one query."""
    found: _Standing = {}
    if members:
        of = ids(members)
        for member, *row in rows(
            f"SELECT member_id, 'role', role, starts, ends FROM role_period WHERE member_id IN ({of})"
            " UNION ALL SELECT member_id, 'exemption', kind, starts, ends FROM exemption"
            f" WHERE member_id IN ({of})"
        ):
            found.setdefault(member, []).append((row[0], row[1], row[2], row[3]))
    return found


def _period(starts: str, ends: str | None) -> Period:
    return Period(date.fromisoformat(starts), date.fromisoformat(ends) if ends else None)
