"""Integrity of hours beside the attendance: make-ups, studies elsewhere, corrections (R07, R31, R110)."""

from __future__ import annotations

from collections import defaultdict

from models.terms import CreditKind, MakeUpState, SessionState
from services.clock import civil_day, moment
from services.correction_lines import roots_of
from services.statement import run
from services.study.consequences import worth

#: name → (SELECT that counts what is looked at, SELECT that returns the faulty rows as text parts, words)
CHECKS: tuple[tuple[str, str, str, str], ...] = (
    (
        "make-up orphans",
        "SELECT COUNT(*) FROM hour_entry WHERE source = 'MAKE_UP'",
        "SELECT h.id, h.member_id FROM hour_entry h LEFT JOIN make_up u"
        " ON u.session_id = h.session_id AND u.member_id = h.member_id"
        " WHERE h.source = 'MAKE_UP' AND u.id IS NULL",
        "entry {0} of member {1} has no make-up behind it",
    ),
    (
        "external",
        "SELECT COUNT(*) FROM external_study",
        "SELECT q.id, q.member_id, q.wanted, q.found FROM ("
        " SELECT e.id, e.member_id, CASE WHEN e.state = 'CONFIRMED' THEN e.hours ELSE 0 END AS wanted,"
        "  COALESCE((SELECT SUM(h.stated) FROM hour_entry h WHERE h.external_id = e.id), 0) AS found"
        " FROM external_study e) q WHERE q.wanted <> q.found",
        "study {0} of member {1} is worth {2}, the ledger has {3}",
    ),
    (
        "external orphans",
        "SELECT COUNT(*) FROM hour_entry WHERE source = 'EXTERNAL'",
        "SELECT h.id, h.member_id FROM hour_entry h LEFT JOIN external_study e ON e.id = h.external_id"
        " AND e.member_id = h.member_id AND e.day = h.day WHERE h.source = 'EXTERNAL' AND e.id IS NULL",
        "entry {0} of member {1} has no study behind it",
    ),
)

_MAKE_UPS = """
SELECT s.key, u.member_id, s.state, u.state, s.starts_at, s.credit, s.credit_kind, a.status,
       COALESCE(a.part_credit, 0),
       COALESCE((SELECT SUM(h.stated) FROM hour_entry h LEFT JOIN hour_entry o ON o.id = h.reverses_id
                 WHERE h.session_id = u.session_id AND h.member_id = u.member_id
                 AND COALESCE(o.source, h.source) = 'MAKE_UP'), 0)
FROM make_up u JOIN study_session s ON s.id = u.session_id
LEFT JOIN attendance a ON a.session_id = u.session_id AND a.member_id = u.member_id
"""


def wrong_make_ups() -> tuple[int, list[str]]:
    """Return how many make-ups there are, and a sentence for each whose hours are not what they should be.

    A confirmed make-up of a confirmed session counts what the attendance left over, by the share in force
    on the session's day; every other one counts nothing (R31, R102).
    """
    looked_at, faults = 0, []
    for key, member, held, state, starts_at, credit, kind, status, part, found in run(_MAKE_UPS, ()):
        looked_at += 1
        wanted = 0
        if held == SessionState.CONFIRMED and state == MakeUpState.CONFIRMED:
            had = {"LEAVE": 0, "ABSENT": 0, "PARTIAL": part}.get(status, credit)
            wanted = worth(credit, CreditKind(kind), civil_day(moment(starts_at))).stated(had)
        if wanted != found:
            faults.append(f"make-ups: session {key}, member {member}: worth {wanted}, the ledger has {found}")
    return looked_at, faults[:100]


_LINE = "id, member_id, session_id, day, source, hours, stated, posting, reason, confirmed_by_id, rule"
_CORRECTIONS = f"SELECT {_LINE} FROM hour_entry WHERE source = 'ADJUST' ORDER BY id"  # noqa: S608 - our own words
#: What the corrections follow, to begin with: the lines that were corrected.
#: The last column is the most that such a line counts: the session's credit (R07).
_CORRECTED = (
    f"SELECT {_LINE}, (SELECT s.credit FROM study_session s WHERE s.id = session_id)"  # noqa: S608 - as above
    " FROM hour_entry WHERE source IN ('ATTENDANCE', 'MAKE_UP') AND id IN (<marks>)"
)
_UNDONE = "SELECT reverses_id FROM hour_entry WHERE reverses_id IN (<marks>)"
#: So many numbers in one statement.
_CHUNK = 500


def wrong_corrections() -> tuple[int, list[str]]:
    """Return how many corrections there are, and a sentence for each that is not as it should be.

    A correction follows a line of the same member, session and day, says why, is nobody's own, and leaves the
    line between none and what the session gave; at most one of a line counts, and none once the line itself
    is reversed.
    """
    rows = run(_CORRECTIONS, ()).fetchall()
    roots = roots_of((row[0], row[7]) for row in rows)
    lines = {row[0]: row for row in _of(_CORRECTED, sorted(set(roots.values())))}
    undone = {row[0] for row in _of(_UNDONE, [*roots, *lines])}
    faults, standing = [], defaultdict(list)
    for row in rows:
        wrong = _wrong(row, lines.get(roots[row[0]]))
        if wrong:
            faults.append(f"corrections: entry {row[0]} {wrong}")
        elif row[0] not in undone:
            standing[roots[row[0]]].append(row)
    for root, adjusts in standing.items():
        if len(adjusts) > 1 or root in undone:
            faults.append(f"corrections: entry {root} is corrected by {len(adjusts)} lines that still count")
    return len(rows), faults[:100]


def _wrong(row: tuple[object, ...], line: tuple[object, ...] | None) -> str:
    """Say what is wrong with one correction of a line; nothing when all is well."""
    _, member, session, day, _, hours, stated, _, reason, confirmer, rule = row
    if line is None or (member, session, day) != (line[1], line[2], line[3]):
        return "follows no line of the same member, session and day"
    if not reason or rule != "R110" or stated != hours or hours == 0:
        return "does not say why, or what it counts"
    if confirmer == member:
        return f"is member {member}'s own"
    if not 0 <= int(str(line[5])) + int(str(hours)) <= int(str(line[-1])):
        return f"lets entry {line[0]} count more or less than a line can"
    return ""


def _of(sql: str, numbers: list[int]) -> list[tuple[int, ...]]:
    """Run a statement over numbers, so many at a time."""
    found: list[tuple[int, ...]] = []
    for at in range(0, len(numbers), _CHUNK):
        some = numbers[at : at + _CHUNK]
        found += run(sql.replace("<marks>", ", ".join("?" * len(some))), tuple(some)).fetchall()
    return found
