"""The ledger of points, line by line: each has its event behind it, and none is missing (R64, R66, R110)."""

from __future__ import annotations

from datetime import date
from typing import Any

from models.terms import AttendanceStatus
from services import rulebook
from services.clock import civil_day, day_start, moment, next_day, seconds
from services.integrity.verdict import Verdict
from services.points import facts
from services.statement import run

#: So many faults of a kind are named; more would say nothing new.
NAMED = 100
KEPT = "NOT EXISTS (SELECT 1 FROM point_entry u WHERE u.reverses_id = e.id)"
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


def recompute(verdict: Verdict) -> None:
    """Hold each line against its day, its cause and the sessions attended."""
    _days(verdict)
    for year in years():
        _causes(verdict, year)
        _unposted(verdict, year)


def years() -> list[int]:
    """Return the years of which the ledger has lines."""
    return [year for (year,) in run("SELECT DISTINCT year FROM point_entry ORDER BY year", ()).fetchall()]


def _days(verdict: Verdict) -> None:
    """Hold that every line stands in the year and quarter of its day, under an edition that is here."""
    years = rulebook.current().point_years
    rows = run("SELECT day, year, quarter, edition, MIN(id), COUNT(*) FROM point_entry"
               " GROUP BY day, year, quarter, edition", ()).fetchall()  # fmt: skip
    verdict.look("point_days", sum(row[5] for row in rows))
    for text, year, quarter, edition, first, _lines in rows:
        day = date.fromisoformat(text)
        if (years.year_of(day), years.quarter_of(day)) != (year, quarter):
            verdict.faults.append(f"point_days: entry {first} of {day} stands in {year}, quarter {quarter}")
        if years.named(edition) is None:
            verdict.faults.append(f"point_days: entry {first} names the edition {edition}, which is not here")


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
    f" AND {KEPT}"
)


def _causes(verdict: Verdict, year: int) -> None:
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
    for entry, source in run(sql, tuple(values)).fetchmany(NAMED):
        verdict.faults.append(
            f"point_causes: entry {entry} ({source}) has nothing behind it that gives as much"
        )
    verdict.look(
        "point_causes", int(run("SELECT COUNT(*) FROM point_entry WHERE year = ?", (year,)).fetchone()[0])
    )


#: Who has begun a year; who ended an own choice is counted from then on by `settle` alone.
_BEGUN = (
    "SELECT DISTINCT e.member_id, e.day FROM point_entry e WHERE e.year = ? AND e.source = 'BASE'"  # noqa: S608 - our own words
    f" AND {KEPT} AND NOT EXISTS (SELECT 1 FROM point_opt_in p WHERE p.member_id = e.member_id)"
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


def _unposted(verdict: Verdict, year: int) -> None:
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
    verdict.look("point_sessions", len(places))
    for session, there in places:
        if posted.get(session, 0) >= there:
            continue
        for key, member, starts_at, begun in run(_MISSING, (year, session)).fetchmany(NAMED):
            if civil_day(moment(starts_at)).isoformat() >= begun:
                verdict.faults.append(f"point_sessions: session {key} has no line for member {member}")
