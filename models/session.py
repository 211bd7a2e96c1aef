"""Study sessions and the places in them."""

from __future__ import annotations

from peewee import SQL, BooleanField, CharField, ForeignKeyField, IntegerField

from models.base import BaseModel, MomentField, TermField
from models.member import Member
from models.organization import Organization
from models.terms import (
    AttendanceSource,
    AttendanceStatus,
    CreditKind,
    DueScope,
    OrganiserLevel,
    SessionKind,
    SessionState,
)


class StudySession(BaseModel):
    """学习活动. `key` names it in addresses and codes; `credit` is in hundredths of an hour.

    `areas` holds the identifiers of terms.Area, joined by commas. `postings` counts how often the
    session was confirmed: a reopened session posts its hours under the next number. `screen_nonce` is in the
    secret of the meeting screen's link, once somebody has changed it: the links of before open nothing.
    """

    key = CharField(max_length=10, unique=True)
    organization = ForeignKeyField(Organization, backref="sessions", on_delete="RESTRICT")
    kind = TermField(SessionKind)
    title = CharField(max_length=60)
    areas = CharField(max_length=120)
    starts_at = MomentField(index=True)
    ends_at = MomentField()
    place = CharField(max_length=50, null=True)
    chair = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="chaired", index=False)
    recorder = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="recorded", index=False)
    due_scope = TermField(DueScope, default=DueScope.ALL)
    credit = IntegerField(constraints=[SQL("CHECK (credit >= 0 AND credit <= 2400)")])
    credit_kind = TermField(CreditKind)
    credit_reason = CharField(max_length=100, null=True)
    organiser_level = TermField(OrganiserLevel, default=OrganiserLevel.BRANCH)
    state = TermField(SessionState, default=SessionState.DRAFT)
    postings = IntegerField(default=0)
    closed_at = MomentField(null=True)
    confirmed_at = MomentField(null=True)
    confirmed_by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="confirmed", index=False)
    created_at = MomentField()
    created_by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="created", index=False)
    screen_nonce = CharField(max_length=22, null=True)


class Attendance(BaseModel):
    """One member's place in one session (R24). `branch` is the session's organization, which owns the row.

    `due` is fixed when the session is published, so that a rate stays what it was; `part_credit` is
    what a PARTIAL attendance earns, in hundredths, when it differs from the default half, and `half` the
    half of a long session, 1 or 2, that the member was there for.
    """

    branch = ForeignKeyField(Organization, on_delete="RESTRICT", index=False)
    session = ForeignKeyField(StudySession, backref="attendance", on_delete="RESTRICT", index=False)
    member = ForeignKeyField(Member, backref="attendance", on_delete="RESTRICT")
    status = TermField(AttendanceStatus, default=AttendanceStatus.EXPECTED)
    due = BooleanField(default=True)
    source = TermField(AttendanceSource, null=True)
    at = MomentField(null=True)
    by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="entered", index=False)
    part_credit = IntegerField(null=True)
    half = IntegerField(null=True)

    class Meta:
        """A second scan finds the first; the owning branch in the key lets the data be spread by it."""

        indexes = ((("session", "member", "branch"), True),)


class SceneTicket(BaseModel):
    """The WeChat QR that stands for a session's scene, kept so that a screen asks the platform once."""

    scene = CharField(max_length=64, unique=True)
    ticket = CharField(max_length=200)
    url = CharField(max_length=200)
    expires_at = MomentField()
