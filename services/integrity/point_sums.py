"""What the lines of points add up to: frozen summaries, caps, what each counts under them (R63, R110)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from models.terms import PointSource
from services import rulebook
from services.integrity.points import KEPT, NAMED, years
from services.integrity.verdict import Verdict
from services.points import facts, summaries
from services.policy.points import Event, Limits, count
from services.statement import run

_STANDS = f"e.source <> 'REVERSAL' AND {KEPT}"


def recompute(verdict: Verdict) -> None:
    """Recompute the frozen summaries and what each line counts."""
    for year in years():
        _summaries(verdict, year)
        _caps(verdict, year)


def _summaries(verdict: Verdict, year: int) -> None:
    """Hold that the newest revision of every frozen period is what the ledger adds up to."""
    frozen = run(
        "SELECT member_id, quarter, score, gained, lost FROM point_summary WHERE year = ?"
        " ORDER BY member_id, revision",
        (year,),
    ).fetchall()
    verdict.look("point_summaries", len(frozen))
    if not frozen:
        return
    stands = {row[0]: row[1:] for row in run(_quarters_sql(), (year,)).fetchall()}
    for member, rows in groupby(frozen, key=lambda row: row[0]):
        newest = {quarter: (score, gained, lost) for _member, quarter, score, gained, lost in rows}
        for quarter, shown in newest.items():
            if shown != _of_period(quarter, stands.get(member, (0,) * 8)):
                verdict.faults.append(f"point_summaries: member {member}, {year}/{quarter}: frozen {shown}")


def _quarters_sql() -> str:
    sums = [
        f"SUM(CASE WHEN e.quarter = {quarter} AND {what} THEN e.points ELSE 0 END)"
        for quarter in (1, 2, 3, 4)
        for what in (summaries.GAIN, f"NOT {summaries.GAIN}")
    ]
    return f"SELECT e.member_id, {', '.join(sums)} FROM point_entry e WHERE e.year = ? GROUP BY e.member_id"  # noqa: S608 - our own words


def _of_period(quarter: int, sums: Sequence[int]) -> tuple[int, int, int]:
    """Return (score, gained, lost) of a period from the gains and losses of the four quarters."""
    if quarter == summaries.YEAR:
        return sum(sums), sum(sums[::2]), -sum(sums[1::2])
    return sum(sums[: quarter * 2]), sums[quarter * 2 - 2], -sums[quarter * 2 - 1]


def _caps(verdict: Verdict, year: int) -> None:
    """Hold that no cap is exceeded, and that each reduced line is what the order of dates makes of it (R63).

    Where nothing was reduced or taken off and every sum lies within its cap, the recomputation could find
    nothing else; so only the other members are recomputed line by line.
    """
    limits = facts.limits(rulebook.current().point_years.of_year(year))
    verdict.look(
        "point_caps", int(run("SELECT COUNT(*) FROM point_entry WHERE year = ?", (year,)).fetchone()[0])
    )
    for member in _beyond(year, limits):
        verdict.faults.append(f"point_caps: member {member} is beyond a limit of {year}")
    for member, lines in groupby(_reduced(year), key=lambda row: row[1]):
        wrong = [line for line, points in _recounted(list(lines), limits) if line[2] != points]
        if wrong:
            verdict.faults.append(
                f"point_caps: member {member}, {year}: entry {wrong[0][0]} should not count {wrong[0][2]}"
            )


def _beyond(year: int, limits: Limits) -> list[int]:
    """Return the members one of whose sums lies outside its limit, in one pass over the year."""
    items = rulebook.current().point_years.of_year(year).items.values()
    groups: list[tuple[tuple[str, ...], int]] = [((key,), cap) for key, cap in limits.item_caps.items()]
    for category, cap in limits.category_caps.items():
        groups.append((tuple(item.key for item in items if item.category == category), cap))
    having = ["SUM(points) < 0", "SUM(points) > ?"]
    values: list[int | str] = [year, limits.ceiling]
    for keys, cap in groups:
        marks = ", ".join("?" * len(keys)) or "NULL"
        having.append(f"SUM(CASE WHEN item IN ({marks}) THEN points ELSE 0 END) > ?")
        values += [*keys, cap]
    sql = "SELECT member_id FROM point_entry WHERE year = ? GROUP BY member_id HAVING " + " OR ".join(having)  # noqa: S608 - marks alone
    return [row[0] for row in run(sql, tuple(values)).fetchmany(NAMED)]


def _reduced(year: int) -> Iterable[Any]:
    """Return the standing lines of the members who have a reduced or a negative one, by member."""
    return run(
        "SELECT e.id, e.member_id, e.points, e.stated, e.item, e.source, e.day, s.kind,"  # noqa: S608 - our own words
        " COALESCE(e.session_id, e.claim_id, e.decision_id, 0)"
        " FROM point_entry e LEFT JOIN study_session s ON s.id = e.session_id"
        f" WHERE e.year = ? AND {_STANDS} AND e.member_id IN (SELECT r.member_id FROM point_entry r"
        "  WHERE r.year = ? AND (r.points <> r.stated OR r.stated < 0) AND r.source <> 'REVERSAL')"
        " ORDER BY e.member_id",
        (year, year),
    ).fetchall()


def _recounted(lines: list[Any], limits: Limits) -> list[tuple[Any, int]]:
    by_cause = {(PointSource(line[5]), line[8]): line for line in lines}
    year = rulebook.current().point_years.year_of(date.fromisoformat(lines[0][6]))
    items = rulebook.current().point_years.of_year(year).items
    events = []
    for (source, number), line in by_cause.items():
        item = items.get(line[4])
        fixed = line[4] if source in {PointSource.BASE, PointSource.VETO} else ""
        events.append(
            Event(
                source,
                number,
                date.fromisoformat(line[6]),
                line[4],
                item.category if item else fixed,
                line[3],
                line[7] or "",
                frozenset(item.not_on) if item else frozenset(),
            )
        )
    return [(by_cause[each.event.source, each.event.number], each.points) for each in count(events, limits)]
