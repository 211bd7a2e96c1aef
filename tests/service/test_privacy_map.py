"""The map of services/privacy says of every table and column what becomes of it (G17)."""

from __future__ import annotations

import pytest
from peewee import BlobField, ForeignKeyField

from models import APPEND_ONLY, TABLES, Member
from services.privacy.held import Fate, Held
from services.privacy.map import HUNDREDTHS, MAP
from services.privacy.mentions import text_columns

PERSONAL = [held for held in MAP if held.whose is not None]
each_table = pytest.mark.parametrize("held", MAP, ids=lambda held: held.name)
each_personal = pytest.mark.parametrize("held", PERSONAL, ids=lambda held: held.name)


def columns(held: Held) -> set[str]:
    return {field.name for field in held.table._meta.sorted_fields}


def test_every_table_stands_in_the_map_once() -> None:
    assert sorted(held.name for held in MAP) == sorted(table._meta.table_name for table in TABLES)


@each_table
def test_a_table_is_exported_or_says_why_not(held: Held) -> None:
    assert bool(held.why) is (held.whose is None)
    if held.whose is None:
        assert held.fate is Fate.NOBODYS
        # What points to a member only says who decided or entered something.
        owners = [
            field.name for field in held.table._meta.sorted_fields if field.name in {"member", "openid"}
        ]
        assert owners == []


@each_personal
def test_every_column_is_shown_or_says_why_not(held: Held) -> None:
    named = set(held.shown) | set(held.hidden)
    assert not set(held.shown) & set(held.hidden)
    assert named <= columns(held), f"{held.name}: {named - columns(held)} are no columns"
    assert columns(held) - named - {"id"} == set(), f"{held.name}: write these into services/privacy/map_…"
    assert all(held.hidden.values())
    assert held.when == "" or held.when in columns(held)


@each_personal
def test_words_do_not_survive_an_erasure(held: Held) -> None:
    """Free text and sounds go, unless the map says why they may stay."""
    if held.fate is Fate.REMOVED:
        assert not held.blanks
        return
    assert (held.fate is Fate.LEDGER) is (held.table in APPEND_ONLY)
    assert (held.fate is Fate.BLANKED) is bool(held.blanks)
    blobs = {field.name for field in held.table._meta.sorted_fields if isinstance(field, BlobField)}
    texts = {field.name for field in text_columns(held.table)} | blobs
    assert texts - set(held.blanks) - set(held.typed) == set()
    assert set(held.typed) <= texts


@each_personal
def test_what_is_blanked_may_be_blank(held: Held) -> None:
    fields = held.table._meta.fields
    for column, value in held.blanks.items():
        assert value is not None or fields[column].null or held.table is Member, f"{held.name}.{column}"


def test_amounts_are_hundredths_of_a_table_in_the_map() -> None:
    known = {(held.name, column) for held in MAP for column in held.shown}
    assert known >= HUNDREDTHS


def test_rows_of_a_member_go_with_the_member_or_are_mapped() -> None:
    """A foreign key called member that no entry of the map looks at would be forgotten."""
    for held in MAP:
        owners = [
            field
            for field in held.table._meta.sorted_fields
            if isinstance(field, ForeignKeyField) and field.name == "member"
        ]
        assert not owners or held.whose is not None
