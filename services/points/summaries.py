"""季小结 and 年总评: frozen from the ledger; a change is a new revision with its reason (R60, R64)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from peewee import fn

from models import Member, PointSummary
from services import rulebook
from services.clock import civil_day, seconds
from services.statement import run
from services.transaction import transaction

#: The period of a year's summary among the quarters 1 to 4.
YEAR = 0
_CORRECTED = "这一期的记分后来有更正，重新小结"

#: What was stated tells lines that add from lines that take away; a reversal goes with what it undoes.
GAIN = "((e.source <> 'REVERSAL' AND e.stated >= 0) OR (e.source = 'REVERSAL' AND e.stated <= 0))"
_TOTALS = (
    "SELECT e.member_id, SUM(e.points) AS score, MAX(e.id) AS last_id,"
    " SUM(CASE WHEN <own> AND <gain> THEN e.points ELSE 0 END) AS gained,"
    " SUM(CASE WHEN <own> AND NOT <gain> THEN -e.points ELSE 0 END) AS lost"
    " FROM point_entry e WHERE e.year = ? AND e.quarter <= ? <some> GROUP BY e.member_id"
)
_FREEZE = (
    "INSERT INTO point_summary (member_id, branch_id, year, quarter, revision, score, gained, lost, band,"
    " edition, last_entry_id, why, frozen_at)"
    " SELECT t.member_id, m.branch_id, ?, ?, COALESCE(s.revision, 0) + 1, t.score, t.gained, t.lost,"
    " <band>, ?, t.last_id, CASE WHEN s.id IS NULL THEN NULL ELSE ? END, ?"
    " FROM (<totals>) t JOIN member m ON m.id = t.member_id"
    " LEFT JOIN point_summary s ON s.member_id = t.member_id AND s.year = ? AND s.quarter = ?"
    "  AND NOT EXISTS (SELECT 1 FROM point_summary n WHERE n.member_id = s.member_id AND n.year = s.year"
    "   AND n.quarter = s.quarter AND n.revision > s.revision)"
    " WHERE s.id IS NULL OR s.score <> t.score OR s.gained <> t.gained OR s.lost <> t.lost"
    " ORDER BY t.member_id"
)


@dataclass(frozen=True)
class Summary:
    """A frozen period of a member's points in hundredths; `quarter` is 0 for the year (R68: no rank)."""

    year: int
    quarter: int
    revision: int
    score: int
    gained: int
    lost: int
    band: str | None
    why: str | None
    frozen_at: datetime


def closes_on(year: int, quarter: int) -> date:
    """Return the last day on which claims of a period may be filed; it is frozen the day after (R70)."""
    years = rulebook.current().point_years
    after = years.last_day(year, quarter) + timedelta(days=1)
    return after.replace(day=years.of_year(year).close_day)


def freeze_due(now: datetime) -> int:
    """Freeze every period whose claims have closed and that is not frozen yet (a daily job).

    It looks at this points year and the one before, and mends what a change at the same moment left behind.

    Returns:
        How many summaries were written.
    """
    years = rulebook.current().point_years
    this = years.year_of(civil_day(now))
    written = 0
    for year in range(max(this - 1, years.first), this + 1):
        for quarter in _closed(year, now):
            with transaction():
                written += _freeze(year, quarter, now, None)
    return written


def follow(member_ids: Sequence[int], year: int, since_quarter: int, now: datetime) -> None:
    """Freeze a new revision of the closed periods that a change reaches, in the change's own transaction."""
    for quarter in _closed(year, now):
        if quarter == YEAR or quarter >= since_quarter:
            _freeze(year, quarter, now, member_ids)


def of_member(member: Member, year: int | None = None) -> list[Summary]:
    """Return the newest revision of each frozen period, the latest first, a year before its quarters."""
    newer = PointSummary.alias()
    later = newer.select(newer.id).where(
        newer.member == PointSummary.member,
        newer.year == PointSummary.year,
        newer.quarter == PointSummary.quarter,
        newer.revision > PointSummary.revision,
    )
    chosen = PointSummary.member == member
    if year is not None:
        chosen &= PointSummary.year == year
    query = PointSummary.select(
        PointSummary.year,
        PointSummary.quarter,
        PointSummary.revision,
        PointSummary.score,
        PointSummary.gained,
        PointSummary.lost,
        PointSummary.band,
        PointSummary.why,
        PointSummary.frozen_at,
    ).where(chosen, ~fn.EXISTS(later))
    found = [Summary(*row) for row in query.tuples()]
    return sorted(found, key=lambda each: (-each.year, each.quarter != YEAR, -each.quarter))


def totals_sql(quarter: int, some: str = "") -> str:
    """Return the SELECT of what the ledger gives each member; its parameters: year, last quarter."""
    own = "1 = 1" if quarter == YEAR else f"e.quarter = {int(quarter)}"
    return _TOTALS.replace("<own>", own).replace("<gain>", GAIN).replace("<some>", some)


def _closed(year: int, now: datetime) -> list[int]:
    """Return the periods of a year whose claims have closed, the quarters first."""
    day = civil_day(now)
    return [quarter for quarter in (1, 2, 3, 4, YEAR) if closes_on(year, quarter) < day]


def _freeze(year: int, quarter: int, now: datetime, member_ids: Sequence[int] | None) -> int:
    """Write what is missing or has changed, for these members or for all; return how many rows."""
    rules = rulebook.current().point_years.of_year(year)
    band, words = "NULL", []
    if quarter == YEAR and rules.bands:
        band = "CASE " + "WHEN t.score >= ? THEN ? " * len(rules.bands) + "ELSE NULL END"
        words = [value for each in rules.bands for value in (each.least, each.word)]
    some = "" if member_ids is None else f"AND e.member_id IN ({', '.join('?' * len(member_ids))})"
    sql = _FREEZE.replace("<band>", band).replace("<totals>", totals_sql(quarter, some))
    values = (
        *(year, quarter, *words, rules.edition, _CORRECTED, seconds(now)),
        *(year, 4 if quarter == YEAR else quarter, *(member_ids or ())),
        *(year, quarter),
    )
    return int(run(sql, values).rowcount)
