"""One member with a row in every table that can hold something of one, every free text a canary (G17)."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from peewee import (
    BlobField,
    BooleanField,
    CharField,
    FloatField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from models import (
    TABLES,
    AuditLog,
    Member,
    Organization,
    database,
)
from models.base import DayField, MomentField, TermField
from services import keyring
from services.privacy.held import Fate
from services.privacy.map import MAP
from tests.builders import START, District

NAME, NUMBER, OPENID, PHONE = "金丝雀", "CANARY7F31", "o-canary-8s7d2k", "13800138777"
#: Stands in every free text that a member or somebody about the member wrote.
WORDS = "雀儿写下的话"
SOUND = b"#!AMR canary-sound"
CANARIES = (NAME, NUMBER, OPENID, WORDS, PHONE)
_BY_NAME = {held.name: held for held in MAP}


def release(field: District) -> Member:
    """Make the member of the first branch and fill the tables."""
    member = Member.create(
        number=NUMBER, name=NAME, branch=field.branch, group=field.group, phone=keyring.current().seal(PHONE),
        category="IN_SERVICE", joined_on=date(2011, 3, 9), full_on=date(2012, 3, 9),
        active_from=date(2011, 3, 9),
    )  # fmt: skip
    made: dict[Any, Any] = {Member: member, Organization: field.branch}
    for table in TABLES:
        if table not in made:
            made[table] = table.create(**_columns(table, made))
    return member


def _columns(table: Any, made: dict[Any, Any]) -> dict[str, Any]:
    held = _BY_NAME[table._meta.table_name]
    values: dict[str, Any] = {}
    for field in table._meta.sorted_fields:
        if field.primary_key and field.name == "id":
            continue
        # What stays after an erasure holds no member's words, as the map says.
        plain = held.fate in {Fate.LEDGER, Fate.NOBODYS} or field.name in held.typed
        values[field.name] = _value(table, field, made, plain=plain)
    if table is AuditLog:
        values |= {"actor": made[Member].id, "subject_kind": "member", "subject": str(made[Member].id)}
    return values


def _value(table: Any, field: Any, made: dict[Any, Any], *, plain: bool) -> Any:
    if isinstance(field, ForeignKeyField):
        return None if field.rel_model is table else made[field.rel_model]
    if isinstance(field, TermField):
        return next(iter(field.terms)) if field.terms else "QR"
    if isinstance(field, DayField):
        return START.date()
    if isinstance(field, MomentField):
        return START
    if isinstance(field, BlobField):
        return b"x" if plain else SOUND
    return _odd(field, plain=plain)


def _odd(field: Any, *, plain: bool) -> Any:
    if isinstance(field, BooleanField):
        return True
    if isinstance(field, IntegerField | FloatField):
        return 1
    if field.name == "openid" or (field.name == "subject" and field.max_length == 64):
        return OPENID
    if field.name in {
        "key",
        "code_hash",
        "token_hash",
        "media_id",
        "scene",
        "ticket",
        "view",
        "step",
        "topic",
    }:
        return f"{field.name}-x"[:8]
    if field.name == "views":
        return json.dumps({"spirit": f"{NAME}{WORDS}"}, ensure_ascii=False)
    if field.name == "speaker":
        return NAME
    if isinstance(field, TextField | CharField):
        text = "x" if plain else f"{NAME} {NUMBER} {WORDS}"
        return text[: field.max_length] if isinstance(field, CharField) else text
    raise AssertionError(field)


def hits_in(texts: list[str | bytes]) -> dict[str, int]:
    """Count where the canaries still stand."""
    blobs = [text if isinstance(text, bytes) else text.encode() for text in texts]
    wanted = [canary.encode() for canary in CANARIES] + [SOUND]
    return {each.decode(): count for each in wanted if (count := sum(blob.count(each) for blob in blobs))}


def stored() -> list[str | bytes]:
    """Return what the database holds: SQLite's bytes and log; every row of PostgreSQL as text."""
    db = database.obj
    if not db.server:
        files = [Path(str(db.database) + ending) for ending in ("", "-wal")]
        return [path.read_bytes() for path in files if path.exists()]
    rows: list[str | bytes] = []
    for table in TABLES:
        name = table._meta.table_name
        rows += [str(row[0]) for row in db.execute_sql(f'SELECT t::text FROM "{name}" t').fetchall()]
    return [*rows, *[_unhexed(str(row)) for row in rows]]


def _unhexed(text: str) -> bytes:
    """PostgreSQL writes bytes as \\x…; a sound in them would hide."""
    return b"".join(bytes.fromhex(part) for part in re.findall(r"\\\\x((?:[0-9a-f]{2})+)", text))
