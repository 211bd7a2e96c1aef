"""The integrity rules of the ledger of points, recomputed (R63, R64, R66, R110): a part of `verify`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from models.terms import AttendanceStatus, PointSource
from services import rulebook
from services.clock import civil_day, day_start, moment, next_day, seconds
from services.points import facts, summaries
from services.policy.points import Event, Limits, count
from services.statement import run

#: So many faults of a kind are named; more would say nothing new.
_NAMED = 100
_KEPT = "NOT EXISTS (SELECT 1 FROM point_entry u WHERE u.reverses_id = e.id)"
_STANDS = f"e.source <> 'REVERSAL' AND {_KEPT}"
_LINES = "SUM(CASE WHEN source = 'REVERSAL' THEN -1 ELSE 1 END)"


def _doubled(cause: str, where: str) -> str:
    return (
        f"SELECT member_id, {cause}, {_LINES} FROM point_entry WHERE {where}"  # noqa: S608 - our own words
        f" GROUP BY {cause}, member_id HAVING {_LINES} NOT IN (0, 1)"
    )


#: name → (SELECT that counts what is looked at, SELECT of the faulty rows, words), as in `verify`.
CHECKS: tuple[tuple[str, str, str, str], ...] = (
    (
        "point_reversals",
        "SELECT COUNT(*) FROM point_entry WHERE source = 'REVERSAL'",
        "SELECT r.id, e.id FROM point_entry r LEFT JOIN point_entry e ON e.id = r.reverses_id"
        " WHERE (r.source = 'REVERSAL' OR r.reverses_id IS NOT NULL) AND (e.id IS NULL"
        " OR r.source <> 'REVERSAL' OR e.source = 'REVERSAL' OR e.points <> -r.points"
        " OR e.stated <> -r.stated OR e.member_id <> r.member_id OR e.year <> r.year"
        " OR e.quarter <> r.quarter OR e.day <> r.day OR e.item <> r.item)",
        "point reversal {0} does not undo entry {1}",
    ),
    (
        "point_entries",
        "SELECT COUNT(*) FROM point_entry",
        "SELECT id, points, stated FROM point_entry WHERE ABS(points) > ABS(stated)"
        " OR points * stated < 0 OR (points <> stated AND note IS NULL)",
        "point entry {0} counts {1} of {2} and does not say why",
    ),
    (
        "point_doubles",
        "SELECT COUNT(*) FROM point_entry WHERE source <> 'REVERSAL'",
        " UNION ALL ".join(
            [_doubled(cause, f"{cause} IS NOT NULL") for cause in ("session_id", "claim_id", "decision_id")]
            + [_doubled("year", "COALESCE(session_id, claim_id, decision_id) IS NULL")]
        ),
        "member {0}, cause {1}: {2} lines stand for one event",
    ),
    (
        "posted_claims",
        "SELECT COUNT(*) FROM point_claim WHERE state = 'POSTED'",
        "SELECT c.key, c.member_id FROM point_claim c WHERE c.state = 'POSTED'"
        " AND EXISTS (SELECT 1 FROM point_entry b WHERE b.member_id = c.member_id AND b.claim_id = c.id)"
        " AND COALESCE((SELECT SUM(CASE WHEN e.source = 'CLAIM' THEN 1 ELSE -1 END) FROM point_entry e"
        "  WHERE e.claim_id = c.id), 0) <> 1",
        "claim {0} of member {1} is posted and has no line",
    ),
)


@dataclass
class Found:
    """What the checks that are no single statement looked at, and what is wrong."""

    checked: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def verify_points() -> Found:
    """Recompute years and quarters, causes, missing lines, summaries and what each line counts."""
    found = Found()
    _days(found)
    for (year,) in run("SELECT DISTINCT year FROM point_entry ORDER BY year", ()).fetchall():
        _causes(found, year)
        _unposted(found, year)
        _summaries(found, year)
        _caps(found, year)
    return found


def _days(found: Found) -> None:
    """Hold that every line stands in the year and quarter of its day, under an edition that is here."""
    years = rulebook.current().point_years
    rows = run("SELECT day, year, quarter, edition, MIN(id), COUNT(*) FROM point_entry"
               " GROUP BY day, year, quarter, edition", ()).fetchall()  # fmt: skip
    found.checked["point_days"] = sum(row[5] for row in rows)
    for text, year, quarter, edition, first, _lines in rows:
        day = date.fromisoformat(text)
        if (years.year_of(day), years.quarter_of(day)) != (year, quarter):
            found.faults.append(f"point_days: entry {first} of {day} stands in {year}, quarter {quarter}")
        if years.named(edition) is None:
            found.faults.append(f"point_days: entry {first} names the edition {edition}, which is not here")


_CAUSES = (
    "SELECT e.id, e.source FROM point_entry e LEFT JOIN study_session s ON s.id = e.session_id"  # noqa: S608 - our own words
    " LEFT JOIN attendance a ON a.session_id = e.session_id AND a.member_id = e.member_id"
    " LEFT JOIN point_claim c ON c.id = e.claim_id AND c.member_id = e.member_id"
    " LEFT JOIN point_decision d ON d.id = e.decision_id AND d.member_id = e.member_id"
    " WHERE e.year = ? AND e.source <> 'REVERSAL' AND NOT COALESCE(CASE e.source"
    " WHEN 'BASE' THEN e.item = 'base' AND e.session_id IS NULL AND e.claim_id IS NULL"
    "  AND e.decision_id IS NULL"
    " WHEN 'SESSION' THEN s.state = 'CONFIRMED' AND a.status IN ('PRESENT', 'LATE', 'PARTIAL')"
    "  AND e.item = <item> AND e.stated = CASE a.status WHEN 'PARTIAL' THEN <part> ELSE <full> END"
    " WHEN 'CLAIM' THEN c.state = 'POSTED' AND c.day = e.day AND c.points = e.stated"
    " ELSE d.withdrawn_at IS NULL AND d.day = e.day AND d.id IS NOT NULL END, FALSE)"
    f" AND {_KEPT}"
)


def _causes(found: Found, year: int) -> None:
    """Hold that every standing line has its event behind it and states what the year's edition gives."""
    rules = rulebook.current().point_years.of_year(year)
    items = [(kind, item) for item in rules.items.values() for kind in item.sessions]
    part = AttendanceStatus.PARTIAL
    columns: dict[str, list[tuple[Any, Any]]] = {
        "<item>": [(kind, item.key) for kind, item in items],
        "<part>": [(kind, facts.session_points(item.points, part, rules)) for kind, item in items],
        "<full>": [(kind, item.points) for kind, item in items],
    }
    sql, values = _CAUSES, [year]
    for mark, pairs in columns.items():
        cases = f"CASE s.kind {'WHEN ? THEN ? ' * len(pairs)}ELSE NULL END" if pairs else "NULL"
        sql = sql.replace(mark, cases)
        values += [value for pair in pairs for value in pair]
    for entry, source in run(sql, tuple(values)).fetchmany(_NAMED):
        found.faults.append(
            f"point_causes: entry {entry} ({source}) has nothing behind it that gives as much"
        )
    _look(found, "point_causes", "SELECT COUNT(*) FROM point_entry WHERE year = ?", year)


