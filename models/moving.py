"""Members who move: to another branch for good, or away for a time with somebody who keeps in touch."""

from __future__ import annotations

from peewee import CharField, ForeignKeyField

from models.base import BaseModel, DayField, MomentField, TermField
from models.member import Member, Mobility
from models.organization import Organization
from models.terms import TransferState


class Transfer(BaseModel):
    """组织关系转接: from one branch to another, or out of the service's reach when `target` is empty (R11).

    `outside` names the unit out there; the hours brought along are an ExternalStudy of their own.
    """

    key = CharField(max_length=22, unique=True)
    member = ForeignKeyField(Member, backref="transfers", on_delete="CASCADE")
    origin = ForeignKeyField(Organization, on_delete="RESTRICT", backref="transfers_out")
    target = ForeignKeyField(Organization, null=True, on_delete="RESTRICT", backref="transfers_in")
    outside = CharField(max_length=50, null=True)
    day = DayField()
    state = TermField(TransferState, default=TransferState.PROPOSED)
    asked_by = ForeignKeyField(
        Member, null=True, on_delete="SET NULL", backref="transfers_asked", index=False
    )
    asked_at = MomentField()
    decided_by = ForeignKeyField(
        Member, null=True, on_delete="SET NULL", backref="transfers_decided", index=False
    )
    decided_at = MomentField(null=True)


class ContactLog(BaseModel):
    """One contact with a mobile member: the day, and a few words of the one who made it (R34)."""

    mobility = ForeignKeyField(Mobility, backref="contacts", on_delete="CASCADE")
    day = DayField()
    words = CharField(max_length=200, null=True)
    by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="contacts_made", index=False)
    at = MomentField()
