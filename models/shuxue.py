"""述学: rounds, reports with their five views, what was submitted each time, voices to be written down."""

from __future__ import annotations

from peewee import SQL, BlobField, CharField, ForeignKeyField, IntegerField, TextField

from models.base import BaseModel, DayField, MomentField, TermField
from models.member import Member
from models.organization import Organization
from models.terms import (
    ConfirmedBy,
    CycleState,
    CycleType,
    ReportChannel,
    ReportState,
    VoiceState,
)


class ReportCycle(BaseModel):
    """A round of 述学 of an organization and all below it (R40).

    `key` names it in addresses and commands, such as ZB1-2026Q4. `number` counts the topics of a year,
    0 otherwise. `form` and `edition` say which file of rules/shuxue/ it is filled by, for good.
    """

    key = CharField(max_length=48, unique=True)
    organization = ForeignKeyField(Organization, backref="cycles", on_delete="RESTRICT")
    type = TermField(CycleType)
    year = IntegerField()
    quarter = IntegerField(default=0)
    number = IntegerField(default=0)
    title = CharField(max_length=60)
    form = CharField(max_length=32)
    edition = CharField(max_length=20)
    opens = DayField()
    due = DayField()
    state = TermField(CycleState, default=CycleState.OPEN)
    closed_at = MomentField(null=True)
    created_at = MomentField()
    created_by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="opened", index=False)

    class Meta:
        """An organization opens a round once."""

        indexes = ((("organization", "type", "year", "quarter", "number"), True),)


class ShuxueReport(BaseModel):
    """One member's 述学 in one round. `branch` is the member's, and owns the row.

    `revision` counts the submissions. `prefill` is what the system knew when it was begun, as JSON (F12).
    `recorded_by` wrote down what the member said (R42); `confirmed_how` is how the member agreed to it.
    `expected` False means NOT_REQUIRED when the round was opened for the member.
    """

    branch = ForeignKeyField(Organization, on_delete="RESTRICT")
    cycle = ForeignKeyField(ReportCycle, backref="reports", on_delete="RESTRICT", index=False)
    member = ForeignKeyField(Member, backref="reports", on_delete="RESTRICT")
    state = TermField(ReportState, default=ReportState.DRAFT)
    channel = TermField(ReportChannel)
    revision = IntegerField(default=0, constraints=[SQL("CHECK (revision >= 0)")])
    prefill = TextField(null=True)
    recorded_by = ForeignKeyField(
        Member, null=True, on_delete="SET NULL", backref="reports_recorded", index=False
    )
    confirmed_how = TermField(ConfirmedBy, null=True)
    confirmed_at = MomentField(null=True)
    begun_at = MomentField()
    changed_at = MomentField()
    submitted_at = MomentField(null=True)
    decided_at = MomentField(null=True)
    decided_by = ForeignKeyField(
        Member, null=True, on_delete="SET NULL", backref="reports_decided", index=False
    )
    reason = CharField(max_length=200, null=True)

    class Meta:
        """One report per round and member."""

        indexes = ((("cycle", "member", "branch"), True),)


class ShuxueText(BaseModel):
    """The draft of one view. `version` counts its changes, so that no writer overwrites another unseen."""

    report = ForeignKeyField(ShuxueReport, backref="texts", on_delete="CASCADE", index=False)
    view = CharField(max_length=24)
    body = TextField(default="")
    version = IntegerField(default=1)
    changed_at = MomentField()

    class Meta:
        """A view has one draft."""

        indexes = ((("report", "view"), True),)


class ShuxueRevision(BaseModel):
    """What was submitted, word for word, each time; written once (a deletion by G17 may still remove it)."""

    report = ForeignKeyField(ShuxueReport, backref="revisions", on_delete="CASCADE", index=False)
    revision = IntegerField()
    views = TextField()
    channel = TermField(ReportChannel)
    by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="revisions_sent", index=False)
    at = MomentField()

    class Meta:
        """A submission has one number."""

        indexes = ((("report", "revision"), True),)


class VoiceNote(BaseModel):
    """A voice message for a view: the member's own words until somebody has written them down (F07).

    `text` is what the helper wrote; it enters the draft when the member confirms it, and the sound goes.
    """

    key = CharField(max_length=22, unique=True)
    report = ForeignKeyField(ShuxueReport, backref="voices", on_delete="CASCADE")
    view = CharField(max_length=24)
    media_id = CharField(max_length=128)
    state = TermField(VoiceState, default=VoiceState.RECEIVED)
    tries = IntegerField(default=0)
    received_at = MomentField(index=True)
    text = TextField(null=True)
    written_by = ForeignKeyField(
        Member, null=True, on_delete="SET NULL", backref="voices_written", index=False
    )
    written_at = MomentField(null=True)
    confirmed_at = MomentField(null=True)


class VoiceSound(BaseModel):
    """The sound itself, apart from the note so that lists never read it; deleted once confirmed (F07)."""

    note = ForeignKeyField(VoiceNote, backref="sounds", on_delete="CASCADE", unique=True)
    kind = CharField(max_length=32)
    body = BlobField()
    fetched_at = MomentField(index=True)
