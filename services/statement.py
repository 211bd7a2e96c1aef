"""Running a written-out statement on either database."""

from __future__ import annotations

from typing import Any

from models import database


def for_share(sql: str, table: str) -> str:
    """Let a SELECT hold its row of `table` until the transaction ends; SQLite has one writer anyway."""
    return f"{sql} FOR SHARE OF {table}" if database.obj.server else sql


def run(sql: str, params: tuple[Any, ...]) -> Any:
    """Run SQL whose parameters are marked by ? and return the cursor; the text must hold no other ?."""
    db = database.obj
    return db.execute_sql(sql if db.param == "?" else sql.replace("%", "%%").replace("?", "%s"), params)
