"""Members with a year of study behind them and a little ahead, for the scan of gaps; set-based.

Each branch has twenty members, ten confirmed sessions of three hours and three planned ones; every eighth
member missed some and has a gap, as many as in bench/year.py. One member in twenty leads the branch,
one in twenty-five is not required.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bench.district import _false, _series, _true
from bench.pushes import SECRET
from models import TABLES, database
from models.connection import connect
from services import keyring, rulebook
from services.clock import ZONE, seconds
from services.statement import run
from services.upkeep import schema

#: The day after the last checkpoint of 2026, a Monday morning.
NOW = datetime(2026, 11, 16, 9, 0, tzinfo=ZONE)
A_BRANCH = 20
PAST, AHEAD = 10, 3
CREDIT = 300


def fill(url: str, members: int) -> None:
    """Migrate the database of `url` and load it; it stays connected."""
    rulebook.use(rulebook.Rulebook(Path(__file__).resolve().parent.parent / "rules"))
    keyring.use(keyring.Keyring(SECRET))
    connect(url)
    schema.migrate()
    branches = max(members // A_BRANCH, 1)
    with database.atomic():
        _people(members, branches)
        _sessions(branches)
        _attendance(members, branches)
    if database.obj.server:
        for table in ("organization", "member", "study_session", "role_period", "exemption"):
            run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))", ())
    database.execute_sql("ANALYZE")


def _people(members: int, branches: int) -> None:
    run(
        "INSERT INTO organization (id, code, name, kind, path, sector, has_committee)"
        f" SELECT i, 'B' || i, '第' || i || '党支部', 'BRANCH', i || '.', 'ORGAN', {_false()}"
        f" FROM {_series(branches)}",
        (),
    )
    run(
        "INSERT INTO member (id, number, name, branch_id, category, joined_on, full_on, active_from)"
        f" SELECT i, 'DY' || i, '党员' || i, (i - 1) % {branches} + 1, 'IN_SERVICE', '2010-07-01',"
        f" '2011-07-01', '2010-07-01' FROM {_series(members)}",
        (),
    )
    run(
        "INSERT INTO wechat_binding (openid, member_id, bound_at, following)"
        f" SELECT 'o' || i, i, {seconds(NOW) - 86400 * 300}, {_true()} FROM {_series(members)}"
        " WHERE i % 5 <> 0",
        (),
    )
    run(
        "INSERT INTO role_period (member_id, role, title, organization_id, starts)"
        f" SELECT i, 'SECRETARY', '书记', i, '2024-01-01' FROM {_series(branches)}",
        (),
    )
    run(
        "INSERT INTO exemption (member_id, kind, starts, decided_on)"
        f" SELECT i, 'NOT_REQUIRED', '2024-01-01', '2024-01-01' FROM {_series(members)} WHERE i % 25 = 24",
        (),
    )


def _sessions(branches: int) -> None:
    """Ten confirmed sessions up to a month ago, three ahead; the ids of one round follow each other."""
    day = 86400
    for first, rounds, state, at in (
        (0, PAST, "CONFIRMED", f"{seconds(NOW)} - {28 * day} * ((n.i - 1) / {branches}) - {30 * day}"),
        (PAST, AHEAD, "PUBLISHED", f"{seconds(NOW)} + {7 * day} * ((n.i - 1) / {branches} + 1)"),
    ):
        before = first * branches
        run(
            "INSERT INTO study_session (id, key, organization_id, kind, title, areas, starts_at, ends_at,"
            " due_scope, credit, credit_kind, organiser_level, state, postings, created_at)"
            f" SELECT n.i + {before}, 's' || (n.i + {before}), (n.i - 1) % {branches} + 1,"
            f" 'THEME_DAY', '主题党日', 'THEORY', {at}, {at} + 10800, 'ALL', {CREDIT}, 'COLLECTIVE',"
            f" 'BRANCH', '{state}', 1, {seconds(NOW) - 320 * day} FROM {_series(rounds * branches)}",
            (),
        )


def _attendance(members: int, branches: int) -> None:
    """Everybody is due at every session of the branch; who came and who did not follows from the numbers."""
    pairs = (
        f"(SELECT m.id AS member, m.branch_id AS branch, n.i AS round FROM {_series(PAST + AHEAD)}"
        f" CROSS JOIN member m WHERE m.id <= {members}) p"
    )
    session = f"p.branch + (p.round - 1) * {branches}"
    came = f"p.round <= {PAST} AND (p.member % 8 <> 0 OR (p.member / 8 + p.round) % 3 <> 0)"
    run(
        "INSERT INTO attendance (branch_id, session_id, member_id, status, due)"
        f" SELECT p.branch, {session}, p.member, CASE WHEN {came} THEN 'PRESENT'"
        f" WHEN p.round <= {PAST} THEN 'ABSENT' ELSE 'EXPECTED' END, {_true()} FROM {pairs}",
        (),
    )
    edition = rulebook.current().hours_of_year(NOW.year).edition
    run(
        "INSERT INTO hour_entry (member_id, branch_id, year, day, hours, stated, credit_kind, source,"
        " session_id, posting, rule, edition, created_at)"
        f" SELECT p.member, p.branch, {NOW.year}, '{NOW.year}-05-01', {CREDIT}, {CREDIT}, 'COLLECTIVE',"
        f" 'ATTENDANCE', {session}, 1, 'R07', '{edition}', {seconds(NOW)} FROM {pairs} WHERE {came}",
        (),
    )


def clear() -> None:
    """Empty a PostgreSQL database for the next size; on SQLite each size has a file of its own."""
    if database.obj.server:
        names = ", ".join(f'"{table._meta.table_name}"' for table in TABLES)
        run(f"TRUNCATE {names} RESTART IDENTITY CASCADE", ())
