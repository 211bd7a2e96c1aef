"""Rows: found by the key in their address, held against others inside the caller's transaction, changed."""

from __future__ import annotations

from typing import Any

from models import database
from services.errors import not_found
from services.keys import may_be_key


def keyed(query: Any, key: str) -> Any:
    """Return the row of a query that has this key, or None.

    Args:
        query: a selection of one model with a key, with whatever it is joined with.
        key: as it stands in the address; what has no key's shape is not asked of the database.
    """
    return query.where(query.model.key == key).first() if may_be_key(key) else None


def named(query: Any, key: str, what: str) -> Any:
    """Return the row of a query that has this key.

    Raises:
        ServiceError: `not_found`, with what the thing is called.
    """
    found = keyed(query, key)
    if found is None:
        raise not_found(what)
    return found


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
