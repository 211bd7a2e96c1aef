"""A district for load runs: members, accounts, a year of attendance and hours, one open session a branch.

Written with set-based statements straight into the tables, because it is scenery and not the thing measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bench.pushes import SECRET
from models import database
from models.connection import connect, disconnect
from models.terms import Area, SessionKind
from services import keyring, rulebook
from services.actor import OPERATOR
from services.clock import seconds, system_clock
from services.roll import attendance
from services.statement import run
from services.study import sessions
from services.study.session_plan import SessionPlan
from services.upkeep import schema

BRANCHES = 200
PAST = 10


@dataclass(frozen=True)
class Loaded:
    """What was loaded: past attendance rows, members, and the scene of each branch's open session."""

    past: int
    members: int
    scenes: tuple[str, ...]

    def scan(self, number: int) -> tuple[str, str]:
        """Return (openid, scene) of one member's scan of the own branch's session."""
        member = number % self.members
        return f"o{member + 1}", self.scenes[member % len(self.scenes)]


def fill(url: str, members: int) -> Loaded:
    """Migrate the database of `url` and load it; returns what the load run needs."""
    rulebook.use(rulebook.Rulebook(Path(__file__).resolve().parent.parent / "rules"))
    keyring.use(keyring.Keyring(SECRET))
    connect(url)
    schema.migrate()
    now = system_clock()
    with database.atomic():
        _organizations()
        _members(members, seconds(now))
        _past(members, seconds(now))
    scenes = tuple(_open_session(f"B{number}") for number in range(1, BRANCHES + 1))
    if database.obj.server:
        database.execute_sql("ANALYZE")
    disconnect()
    return Loaded(members * PAST, members, scenes)


def _organizations() -> None:
    run(
        "INSERT INTO organization (id, code, name, kind, path, sector, has_committee)"
        f" SELECT i, 'B' || i, '第' || i || '党支部', 'BRANCH', i || '.', 'ORGAN', {_false()}"
        f" FROM {_series(BRANCHES)}",
        (),
    )


def _true() -> str:
    return "true" if database.obj.server else "1"


def _false() -> str:
    return "false" if database.obj.server else "0"


def _series(count: int) -> str:
    """Return a FROM item that counts from 1; SQLite's recursion and PostgreSQL's own function."""
    if database.obj.server:
        return f"generate_series(1, {int(count)}) AS n(i)"
    return (
        f"(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {int(count)})"
        " SELECT i FROM c) AS n"
    )


def _members(members: int, now: int) -> None:
    run(
        "INSERT INTO member (id, number, name, branch_id, category, joined_on, active_from)"
        f" SELECT i, 'DY' || i, '党员' || i, (i - 1) % {BRANCHES} + 1, 'IN_SERVICE', '2010-07-01',"
        " '2010-07-01'"
        f" FROM {_series(members)}",
        (),
    )
    run(
        "INSERT INTO wechat_binding (openid, member_id, bound_at, following)"
        f" SELECT 'o' || i, i, {now}, {_true()} FROM {_series(members)}",
        (),
    )


def _past(members: int, now: int) -> None:
    """Write past sessions, everybody's attendance in them and the hours."""
    sessions_past = BRANCHES * PAST
    year = system_clock().year
    day = date(year, 1, 15)
    run(
        "INSERT INTO study_session"
        " (id, key, organization_id, kind, title, areas, starts_at, ends_at, due_scope,"
        " credit, credit_kind, organiser_level, state, postings, confirmed_at, created_at)"
        f" SELECT i, 'p' || i, (i - 1) % {BRANCHES} + 1, 'THEME_DAY', '主题党日', 'THEORY',"
        f" {now} - 86400 * 20, {now} - 86400 * 20 + 5400, 'ALL', 150, 'COLLECTIVE', 'BRANCH', 'CONFIRMED', 1,"
        f" {now} - 86400 * 19, {now} - 86400 * 30 FROM {_series(sessions_past)}",
        (),
    )
    of_member = f"m.id AS member, (m.id - 1) % {BRANCHES} + 1 AS branch, n.i AS round"
    pairs = f"(SELECT {of_member} FROM member m CROSS JOIN {_series(PAST)} WHERE m.id <= {members}) p"
    session = f"p.branch + (p.round - 1) * {BRANCHES}"
    run(
        "INSERT INTO attendance (branch_id, session_id, member_id, status, due, source, at)"
        f" SELECT p.branch, {session}, p.member, 'PRESENT', {_true()}, 'QR', {now} - 86400 * 20 FROM {pairs}",
        (),
    )
    run(
        "INSERT INTO hour_entry (member_id, branch_id, year, day, hours, stated, credit_kind, source,"
        " session_id, posting, rule, edition, created_at)"
        f" SELECT p.member, p.branch, {year}, '{day + timedelta(days=1)}', 150, 150, 'COLLECTIVE',"
        " 'ATTENDANCE',"
        f" {session}, 1, 'R07', '{rulebook.current().hours_of_year(year).edition}', {now} FROM {pairs}",
        (),
    )
    if database.obj.server:
        for table in ("organization", "member", "study_session"):
            run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))", ())


def _open_session(code: str) -> str:
    now = system_clock()
    plan = SessionPlan(code, SessionKind.THEME_DAY, "主题党日", now, 90, (Area.THEORY,))
    return attendance.scene(sessions.publish_new(OPERATOR, plan, now))
