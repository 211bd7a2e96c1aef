"""The tree of Party organizations."""

from __future__ import annotations

from peewee import BooleanField, CharField, ForeignKeyField, TextField

from models.base import BaseModel, TermField
from models.terms import OrgKind, Sector


class Organization(BaseModel):
    """党组织: a committee, general branch, branch or group, and its place in the tree.

    `path` is the ids from the top down, each followed by a dot ("1.3.17."), so that everything
    below an organization is found by a prefix.
    """

    code = CharField(max_length=32, unique=True)
    name = CharField(max_length=50)
    kind = TermField(OrgKind)
    parent = ForeignKeyField("self", null=True, backref="children", on_delete="RESTRICT")
    path = CharField(max_length=200, index=True, default="")
    sector = TermField(Sector)
    has_committee = BooleanField(default=False)
    exempt_from = TextField(null=True)
