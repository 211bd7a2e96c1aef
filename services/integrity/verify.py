"""Every integrity rule recomputed over the whole database (R110, G14): `python app.py verify`."""

from __future__ import annotations

from models import APPEND_ONLY, database
from models.terms import CreditKind
from services import rulebook
from services.integrity import hours, point_sums, points
from services.integrity.verdict import Verdict
from services.statement import run

#: name → (SELECT that counts what is looked at, SELECT that returns the faulty rows as text parts, words)
_CHECKS: tuple[tuple[str, str, str, str], ...] = (
    (
        "reversals",
        "SELECT COUNT(*) FROM hour_entry WHERE source = 'REVERSAL'",
        "SELECT r.id, h.id FROM hour_entry r LEFT JOIN hour_entry h ON h.id = r.reverses_id"
        " WHERE (r.source = 'REVERSAL' OR r.reverses_id IS NOT NULL) AND (h.id IS NULL"
        " OR r.source <> 'REVERSAL' OR h.hours <> -r.hours"
        " OR h.stated <> -r.stated OR h.member_id <> r.member_id OR h.year <> r.year"
        " OR h.source = 'REVERSAL')",
        "reversal {0} does not undo entry {1}",
    ),
    (
        "entries",
        "SELECT COUNT(*) FROM hour_entry",
        "SELECT id, year, day FROM hour_entry WHERE CAST(SUBSTR(day, 1, 4) AS INTEGER) <> year"
        " OR ABS(hours) > ABS(stated) OR hours * stated < 0",
        "entry {0} does not add up: year {1}, day {2}",
    ),
    (
        "postings",
        "SELECT COUNT(*) FROM attendance a JOIN study_session s ON s.id = a.session_id"
        " WHERE s.state = 'CONFIRMED'",
        "SELECT q.session_key, q.member_id, q.wanted, q.found FROM ("
        " SELECT s.key AS session_key, a.member_id,"
        "  CASE WHEN s.credit_kind = 'NONE' THEN 0 WHEN a.status IN ('PRESENT', 'LATE') THEN s.credit"
        "       WHEN a.status = 'PARTIAL' THEN COALESCE(a.part_credit, 0) ELSE 0 END AS wanted,"
        "  COALESCE((SELECT SUM(h.stated) FROM hour_entry h LEFT JOIN hour_entry o ON o.id = h.reverses_id"
        "   WHERE h.session_id = s.id AND h.member_id = a.member_id"
        "   AND COALESCE(o.source, h.source) = 'ATTENDANCE'), 0) AS found"
        " FROM attendance a JOIN study_session s ON s.id = a.session_id WHERE s.state = 'CONFIRMED') q"
        " WHERE q.wanted <> q.found",
        "session {0}, member {1}: attendance is worth {2}, the ledger has {3}",
    ),
    (
        "unconfirmed",
        "SELECT COUNT(*) FROM study_session WHERE state <> 'CONFIRMED'",
        "SELECT s.key, h.member_id, SUM(h.hours) FROM hour_entry h"
        " JOIN study_session s ON s.id = h.session_id"
        " WHERE s.state <> 'CONFIRMED'"
        " GROUP BY s.key, h.member_id HAVING SUM(h.hours) <> 0",
        "session {0} is not confirmed, yet member {1} holds {2}",
    ),
    (
        "orphans",
        "SELECT COUNT(*) FROM hour_entry WHERE source = 'ATTENDANCE'",
        "SELECT h.id, h.member_id FROM hour_entry h LEFT JOIN attendance a"
        " ON a.session_id = h.session_id AND a.member_id = h.member_id"
        " WHERE h.source = 'ATTENDANCE' AND a.id IS NULL",
        "entry {0} of member {1} has no attendance behind it",
    ),
    (
        "settled",
        "SELECT COUNT(*) FROM study_session WHERE state = 'CONFIRMED'",
        "SELECT s.key, COUNT(*) FROM attendance a JOIN study_session s ON s.id = a.session_id"
        " WHERE s.state = 'CONFIRMED' AND a.status = 'EXPECTED' GROUP BY s.key",
        "session {0} is confirmed with {1} members left open",
    ),
    (
        "places",
        "SELECT COUNT(*) FROM attendance",
        "SELECT session_id, member_id, COUNT(*) FROM attendance GROUP BY session_id, member_id"
        " HAVING COUNT(*) > 1",
        "session {0}, member {1}: {2} places",
    ),
    (
        "bindings",
        "SELECT COUNT(*) FROM wechat_binding WHERE unbound_at IS NULL",
        "SELECT member_id, COUNT(*) FROM wechat_binding WHERE unbound_at IS NULL GROUP BY member_id"
        " HAVING COUNT(*) > 1",
        "member {0} has {1} accounts",
    ),
    (
        "tree",
        "SELECT COUNT(*) FROM organization",
        "SELECT o.code, o.path FROM organization o LEFT JOIN organization p ON p.id = o.parent_id"
        " WHERE o.path <> COALESCE(p.path, '') || CAST(o.id AS VARCHAR(20)) || '.'",
        "organization {0} stands at {1}, not below its parent",
    ),
)


def verify() -> Verdict:
    """Run every check and return what was found; nothing is changed."""
    verdict = Verdict()
    for name, count, faulty, words in (*_CHECKS, *hours.CHECKS, *points.CHECKS):
        verdict.checked[name] = int(run(count, ()).fetchone()[0])
        verdict.faults += [f"{name}: {words.format(*row)}" for row in run(faulty, ()).fetchmany(100)]
    verdict.checked["make-ups"], faults = hours.wrong_make_ups()
    verdict.faults += faults
    verdict.checked["corrections"], faults = hours.wrong_corrections()
    verdict.faults += faults
    points.recompute(verdict)
    point_sums.recompute(verdict)
    verdict.checked["ratios"] = verdict.checked["entries"]
    verdict.faults += _wrong_ratios()
    verdict.checked["triggers"] = len(APPEND_ONLY) * 2
    verdict.faults += _missing_triggers()
    return verdict


def _wrong_ratios() -> list[str]:
    """Name the lines whose hours are not what their edition makes of the stated ones (R03, R102).

    A correction says itself what counts; `hours.wrong_corrections` looks at those.
    """
    editions = {rules.edition: rules for rules in rulebook.current().hour_editions()}
    rows = run(
        "SELECT h.edition, h.credit_kind, h.stated, h.hours, MIN(h.id), COUNT(*) FROM hour_entry h"
        " LEFT JOIN hour_entry o ON o.id = h.reverses_id WHERE COALESCE(o.source, h.source) <> 'ADJUST'"
        " GROUP BY h.edition, h.credit_kind, h.stated, h.hours",
        (),
    ).fetchall()
    faults = []
    for edition, kind, stated, found, first, lines in rows:
        if edition not in editions:
            faults.append(
                f"ratios: entry {first} and {lines - 1} more name the edition {edition}, which is not here"
            )
        elif found != int(stated * editions[edition].ratio[CreditKind(kind)]):
            faults.append(f"ratios: entry {first} and {lines - 1} more count {found} of {stated} stated")
    return faults


def _missing_triggers() -> list[str]:
    """Name the ledgers whose guard against UPDATE and DELETE is gone."""
    db = database.obj
    sql = (
        "SELECT tgname FROM pg_trigger"
        if db.server
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    found = {row[0] for row in db.execute_sql(sql).fetchall()}
    wanted = [f"{table._meta.table_name}_no_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")]
    return [f"triggers: {name} is missing; run migrate" for name in wanted if name not in found]
