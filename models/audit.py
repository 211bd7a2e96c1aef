"""Who changed what, when and why."""

from __future__ import annotations

from peewee import CharField, IntegerField, TextField

from models.base import BaseModel, MomentField


class AuditLog(BaseModel):
    """One change to a decided thing: ids only, no names, no texts of a member (RELIABILITY part 2).

    `actor` is a member's id, or empty for the operator and for automatic acts (`actor_kind` says which).
    """

    at = MomentField(index=True)
    actor_kind = CharField(max_length=16)
    actor = IntegerField(null=True)
    action = CharField(max_length=40)
    subject_kind = CharField(max_length=24)
    subject = CharField(max_length=32)
    reason = CharField(max_length=200, null=True)
    detail = TextField(null=True)

    class Meta:
        """A thing's trail is read by the thing."""

        indexes = ((("subject_kind", "subject"), False),)
