"""A district that lives through 2026: what happens on each day, set-based, by numbers instead of dice.

Each branch has twenty members: one leads it, one in twenty is not required, one in five has no phone, some
have switched the reminders off, one is away. Three branches in five enter their plan ahead, the others ten
days before; one in ten holds too little. Most come, some come half of the time, a few never.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bench.district import _false, _series, _true
from models import database
from services import rulebook
from services.clock import ZONE, day_start, seconds
from services.statement import run

YEAR = 2026
A_BRANCH = 20
#: Sessions of a branch in the year, two hours each; a branch that holds too little holds twelve.
ROUNDS, FEW = 18, 12
CREDIT = 200
_DAY = 86_400
_FIRST = seconds(day_start(date(YEAR, 1, 1)))
#: Who comes: by the member, then by member and session, in per cent.
_COMES = (
    "(m.id * 37 + (s.id % 1000) * 131) % 100 < CASE WHEN m.id * 31 % 100 < 3 THEN 0"
    " WHEN m.id * 31 % 100 < 15 THEN 55 ELSE 93 END"
)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a civil moment."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def fill(branches: int) -> None:
    """Write the district as it stands on 1 January into the connected, empty database."""
    with database.atomic():
        _organizations(branches)
        _members(branches)
        _choices(branches)
        _plan(branches)
        _lay_places("s.state = 'PUBLISHED'")
        _cycles()
    if database.obj.server:
        for table in ("organization", "member", "study_session"):
            run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))", ())
    database.execute_sql("ANALYZE")


def _organizations(branches: int) -> None:
    head = branches + 1
    run(
        "INSERT INTO organization (id, code, name, kind, path, sector, has_committee)"
        f" VALUES ({head}, 'DW', '区委', 'COMMITTEE', '{head}.', 'ORGAN', {_false()})",
        (),
    )
    run(
        "INSERT INTO organization (id, code, name, kind, parent_id, path, sector, has_committee)"
        f" SELECT i, 'ZB' || i, '第' || i || '党支部', 'BRANCH', {head}, '{head}.' || i || '.', 'COMMUNITY',"
        f" {_false()} FROM {_series(branches)}",
        (),
    )


def _members(branches: int) -> None:
    count = branches * A_BRANCH
    joined = f"CASE WHEN i % 50 = 7 THEN '{YEAR - 2}-03-15' ELSE '2010-07-01' END"
    full = f"CASE WHEN i % 50 = 7 THEN '{YEAR - 1}-03-15' ELSE '2011-07-01' END"
    # One in a hundred comes to the branch in the course of the year (R10).
    since = f"CASE WHEN i % 100 = 12 THEN '{YEAR}-05-10' ELSE '2015-01-01' END"
    run(
        "INSERT INTO member (id, number, name, branch_id, category, joined_on, full_on, active_from)"
        f" SELECT i, 'DY' || i, '党员' || i, (i - 1) % {branches} + 1, 'IN_SERVICE', {joined}, {full},"
        f" {since}"
        f" FROM {_series(count)}",
        (),
    )
    run(
        "INSERT INTO wechat_binding (openid, member_id, bound_at, following)"
        f" SELECT 'o' || i, i, {_FIRST}, CASE WHEN i % 40 = 9 THEN {_false()} ELSE {_true()} END"
        f" FROM {_series(count)} WHERE i % 5 <> 3",
        (),
    )
    # One branch in seven has a new secretary since the autumn before.
    start = f"CASE WHEN i % 7 = 0 THEN '{YEAR - 1}-10-20' ELSE '2020-01-01' END"
    run(
        "INSERT INTO role_period (member_id, role, title, organization_id, starts)"
        f" SELECT i, 'SECRETARY', '书记', i, {start} FROM {_series(branches)}",
        (),
    )
    run(
        "INSERT INTO exemption (member_id, kind, starts, decided_on)"
        f" SELECT i, 'NOT_REQUIRED', '2024-01-01', '2024-01-01' FROM {_series(count)}"
        f" WHERE i > {branches} AND (i / {branches} + i) % 20 = 4",
        (),
    )


def _choices(branches: int) -> None:
    count = branches * A_BRANCH
    run(
        "INSERT INTO member_setting (member_id, reminders, changed_at)"
        f" SELECT i, {_false()}, {_FIRST} FROM {_series(count)} WHERE i * 17 % 100 < 3",
        (),
    )
    run(
        "INSERT INTO opt_out (member_id, topic, at)"
        f" SELECT i, 'HOURS_GAP', {_FIRST} FROM {_series(count)} WHERE i * 13 % 100 BETWEEN 5 AND 7",
        (),
    )
    run(
        "INSERT INTO mobility (member_id, destination, home_id, since, next_contact_due)"
        f" SELECT i, '外省', (i - 1) % {branches} + 1, '{YEAR - 1}-01-01', '{YEAR}-02-10'"
        f" FROM {_series(count)}"
        f" WHERE i > {branches} AND (i / {branches} + i) % 20 = 11",
        (),
    )


def _plan(branches: int) -> None:
    branch = f"(n.i - 1) % {branches} + 1"
    start = f"{_FIRST} + {_DAY} * (14 + 19 * ((n.i - 1) / {branches}) + ({branch}) % 10) + 14 * 3600"
    run(
        "INSERT INTO study_session (id, key, organization_id, kind, title, areas, starts_at, ends_at,"
        " due_scope, credit, credit_kind, organiser_level, state, postings, created_at)"
        f" SELECT n.i, 's' || n.i, {branch}, 'THEME_DAY', '主题党日', 'THEORY', {start}, {start} + 7200,"
        f" 'ALL', {CREDIT}, 'COLLECTIVE', 'BRANCH',"
        f" CASE WHEN ({branch}) % 5 < 3 THEN 'PUBLISHED' ELSE 'DRAFT' END,"
        f" 0, {_FIRST} FROM {_series(branches * ROUNDS)}"
        f" WHERE ({branch}) % 10 <> 0 OR (n.i - 1) / {branches} < {FEW}",
        (),
    )


def _cycles() -> None:
    for quarter, (month, day) in enumerate(((3, 20), (6, 20), (9, 20), (12, 20)), start=1):
        run(
            "INSERT INTO report_cycle (key, organization_id, type, year, quarter, number, title, form,"
            " edition, opens, due, state, created_at) SELECT ?, id, 'QUARTER', ?, ?, 0, ?,"
            " 'default', '2026版', ?, ?, 'OPEN', ? FROM organization WHERE code = 'DW'",
            (
                f"DW-{YEAR}Q{quarter}",
                YEAR,
                quarter,
                f"{'一二三四'[quarter - 1]}季度述学",
                f"{YEAR}-{month:02}-01",
                f"{YEAR}-{month:02}-{day:02}",
                _FIRST,
            ),
        )


def _lay_places(which: str) -> None:
    """Lay out the places of sessions as the service does: who is exempt on the day is not due."""
    exempt = "EXISTS (SELECT 1 FROM exemption x WHERE x.member_id = m.id)"
    run(
        "INSERT INTO attendance (branch_id, session_id, member_id, status, due)"
        f" SELECT s.organization_id, s.id, m.id, CASE WHEN {exempt} THEN 'EXEMPT' ELSE 'EXPECTED' END,"
        f" CASE WHEN {exempt} THEN {_false()} ELSE {_true()} END"
        f" FROM study_session s JOIN member m ON m.branch_id = s.organization_id WHERE {which}"
        f" AND (m.active_from < '{YEAR}' OR s.starts_at >= {seconds(day_start(date(YEAR, 5, 10)))})",
        (),
    )


def live(day: date) -> None:
    """Let the early morning of a day happen: what was held is confirmed, what comes is published."""
    now = seconds(at(day, 6))
    with database.atomic():
        soon = f"s.state = 'DRAFT' AND s.starts_at < {now + 10 * _DAY}"
        _lay_places(soon)
        run(f"UPDATE study_session AS s SET state = 'PUBLISHED' WHERE {soon}", ())
        _confirm(now)
        _make_good(day, now)
        _hand_in(day, now)
        run(
            "UPDATE mobility SET next_contact_due = ? WHERE next_contact_due < ?",
            ((day + timedelta(days=85)).isoformat(), (day - timedelta(days=3)).isoformat()),
        )


def _confirm(now: int) -> None:
    held = f"SELECT id FROM study_session WHERE state = 'PUBLISHED' AND ends_at < {now}"
    came = (
        "SELECT 1 FROM member m JOIN study_session s ON s.id = attendance.session_id"
        f" WHERE m.id = attendance.member_id AND {_COMES}"
    )
    run(
        f"UPDATE attendance SET status = CASE WHEN EXISTS ({came}) THEN 'PRESENT' ELSE 'ABSENT' END"
        f" WHERE status = 'EXPECTED' AND session_id IN ({held})",
        (),
    )
    edition = rulebook.current().hours_of_year(YEAR).edition
    run(
        "INSERT INTO hour_entry (member_id, branch_id, year, day, hours, stated, credit_kind, source,"
        f" session_id, posting, rule, edition, created_at) SELECT a.member_id, a.branch_id, {YEAR},"
        f" '{YEAR}-06-01', {CREDIT}, {CREDIT}, 'COLLECTIVE', 'ATTENDANCE', a.session_id, 1, 'R07',"
        f" '{edition}', {now} FROM attendance a WHERE a.status = 'PRESENT' AND a.session_id IN ({held})",
        (),
    )
    run(
        "INSERT INTO make_up (key, branch_id, session_id, member_id, state, due, created_at)"
        " SELECT 'u' || a.session_id || '.' || a.member_id, a.branch_id, a.session_id, a.member_id, 'OWED',"
        f" '{_iso(now + 30 * _DAY)}', {now} FROM attendance a"
        f" WHERE a.status = 'ABSENT' AND a.session_id IN ({held})",
        (),
    )
    run(f"UPDATE study_session SET state = 'CONFIRMED', postings = 1 WHERE id IN ({held})", ())


def _iso(at_second: int) -> str:
    return datetime.fromtimestamp(at_second, ZONE).date().isoformat()


def _make_good(day: date, now: int) -> None:
    """One in three of what was missed is made good after some days, the rest expires."""
    ready = f"state = 'OWED' AND (session_id + member_id) % 3 = 0 AND created_at < {now - 24 * _DAY}"
    edition = rulebook.current().hours_of_year(YEAR).edition
    run(
        "INSERT INTO hour_entry (member_id, branch_id, year, day, hours, stated, credit_kind, source,"
        f" session_id, posting, rule, edition, created_at) SELECT member_id, branch_id, {YEAR},"
        f" '{day.isoformat()}', {CREDIT}, {CREDIT}, 'COLLECTIVE', 'MAKE_UP', session_id, 1, 'R31',"
        f" '{edition}', {now} FROM make_up WHERE {ready}",
        (),
    )
    run(f"UPDATE make_up SET state = 'CONFIRMED' WHERE {ready}", ())
    run("UPDATE make_up SET state = 'EXPIRED' WHERE state = 'OWED' AND due < ?", (day.isoformat(),))


def _hand_in(day: date, now: int) -> None:
    """Some hand in their report each day of an open round; one in thirty gets it back once."""
    run(
        "INSERT INTO shuxue_report (branch_id, cycle_id, member_id, state, channel, revision, begun_at,"
        " changed_at, decided_at)"
        " SELECT m.branch_id, c.id, m.id, CASE WHEN m.id % 30 = 5 THEN 'RETURNED' ELSE 'SUBMITTED' END,"
        f" 'SELF_PAGE', 1, {now}, {now}, {now} FROM report_cycle c CROSS JOIN member m"
        " WHERE c.state = 'OPEN' AND c.opens <= ? AND c.due >= ? AND m.id * 7 % 24 = ?",
        (day.isoformat(), day.isoformat(), day.day % 24),
    )
    run("UPDATE report_cycle SET state = 'CLOSED' WHERE state = 'OPEN' AND due < ?", (day.isoformat(),))
