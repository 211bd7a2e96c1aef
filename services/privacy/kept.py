"""What is kept about a member, told in counts and days: the member's page of privacy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import fn

from models import Member, WechatBinding
from models.base import MomentField
from services.clock import civil_day
from services.privacy.held import Held, Person, person_of
from services.privacy.map import MAP


@dataclass(frozen=True)
class Kind:
    """One kind of record: how many, from which day to which (None for a kind without days)."""

    title: str
    count: int
    first: date | None
    last: date | None


def kept(member: Member) -> list[Kind]:
    """Count a member's rows by table; tables without any are left out."""
    person = person_of(member)
    found = [_kind(held, person) for held in MAP if held.whose is not None]
    return [kind for kind in found if kind.count]


def notice_seen(member: Member) -> str | None:
    """Return the edition of the notice that was shown when the account in force was bound."""
    binding = WechatBinding.get_or_none(
        WechatBinding.member == member,
        WechatBinding.unbound_at.is_null(),
        WechatBinding.notice.is_null(False),
    )
    return None if binding is None else str(binding.notice)


def _kind(held: Held, person: Person) -> Kind:
    assert held.whose is not None
    column = getattr(held.table, held.when) if held.when else None
    wanted = [fn.COUNT(held.table._meta.primary_key)]
    if column is not None:
        wanted += [fn.MIN(column), fn.MAX(column)]
    count, *days = held.table.select(*wanted).where(held.whose(person)).tuples().get()
    first, last = [_day(column, day) for day in days] or [None, None]
    return Kind(held.title, count, first, last)


def _day(column: Any, stored: Any) -> date | None:
    """Read what MIN and MAX gave, with or without the column's own conversion."""
    if isinstance(stored, int | str):
        stored = column.python_value(stored)
    if isinstance(column, MomentField) and isinstance(stored, datetime):
        return civil_day(stored)
    return stored if isinstance(stored, date) else None
