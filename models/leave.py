"""请假 and 补学: who said that they could not come, and how what was missed was made good (R29–R31)."""

from __future__ import annotations

from peewee import BooleanField, CharField, ForeignKeyField

from models.base import BaseModel, DayField, MomentField, TermField
from models.member import Member
from models.organization import Organization
from models.session import StudySession
from models.terms import LeaveKind, LeaveState, MakeUpMode, MakeUpState


class Leave(BaseModel):
    """One member's leave from one session: a kind and optional words, no certificate (F18)."""

    key = CharField(max_length=22, unique=True)
    branch = ForeignKeyField(Organization, on_delete="RESTRICT")
    session = ForeignKeyField(StudySession, backref="leaves", on_delete="RESTRICT", index=False)
    member = ForeignKeyField(Member, backref="leaves", on_delete="RESTRICT")
    kind = TermField(LeaveKind)
    words = CharField(max_length=200, null=True)
    late = BooleanField(default=False)
    state = TermField(LeaveState, default=LeaveState.SUBMITTED)
    filed_at = MomentField()
    filed_by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="leaves_filed", index=False)
    decided_at = MomentField(null=True)
    decided_by = ForeignKeyField(
        Member, null=True, on_delete="SET NULL", backref="leaves_decided", index=False
    )
    reason = CharField(max_length=200, null=True)

    class Meta:
        """One leave per session and member (R29)."""

        indexes = ((("session", "member", "branch"), True),)


class MakeUp(BaseModel):
    """What a member owes for a missed session, or has made good; expiry only ends the reminding (R31)."""

    key = CharField(max_length=22, unique=True)
    branch = ForeignKeyField(Organization, on_delete="RESTRICT")
    session = ForeignKeyField(StudySession, backref="make_ups", on_delete="RESTRICT", index=False)
    member = ForeignKeyField(Member, backref="make_ups", on_delete="RESTRICT")
    state = TermField(MakeUpState, default=MakeUpState.OWED)
    due = DayField()
    mode = TermField(MakeUpMode, null=True)
    words = CharField(max_length=500, null=True)
    done_on = DayField(null=True)
    submitted_at = MomentField(null=True)
    decided_at = MomentField(null=True)
    decided_by = ForeignKeyField(
        Member, null=True, on_delete="SET NULL", backref="make_ups_decided", index=False
    )
    reason = CharField(max_length=200, null=True)
    created_at = MomentField()

    class Meta:
        """One make-up per session and member (R07)."""

        indexes = ((("session", "member", "branch"), True),)
