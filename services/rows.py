"""Rows in hand, inside the caller's transaction: held against others, and changed."""

from __future__ import annotations

from typing import Any

from models import database


def hold(table: Any, *rows: Any) -> bool:
    """Let nobody else change these rows until the transaction ends: two verbs on one row wait here.

    Args:
        table: the model.
        rows: conditions that say which rows.

    Returns:
        Whether there was such a row to hold. SQLite has one writer at a time anyway: it is not asked.
    """
    if not database.obj.server:
        return True
    return bool(list(table.select(table.id).where(*rows).for_update("FOR NO KEY UPDATE")))


def change(row: Any, **columns: Any) -> None:
    """Write some columns of one row, to the database and to the row in hand."""
    table = type(row)
    table.update(**columns).where(table.id == row.id).execute()
    for name, value in columns.items():
        setattr(row, name, value)
