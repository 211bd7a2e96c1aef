"""Where a name still stands in words that are other people's: told, never changed by itself."""

from __future__ import annotations

from typing import Any

from peewee import CharField, TextField

from models import Member, PlatformToken
from models.base import DayField, TermField
from services.privacy.held import Held
from services.privacy.map import MAP, NAMELESS

#: Others may be called the same, and tokens are no words.
_NOT_ASKED = (Member, PlatformToken)


def mentions(name: str) -> dict[str, int]:
    """Return heading → rows in whose words a name occurs, over all tables (a rare act: it reads them all)."""
    if name == NAMELESS:
        return {}
    asked = {held.title: _rows(held, name) for held in MAP if held.table not in _NOT_ASKED}
    return {title: count for title, count in asked.items() if count}


def text_columns(table: Any) -> list[Any]:
    """Return the columns of a table that hold free text: no closed lists, no days."""
    return [
        field
        for field in table._meta.sorted_fields
        if isinstance(field, CharField | TextField) and not isinstance(field, TermField | DayField)
    ]


def _rows(held: Held, name: str) -> int:
    condition = None
    for field in text_columns(held.table):
        found = field.contains(name)
        condition = found if condition is None else condition | found
    return 0 if condition is None else held.table.select().where(condition).count()
