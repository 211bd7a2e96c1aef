"""Integrity of the hours that no attendance gives: make-ups, studies elsewhere (R07, R31, R34, R110)."""

from __future__ import annotations

from models.terms import CreditKind, MakeUpState, SessionState
from services.absences import worth
from services.clock import civil_day, moment
from services.statement import run

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
