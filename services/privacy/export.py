"""All that the system holds about one member, for programs (JSON) and for people (G17)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import BlobField, ForeignKeyField

from models import Member
from models.base import MomentField
from models.terms import Term
from services import accounts, audit, keyring, spoken
from services.actor import Actor
from services.clock import civil
from services.policy import amounts
from services.privacy import words
from services.privacy.held import Held, Person, person_of
from services.privacy.map import HUNDREDTHS, MAP
from services.privacy.names import Names
from services.transaction import transaction

#: Raised when a reader of the file would have to read it in another way.
FORMAT = "shuxue-export-1"


@dataclass(frozen=True)
class Cell:
    """One value: for programs as JSON has it, for people in words."""

    column: str
    label: str
    value: Any
    words: str


@dataclass(frozen=True)
class Section:
    """One table's rows, each a tuple of cells in the order of the map."""

    table: str
    title: str
    rows: tuple[tuple[Cell, ...], ...]


def export(member: Member, now: datetime) -> dict[str, Any]:
    """Return everything about a member as one document that JSON can hold (utf-8, not escaped).

    Moments carry their offset, hours and points are decimal texts, members and organizations their names.
    """
    return {
        "format": FORMAT,
        "exported_at": civil(now).isoformat(timespec="seconds"),
        "member": member.number,
        "tables": {
            section.table: {
                "title": section.title,
                "rows": [{cell.column: cell.value for cell in row} for row in section.rows],
            }
            for section in sections(member)
        },
        "left_out": {held.name: held.why for held in MAP if held.whose is None},
        "columns_left_out": {held.name: dict(held.hidden) for held in MAP if held.hidden},
    }


def hand_out(actor: Actor, number: str, now: datetime) -> dict[str, Any]:
    """Return the copy of a member who asked the branch for it, and write down that it was handed out.

    Raises:
        ServiceError: `not_found` for an unknown number and for another branch's member alike.
    """
    with transaction():
        member = accounts.member_in_reach(actor, number, now)
        audit.record(actor, now, "member.exported", "member", member.id)
        return export(member, now)


def as_json(document: dict[str, Any]) -> str:
    """Write the document as a file that people can open too."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def sections(member: Member) -> list[Section]:
    """Return a member's rows of all tables, in the order of the map, the tables without rows included."""
    person, names = person_of(member), Names()
    return [_section(held, person, names) for held in MAP if held.whose is not None]


def _section(held: Held, person: Person, names: Names) -> Section:
    assert held.whose is not None
    rows = list(held.table.select().where(held.whose(person)).order_by(held.table._meta.primary_key))
    names.learn(held.table, held.shown, rows)
    return Section(held.name, held.title, tuple(tuple(_cells(held, row, names)) for row in rows))


def _cells(held: Held, row: Any, names: Names) -> Iterator[Cell]:
    for column, label in held.shown.items():
        field = held.table._meta.fields[column]
        if isinstance(field, ForeignKeyField):
            value: Any = names.of(field.rel_model, row.__data__.get(column))
            yield Cell(column, label, value, value or "")
        elif (held.name, column) == ("member", "phone"):
            phone = keyring.current().unseal(row.phone) if row.phone else None
            yield Cell(column, label, phone, phone or "")
        else:
            yield _plain(held, field, label, getattr(row, column))


def _plain(held: Held, field: Any, label: str, stored: Any) -> Cell:
    name = field.name
    if stored is None:
        return Cell(name, label, None, "")
    if isinstance(field, BlobField):
        body = bytes(stored)
        return Cell(name, label, base64.b64encode(body).decode(), f"{len(body)} 字节，在文件里")
    if (held.name, name) in HUNDREDTHS:
        return Cell(name, label, amounts.text(stored), spoken.hours(stored))
    if isinstance(field, MomentField):
        return Cell(name, label, civil(stored).isoformat(timespec="seconds"), spoken.exact_moment(stored))
    if name in {"views", "prefill"}:
        return Cell(name, label, *_opened(stored))
    return Cell(name, label, _value(stored), _words(name, stored))


def _value(stored: Any) -> Any:
    if isinstance(stored, date):
        return stored.isoformat()
    return str(stored) if isinstance(stored, Term) else stored


def _words(column: str, stored: Any) -> str:
    if isinstance(stored, Term):
        return stored.label
    if isinstance(stored, bool):
        return "是" if stored else "否"
    if isinstance(stored, date):
        return f"{stored.year}年{stored.month}月{stored.day}日"
    return words.READ[column](str(stored)) if column in words.READ else str(stored)


def _opened(stored: str) -> tuple[Any, str]:
    """Read what is kept as JSON; what is none is shown as it stands."""
    try:
        value = json.loads(stored)
    except ValueError:
        return stored, stored
    if not isinstance(value, dict):
        return value, stored
    return value, "\n".join(f"{words.view(key)}：{_listed(each)}" for key, each in value.items())


def _listed(value: Any) -> str:
    return "、".join(str(each) for each in value) if isinstance(value, list) else str(value)