#: Who has begun a year; who ended an own choice is counted from then on by `settle` alone.
_BEGUN = (
    "SELECT DISTINCT e.member_id, e.day FROM point_entry e WHERE e.year = ? AND e.source = 'BASE'"  # noqa: S608 - our own words
    f" AND {_KEPT} AND NOT EXISTS (SELECT 1 FROM point_opt_in p WHERE p.member_id = e.member_id)"
)
_PLACES = (
    "SELECT a.session_id, COUNT(*) FROM attendance a JOIN study_session s ON s.id = a.session_id"  # noqa: S608 - our own words
    f" JOIN ({_BEGUN}) b ON b.member_id = a.member_id WHERE s.state = 'CONFIRMED'"
    " AND s.starts_at >= ? AND s.starts_at < ? AND s.kind IN (<kinds>)"
    " AND a.status IN ('PRESENT', 'LATE', 'PARTIAL') GROUP BY a.session_id"
)
_POSTED = (
    f"SELECT l.session_id, {_LINES.replace('source', 'l.source')} FROM point_entry l"  # noqa: S608 - our own words
    f" JOIN ({_BEGUN}) b ON b.member_id = l.member_id"
    " WHERE l.year = ? AND l.session_id IS NOT NULL GROUP BY l.session_id"
)
_MISSING = (
    f"SELECT s.key, a.member_id, s.starts_at, b.day FROM attendance a JOIN ({_BEGUN}) b"  # noqa: S608 - our own words
    " ON b.member_id = a.member_id JOIN study_session s ON s.id = a.session_id WHERE a.session_id = ?"
    f" AND a.status IN ('PRESENT', 'LATE', 'PARTIAL') AND COALESCE((SELECT {_LINES} FROM point_entry l"
    "  WHERE l.member_id = a.member_id AND l.session_id = s.id), 0) < 1"
)


