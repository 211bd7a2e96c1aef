"""Fixtures that all tests share: a fresh database of either kind, the rules, the keyring, a fixed moment."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import structlog

from models import TABLES
from models.connection import connect, disconnect
from services import keyring, rulebook
from services.clock import ZONE
from services.upkeep import schema
from tests.kept import keep

pytest_plugins = ["tests.fixtures_pg", "tests.fixtures_browser"]

ROOT = Path(__file__).resolve().parent.parent
SECRET = "a secret of the tests, long enough to pass"
NOW = datetime(2026, 11, 21, 10, 0, tzinfo=ZONE)


def pytest_configure() -> None:
    """Let errors be logged plainly: with every local variable of every frame one takes seconds to draw."""
    *others, _console = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*others, plain])


@cache
def _rules() -> rulebook.Rulebook:
    return rulebook.Rulebook(ROOT / "rules")


@pytest.fixture(autouse=True)
def _rules_and_keys() -> None:
    rulebook.use(_rules())
    keyring.use(keyring.Keyring(SECRET))


@pytest.fixture
def now() -> datetime:
    """A Saturday morning in November."""
    return NOW


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file; tests get copies of it."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    connect(f"sqlite:///{path}")
    schema.migrate()
    disconnect()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> str:
    """The worker's PostgreSQL database, migrated once."""
    connect(postgres_url)
    schema.migrate()
    disconnect()
    return postgres_url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: a test that takes one runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> str:
    """The address of a migrated database without rows, of either kind."""
    if database_kind == "sqlite":
        path = tmp_path / "shuxue.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("migrated_postgres")
    _empty(connect(url))
    disconnect()
    return url


def _empty(database: Any) -> None:
    """Remove every row, and count from 1 again.

    TRUNCATE writes each table and each index anew, which costs more than most tests; rows are few.
    """
    tables = [table._meta.table_name for table in TABLES]
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables)
    # As a replica the server asks neither the guards of the ledgers nor the foreign keys.
    database.execute_sql("SET session_replication_role = replica")
    for (name,) in database.execute_sql(filled).fetchall():
        database.execute_sql(f'DELETE FROM "{name}"')
    database.execute_sql(
        "SELECT setval(oid, 1, false) FROM pg_class"
        " WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
    )
    database.execute_sql("SET session_replication_role = DEFAULT")


@pytest.fixture
def commits(database_url: str) -> None:
    """For a test with threads, processes or connections of its own: what it writes is committed."""


@pytest.fixture(scope="session")
def kept_databases(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Any]]:
    """Give a function that returns this worker's kept database of a kind (tests/kept.py)."""
    opened: dict[str, Any] = {}

    def of(kind: str) -> Any:
        if kind not in opened and kind == "sqlite":
            path = tmp_path_factory.mktemp("kept") / "kept.db"
            shutil.copy(request.getfixturevalue("sqlite_template"), path)
            opened[kind] = keep(f"sqlite:///{path}")
        elif kind not in opened:
            url = request.getfixturevalue("postgres_server").create_database("kept")
            connect(url)
            schema.migrate()
            disconnect()
            opened[kind] = keep(url)
        return opened[kind]

    yield of
    for each in opened.values():
        each.let_go()


@pytest.fixture
def db(
    request: pytest.FixtureRequest, database_kind: str, kept_databases: Callable[[str], Any]
) -> Iterator[Any]:
    """A connected, empty database of either kind; what a test writes is gone at its end (tests/kept.py)."""
    if "database_url" in request.fixturenames:
        yield connect(request.getfixturevalue("database_url"))
        disconnect()
        return
    held = kept_databases(database_kind)
    held.lay()
    yield held
    held.clear()
