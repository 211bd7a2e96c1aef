"""What a branch plans and says through the year: the yearly plan, notices, a needs survey, 微党课."""

from __future__ import annotations

from peewee import CharField, ForeignKeyField, IntegerField, TextField

from models.base import BaseModel, DayField, MomentField, TermField
from models.member import Member
from models.organization import Organization
from models.session import StudySession
from models.terms import Area, SessionKind, SurveyState


class PlanItem(BaseModel):
    """One line of the yearly plan (R15, R20), entered once and turned into a session when it is time.

    `areas` holds identifiers of terms.Area joined by commas; `credit` is in hundredths of an hour.
    """

    key = CharField(max_length=22, unique=True)
    organization = ForeignKeyField(Organization, backref="plan_items", on_delete="RESTRICT", index=False)
    year = IntegerField()
    month = IntegerField()
    kind = TermField(SessionKind)
    title = CharField(max_length=60)
    areas = CharField(max_length=120)
    minutes = IntegerField()
    session = ForeignKeyField(
        StudySession, null=True, on_delete="SET NULL", backref="plan_items", index=False
    )
    by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="planned", index=False)
    at = MomentField()

    class Meta:
        """A branch's plan is read by the year."""

        indexes = ((("organization", "year", "month"), False),)


class BranchNotice(BaseModel):
    """通知: some words to all members of an organization on their page; nobody notes who read it (F09)."""

    key = CharField(max_length=22, unique=True)
    organization = ForeignKeyField(Organization, backref="notices", on_delete="RESTRICT")
    title = CharField(max_length=60)
    body = TextField()
    at = MomentField()
    until = DayField()
    by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="notices", index=False)
    withdrawn_at = MomentField(null=True)


class Survey(BaseModel):
    """问卷: what members would like to learn. `questions` is JSON: kind, words and choices of each."""

    key = CharField(max_length=22, unique=True)
    organization = ForeignKeyField(Organization, backref="surveys", on_delete="RESTRICT")
    title = CharField(max_length=60)
    questions = TextField()
    state = TermField(SurveyState, default=SurveyState.OPEN)
    until = DayField()
    at = MomentField()
    by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="surveys", index=False)


class SurveyTicket(BaseModel):
    """That a member has answered, so that nobody answers twice. It knows neither the answer nor the time."""

    survey = ForeignKeyField(Survey, backref="tickets", on_delete="CASCADE", index=False)
    member = ForeignKeyField(Member, backref="survey_tickets", on_delete="CASCADE")

    class Meta:
        """Once for each survey."""

        indexes = ((("survey", "member"), True),)


class SurveyAnswer(BaseModel):
    """One answer sheet as JSON, under a random key, tied to nobody and to no time."""

    key = CharField(max_length=22, primary_key=True)
    survey = ForeignKeyField(Survey, backref="answers", on_delete="CASCADE")
    answers = TextField()


class MicroLecture(BaseModel):
    """微党课: a short lecture of the branch's own, for the list from which sessions are chosen."""

    key = CharField(max_length=22, unique=True)
    organization = ForeignKeyField(Organization, backref="lectures", on_delete="RESTRICT")
    title = CharField(max_length=60)
    speaker = CharField(max_length=50)
    area = TermField(Area)
    minutes = IntegerField()
    words = CharField(max_length=500, null=True)
    by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="lectures", index=False)
    at = MomentField()
    removed_at = MomentField(null=True)