def _unposted(found: Found, year: int) -> None:
    """Hold that whoever has begun a year has a line for each session attended in it.

    As no line stands without its attendance and none twice, it is enough to count them for each session.
    """
    years = rulebook.current().point_years
    kinds = [kind for item in years.of_year(year).items.values() for kind in item.sessions]
    first, last = years.bounds(year)
    span = (seconds(day_start(first)), seconds(day_start(next_day(last))))
    posted = dict(run(_POSTED, (year, year)).fetchall())
    sql = _PLACES.replace("<kinds>", ", ".join("?" * len(kinds)) or "NULL")
    places = run(sql, (year, *span, *kinds)).fetchall()
    found.checked["point_sessions"] = found.checked.get("point_sessions", 0) + len(places)
    for session, there in places:
        if posted.get(session, 0) >= there:
            continue
        for key, member, starts_at, begun in run(_MISSING, (year, session)).fetchmany(_NAMED):
            if civil_day(moment(starts_at)).isoformat() >= begun:
                found.faults.append(f"point_sessions: session {key} has no line for member {member}")


def _summaries(found: Found, year: int) -> None:
    """Hold that the newest revision of every frozen period is what the ledger adds up to."""
    frozen = run(
        "SELECT member_id, quarter, score, gained, lost FROM point_summary WHERE year = ?"
        " ORDER BY member_id, revision",
        (year,),
    ).fetchall()
    found.checked["point_summaries"] = found.checked.get("point_summaries", 0) + len(frozen)
    if not frozen:
        return
    stands = {row[0]: row[1:] for row in run(_quarters_sql(), (year,)).fetchall()}
    for member, rows in groupby(frozen, key=lambda row: row[0]):
        newest = {quarter: (score, gained, lost) for _member, quarter, score, gained, lost in rows}
        for quarter, shown in newest.items():
            if shown != _of_period(quarter, stands.get(member, (0,) * 8)):
                found.faults.append(f"point_summaries: member {member}, {year}/{quarter}: frozen {shown}")


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


def _caps(found: Found, year: int) -> None:
    """Hold that no cap is exceeded, and that each reduced line is what the order of dates makes of it (R63).

    Where nothing was reduced or taken off and every sum lies within its cap, the recomputation could find
    nothing else; so only the other members are recomputed line by line.
    """
    limits = facts.limits(rulebook.current().point_years.of_year(year))
    _look(found, "point_caps", "SELECT COUNT(*) FROM point_entry WHERE year = ?", year)
    for member in _beyond(year, limits):
        found.faults.append(f"point_caps: member {member} is beyond a limit of {year}")
    for member, lines in groupby(_reduced(year), key=lambda row: row[1]):
        wrong = [line for line, points in _recounted(list(lines), limits) if line[2] != points]
        if wrong:
            found.faults.append(
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
    return [row[0] for row in run(sql, tuple(values)).fetchmany(_NAMED)]


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


def _look(found: Found, name: str, sql: str, year: int) -> None:
    found.checked[name] = found.checked.get(name, 0) + int(run(sql, (year,)).fetchone()[0])
