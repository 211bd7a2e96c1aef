"""积分: claims, decisions of a body, the append-only ledger, and the summaries frozen from it (R60–R71)."""

from __future__ import annotations

from peewee import SQL, CharField, ForeignKeyField, IntegerField

from models.base import BaseModel, DayField, MomentField, TermField
from models.member import Member
from models.organization import Organization
from models.session import StudySession
from models.terms import ClaimState, DecisionKind, PointSource


class PointClaim(BaseModel):
    """月申报: what a member says was done on a day of a month. `points` is in hundredths, by the edition."""

    key = CharField(max_length=22, unique=True)
    branch = ForeignKeyField(Organization, on_delete="RESTRICT")
    member = ForeignKeyField(Member, backref="claims", on_delete="RESTRICT", index=False)
    month = CharField(max_length=7)
    item = CharField(max_length=32)
    day = DayField()
    words = CharField(max_length=200)
    points = IntegerField()
    edition = CharField(max_length=20)
    state = TermField(ClaimState, default=ClaimState.SUBMITTED)
    filed_at = MomentField()
    decided_at = MomentField(null=True)
    decided_by = ForeignKeyField(
        Member, null=True, on_delete="SET NULL", backref="claims_decided", index=False
    )
    reason = CharField(max_length=200, null=True)
    objection = CharField(max_length=200, null=True)
    objected_at = MomentField(null=True)

    class Meta:
        """One claim per member, month, item and day (R71)."""

        indexes = ((("member", "month", "item", "day", "branch"), True),)


class PointDecision(BaseModel):
    """A deduction or veto that a body has decided, with its reason (R65, R66); the ledger follows it."""

    branch = ForeignKeyField(Organization, on_delete="RESTRICT")
    member = ForeignKeyField(Member, backref="point_decisions", on_delete="RESTRICT")
    kind = TermField(DecisionKind)
    item = CharField(max_length=32)
    day = DayField()
    points = IntegerField()
    body = CharField(max_length=40)
    reason = CharField(max_length=200)
    edition = CharField(max_length=20)
    decided_on = DayField()
    entered_by = ForeignKeyField(
        Member, null=True, on_delete="SET NULL", backref="point_decisions_entered", index=False
    )
    entered_at = MomentField()
    withdrawn_at = MomentField(null=True)
    withdrawn_why = CharField(max_length=200, null=True)


class PointEntry(BaseModel):
    """One line of a member's points in hundredths (R64): inserted, never updated or deleted.

    `stated` is what the rule gives, `points` what counts under the caps (R63); `note` says why they differ.
    `year` is the points year and `quarter` its quarter, which may start in another month than January.
    """

    member = ForeignKeyField(Member, backref="point_entries", on_delete="RESTRICT", index=False)
    branch = ForeignKeyField(Organization, on_delete="RESTRICT")
    year = IntegerField()
    quarter = IntegerField(constraints=[SQL("CHECK (quarter BETWEEN 1 AND 4)")])
    day = DayField()
    points = IntegerField(constraints=[SQL("CHECK (points BETWEEN -10000 AND 10000)")])
    stated = IntegerField()
    item = CharField(max_length=32)
    source = TermField(PointSource)
    session = ForeignKeyField(StudySession, null=True, on_delete="RESTRICT")
    claim = ForeignKeyField(PointClaim, null=True, on_delete="RESTRICT")
    decision = ForeignKeyField(PointDecision, null=True, on_delete="RESTRICT")
    reverses = ForeignKeyField("self", null=True, unique=True, on_delete="RESTRICT")
    note = CharField(max_length=100, null=True)
    rule = CharField(max_length=10)
    edition = CharField(max_length=20)
    confirmed_by = ForeignKeyField(
        Member, null=True, on_delete="RESTRICT", backref="points_confirmed", index=False
    )
    created_at = MomentField()

    class Meta:
        """A member's ledger is read by the year."""

        indexes = ((("member", "year"), False),)


class PointSummary(BaseModel):
    """季小结 and 年总评, frozen from the ledger; a later line freezes a new revision with its reason (R60).

    `quarter` is 0 for the year. `score` is the member's standing at the end of the period, `gained` and
    `lost` what the period's own lines add up to; `last_entry` is the newest line that was counted.
    """

    member = ForeignKeyField(Member, backref="point_summaries", on_delete="RESTRICT", index=False)
    branch = ForeignKeyField(Organization, on_delete="RESTRICT")
    year = IntegerField()
    quarter = IntegerField()
    revision = IntegerField(default=1)
    score = IntegerField()
    gained = IntegerField()
    lost = IntegerField()
    band = CharField(max_length=12, null=True)
    edition = CharField(max_length=20)
    last_entry = ForeignKeyField(PointEntry, null=True, on_delete="RESTRICT", index=False)
    why = CharField(max_length=100, null=True)
    frozen_at = MomentField()

    class Meta:
        """A period is frozen under one number."""

        indexes = ((("member", "year", "quarter", "revision", "branch"), True),)


class PointOptIn(BaseModel):
    """A retired, mobile or not required member who takes part by choice (R67)."""

    member = ForeignKeyField(Member, backref="point_opt_ins", on_delete="CASCADE")
    since = DayField()
    until = DayField(null=True)

    class Meta:
        """A choice begins on a day once."""

        indexes = ((("member", "since"), True),)
