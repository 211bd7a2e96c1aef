"""Migrations: what they build is what the models say, down to the last index, and once is enough (G13)."""

from __future__ import annotations

import hashlib
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playhouse.migrations import Runner

from models import APPEND_ONLY, TABLES, HourEntry, guards
from models.connection import DurabilityFault, check_durability, connect, disconnect
from services.upkeep import schema

Shape = dict[str, Any]
#: The runner's own table; the models know nothing of it.
HISTORY = "schema_migration"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Give a function that returns the address of another empty database of the same kind."""
    if request.param == "postgresql":
        create: Callable[[], str] = request.getfixturevalue("new_postgres_url")
        return create
    names = iter(range(100))
    return lambda: f"sqlite:///{tmp_path / f'empty{next(names)}.db'}"


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    yield
    disconnect()


# ---- reading a catalogue


def _plain(sql: str | None) -> str:
    """Return SQL without what the two ways of writing it may differ in."""
    return re.sub(r"\s+", " ", (sql or "").replace('"', "").replace("IF NOT EXISTS ", "")).strip().lower()


def _sqlite_shape(db: Any) -> Shape:
    shape: Shape = {}
    rows = db.execute_sql("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    for kind, name, table, sql in rows:
        if table == HISTORY or name.startswith("sqlite_auto"):
            continue
        shape[f"{kind} {name}"] = _plain(sql) if kind != "table" else None
        if kind != "table":
            continue
        shape[f"columns {name}"] = {
            row[1]: row[2:] for row in db.execute_sql(f'PRAGMA table_info("{name}")').fetchall()
        }
        shape[f"keys {name}"] = sorted(
            row[2:7] for row in db.execute_sql(f'PRAGMA foreign_key_list("{name}")').fetchall()
        )
        shape[f"checks {name}"] = sorted(re.findall(r"check ?\([^()]*\)", _plain(sql)))
    return shape


_POSTGRES = {
    "columns": """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,
        column_default FROM information_schema.columns WHERE table_schema = 'public'""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": """SELECT conrelid::regclass::text, contype::text, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'f', 'c', 'u')""",
    "triggers": """SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger
        WHERE NOT tgisinternal""",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}


def _postgres_shape(db: Any) -> Shape:
    return {
        part: sorted(tuple(row) for row in db.execute_sql(sql).fetchall() if row[0] != HISTORY)
        for part, sql in _POSTGRES.items()
    }


def shape_of(db: Any) -> Shape:
    return _postgres_shape(db) if db.server else _sqlite_shape(db)


def migrated(url: str) -> Any:
    """Run the migrations alone: `schema.migrate` would put back a guard that their text forgot."""
    db = connect(url)
    Runner(db, str(schema.FOLDER)).up()
    return db


def modelled(url: str) -> Any:
    db = connect(url)
    db.create_tables(TABLES)
    for table in APPEND_ONLY:
        guards.append_only(db, table._meta.table_name)
    return db


# ---- the tests


def test_the_migrated_schema_is_that_of_the_models(new_url: Callable[[], str]) -> None:
    found = shape_of(migrated(new_url()))
    disconnect()
    wanted = shape_of(modelled(new_url()))
    assert found.keys() == wanted.keys()
    for part, value in wanted.items():
        assert found[part] == value, part


def test_the_comparison_sees_a_width_a_null_an_index_a_check_and_a_trigger(
    new_url: Callable[[], str],
) -> None:
    db = migrated(new_url())
    before = shape_of(db)
    changes = [
        "ALTER TABLE hour_entry ADD COLUMN extra VARCHAR(10)",
        "DROP INDEX attendance_session_id_member_id_branch_id",
        "CREATE INDEX attendance_session_id_member_id_branch_id"
        " ON attendance (session_id, member_id, branch_id)",
        "DROP INDEX wechat_binding_openid_in_force",
        "CREATE UNIQUE INDEX wechat_binding_openid_in_force ON wechat_binding (openid)",
        f"DROP TRIGGER hour_entry_no_update{' ON hour_entry' if db.server else ''}",
    ]
    if db.server:
        changes += [
            "ALTER TABLE member ALTER COLUMN name TYPE VARCHAR(51)",
            "ALTER TABLE member ALTER COLUMN name DROP NOT NULL",
            "ALTER TABLE try_count DROP CONSTRAINT try_count_count_check",
            "ALTER TABLE attendance DROP CONSTRAINT attendance_member_id_fkey",
        ]
    for change in changes:
        db.execute_sql(change)
        after = shape_of(db)
        assert after != before, change
        before = after


def test_migrating_twice_changes_nothing(new_url: Callable[[], str]) -> None:
    db = connect(new_url())
    assert schema.pending() == schema_names()
    assert schema.migrate() == schema_names()
    before = shape_of(db)
    assert (schema.migrate(), schema.pending()) == ([], [])
    assert shape_of(db) == before


def test_migrating_puts_a_lost_guard_back(new_url: Callable[[], str]) -> None:
    db = migrated(new_url())
    before = shape_of(db)
    db.execute_sql(f"DROP TRIGGER hour_entry_no_update{' ON hour_entry' if db.server else ''}")
    assert schema.migrate() == []
    assert shape_of(db) == before


def schema_names() -> list[str]:
    return sorted(path.stem for path in schema.FOLDER.glob("[0-9]*.py"))


def test_processes_that_migrate_at_once_do_it_once(new_url: Callable[[], str]) -> None:
    db = connect(new_url())
    gate, done, faults = threading.Barrier(3), [], []

    def migrate() -> None:
        try:
            gate.wait(10)
            done.append(schema.migrate())
        except BaseException as fault:
            faults.append(fault)
        finally:
            db.close()

    threads = [threading.Thread(target=migrate) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert sorted(done) == [[], [], schema_names()]


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    new_url: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = migrated(new_url())
    before = shape_of(db)
    folder = tmp_path / "migrations"
    shutil.copytree(schema.FOLDER, folder)
    (folder / "9999_breaks.py").write_text(
        "def up(migrator, db):\n"
        "    db.execute_sql('CREATE TABLE half (id INTEGER)')\n"
        "    raise ZeroDivisionError\n",
        "utf-8",
    )
    monkeypatch.setattr(schema, "FOLDER", folder)
    with pytest.raises(ZeroDivisionError):
        schema.migrate()
    assert shape_of(db) == before
    assert schema.pending() == ["9999_breaks"]


#: The first sixteen digits of each file's SHA-256: a released text never changes, the next one adds a file.
FROZEN = {
    "0001_initial.postgresql.sql": "fa00c3a5238fbaf2",
    "0001_initial.py": "1c686dbc36eaafd6",
    "0001_initial.sqlite.sql": "02afb64edecd5166",
    "0002_member_side.postgresql.sql": "00650dc3bb46a7ac",
    "0002_member_side.py": "927908304e4f5fc9",
    "0002_member_side.sqlite.sql": "db3a19850421ef3b",
    "0003_reminders.postgresql.sql": "0ed015757e9d0915",
    "0003_reminders.py": "170f01c72959a724",
    "0003_reminders.sqlite.sql": "dd3131bdbe35716a",
    "0004_console.postgresql.sql": "197424049de6ee9a",
    "0004_console.py": "edbb1d1a6a3edffc",
    "0004_console.sqlite.sql": "725c8d78b6e542c6",
    "0005_screen_link.py": "c767875474ede6c5",
}


def test_a_migration_stands_as_it_was_written() -> None:
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in schema.FOLDER.glob("[0-9]*.*")
    }
    assert found == FROZEN


def test_a_migration_imports_no_model() -> None:
    for path in schema.FOLDER.glob("[0-9]*.py"):
        assert not re.search(r"^\s*(from|import) (models|services)", path.read_text("utf-8"), re.MULTILINE)


def test_no_column_measures_a_screen_or_ranks_a_person() -> None:
    """F02, F03, F05, F09: what may not be measured has no place to be kept."""
    forbidden = re.compile(
        r"dwell|online|progress|streak|rank|percentile|last_login|login_count|read_at|likes|shares"
    )
    columns = [f"{table.__name__}.{name}" for table in TABLES for name in table._meta.fields]
    assert [name for name in columns if forbidden.search(name)] == []


def test_a_database_that_could_lose_what_it_acknowledged_is_refused(new_url: Callable[[], str]) -> None:
    db = migrated(new_url())
    check_durability(db)
    db.execute_sql("SET synchronous_commit = off" if db.server else "PRAGMA synchronous = NORMAL")
    with pytest.raises(DurabilityFault, match="synchronous"):
        check_durability(db)


def test_what_a_ledger_points_to_cannot_be_removed() -> None:
    keys = [field for field in HourEntry._meta.sorted_fields if hasattr(field, "on_delete")]
    assert {field.on_delete for field in keys} == {"RESTRICT"}
