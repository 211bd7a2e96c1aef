"""A member's points of a year with the reason of every line (R111), for the member's own eyes (F01, F02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import Member, PointClaim, PointDecision, PointEntry, StudySession
from models.terms import PointSource
from services import rulebook
from services.clock import civil_day
from services.points import facts, taking_part
from services.rulebook import PointRules

_FIXED = {facts.BASE_ITEM: "年初基础分", facts.VETO_ITEM: "一票否决"}


@dataclass(frozen=True)
class Line:
    """One entry of the ledger; amounts are hundredths of a point.

    `item` is the rule's label, `what` the session's title, the claim's words or the decision's reason.
    `stated` is what the rule gives, `note` says why `points` differs, or why the line was reversed.
    `claim` is the key of the claim behind it.
    """

    entry_id: int
    day: date
    points: int
    stated: int
    item: str
    source: PointSource
    what: str | None
    body: str | None
    note: str | None
    rule: str
    edition: str
    confirmed_by: str | None
    created_at: datetime
    undone: bool
    claim: str | None = None

    @property
    def standing(self) -> bool:
        """Whether the line still counts; a line and its reversal say nothing new in a short list."""
        return not self.undone and self.source is not PointSource.REVERSAL


@dataclass(frozen=True)
class PointsView:
    """A member's points of a year in hundredths; `score` is the sum of the lines, the newest day first.

    `in_scope` False means that the member does not take part; lines of earlier days may stand all the same.
    `chosen` says that it was the member's own choice to take part.
    """

    year: int
    in_scope: bool
    chosen: bool
    score: int
    band: str | None
    ceiling: int
    edition: str
    lines: tuple[Line, ...]

    def recent(self, limit: int) -> list[Line]:
        """Return the newest lines that still count, without the base."""
        return [line for line in self.lines if line.standing and line.source is not PointSource.BASE][:limit]


def view(member: Member, year: int | None, now: datetime) -> PointsView:
    """Return a member's points of a points year as they stand now; None is the present year.

    The number is always the sum of the lines (R110), so it is 0 until `open_year` has written the base.
    """
    years = rulebook.current().point_years
    day = civil_day(now)
    year = years.year_of(day) if year is None else year
    rules = years.of_year(year)
    lines = _lines(member, year)
    begun = any(line.source is PointSource.BASE and line.standing for line in lines)
    row = taking_part.rows([member.id], year, day)[0]
    share = taking_part.share(row, year, day, begun=begun)
    # The day of opting out still counts, yet whoever has opted out is told so at once.
    in_scope = share is not None and (share.ends == years.bounds(year)[1] or share.ends > day)
    score = sum(line.points for line in lines)
    chosen = in_scope and row.chosen_until is not None and not taking_part.by_rule(row, rules, day)
    return PointsView(
        year, in_scope, chosen, score, rules.band(score), rules.ceiling, rules.edition, tuple(lines)
    )


def label(item: str, edition: str) -> str:
    """Return what people call an item, by the edition that a row names, else by any that knows it."""
    if item in _FIXED:
        return _FIXED[item]
    years = rulebook.current().point_years
    named = years.named(edition)
    editions: list[PointRules] = [*([named] if named else []), *reversed(years.editions)]
    return next((rules.items[item].label for rules in editions if item in rules.items), "其他")


def _lines(member: Member, year: int) -> list[Line]:
    undone = set()
    found = []
    for row in _query(member, year).tuples():
        entry, reverses = row[0], row[-1]
        if reverses is not None:
            undone.add(reverses)
        found.append((entry, row))
    return [_line(row, entry in undone) for entry, row in found]


def _line(row: tuple[Any, ...], undone: bool) -> Line:
    entry, day, points, stated, item, source, title, said, body, reason, *rest = row
    note, rule, edition, by, at, claim, _ = rest
    what = title or said or reason
    return Line(
        entry,
        day,
        points,
        stated,
        label(item, edition),
        source,
        what,
        body,
        note,
        rule,
        edition,
        by,
        at,
        undone,
        claim,
    )


def _query(member: Member, year: int) -> Any:
    confirmer = Member.alias()
    return (
        PointEntry.select(
            PointEntry.id,
            PointEntry.day,
            PointEntry.points,
            PointEntry.stated,
            PointEntry.item,
            PointEntry.source,
            StudySession.title,
            PointClaim.words,
            PointDecision.body,
            PointDecision.reason,
            PointEntry.note,
            PointEntry.rule,
            PointEntry.edition,
            confirmer.name,
            PointEntry.created_at,
            PointClaim.key,
            PointEntry.reverses,
        )
        .left_outer_join(StudySession, on=(PointEntry.session == StudySession.id))
        .left_outer_join(PointClaim, on=(PointEntry.claim == PointClaim.id))
        .left_outer_join(PointDecision, on=(PointEntry.decision == PointDecision.id))
        .left_outer_join(confirmer, on=(PointEntry.confirmed_by == confirmer.id))
        .where(PointEntry.member == member, PointEntry.year == year)
        .order_by(PointEntry.day.desc(), PointEntry.id.desc())
    )
