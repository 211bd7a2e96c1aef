"""Triggers that keep the ledgers append-only, on both databases (R110, G14)."""

from __future__ import annotations

from typing import Any


def append_only(db: Any, table: str) -> None:
    """Make the database refuse UPDATE and DELETE of a table's rows."""
    for verb in ("update", "delete"):
        name = f"{table}_no_{verb}"
        if db.server:
            # All in one transaction, so that a live service is not without its guard for a moment.
            with db.atomic():
                _guard_postgres(db, table, verb, name)
        else:
            db.execute_sql(
                f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {verb.upper()} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def _guard_postgres(db: Any, table: str, verb: str, name: str) -> None:
    db.execute_sql(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ BEGIN"
        f" RAISE EXCEPTION '{table} is append-only'; END $$ LANGUAGE plpgsql"
    )
    db.execute_sql(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    db.execute_sql(
        f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
