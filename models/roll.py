"""Roll calls that were kept on a device without a network, who is invited to a session, its screen's code."""

from __future__ import annotations

from peewee import CharField, ForeignKeyField, IntegerField

from models.base import BaseModel, MomentField, TermField
from models.member import Member
from models.organization import Organization
from models.session import StudySession
from models.terms import AttendanceStatus, RollOutcome


class RollEntry(BaseModel):
    """One entry of a roll call as a device sent it: its nonce makes twice once, `at` is its true time.

    `received_at` is when it came in; `outcome` says what became of it, so that a device may ask again.
    """

    nonce = CharField(max_length=36, unique=True)
    branch = ForeignKeyField(Organization, on_delete="RESTRICT", index=False)
    session = ForeignKeyField(StudySession, backref="roll_entries", on_delete="CASCADE")
    member = ForeignKeyField(Member, backref="roll_entries", on_delete="CASCADE")
    status = TermField(AttendanceStatus)
    half = IntegerField(null=True)
    at = MomentField()
    received_at = MomentField(index=True)
    by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="called", index=False)
    outcome = TermField(RollOutcome)


class SessionInvite(BaseModel):
    """Another branch that is welcome at a session; its members come as guests (R26, R34)."""

    session = ForeignKeyField(StudySession, backref="invites", on_delete="CASCADE", index=False)
    organization = ForeignKeyField(Organization, backref="invited", on_delete="RESTRICT")
    by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="invitations", index=False)
    at = MomentField()

    class Meta:
        """A branch is invited once."""

        indexes = ((("session", "organization"), True),)


class ScreenLink(BaseModel):
    """The short code that opens a session's meeting screen on a borrowed machine, until the door shuts.

    The code is computed from `nonce` and SECRET_KEY; only its hash is kept. A new one takes the place of
    the old, and without the row no code opens anything.
    """

    session = ForeignKeyField(StudySession, backref="screen_link", on_delete="CASCADE", unique=True)
    nonce = CharField(max_length=22)
    code_hash = CharField(max_length=64, unique=True)
    by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="screen_links", index=False)
    at = MomentField()
