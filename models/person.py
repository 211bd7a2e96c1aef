"""What a member chose, asked and began: settings, a guided talk in the chat, feedback and questions."""

from __future__ import annotations

from peewee import BooleanField, CharField, ForeignKeyField, TextField

from models.base import BaseModel, MomentField, TermField
from models.member import Member
from models.organization import Organization
from models.terms import FeedbackKind, FeedbackState


class MemberSetting(BaseModel):
    """What a member has chosen; a member without a row has chosen nothing and gets the defaults."""

    member = ForeignKeyField(Member, backref="settings", on_delete="CASCADE", unique=True)
    reminders = BooleanField(default=True)
    changed_at = MomentField()


class ChatState(BaseModel):
    """Where an account stands in a guided talk, so that it goes on days later; never the text itself."""

    openid = CharField(max_length=64, primary_key=True)
    topic = CharField(max_length=24)
    subject = CharField(max_length=48)
    step = CharField(max_length=24)
    changed_at = MomentField(index=True)


class Feedback(BaseModel):
    """投诉建议, and 「有疑问」 beside a number (F16, R111). `organization` is whom it is addressed to.

    `member` is empty when it was sent without a name. `subject_kind` and `subject` name what a question
    is about, such as an entry of the ledger.
    """

    key = CharField(max_length=22, unique=True)
    kind = TermField(FeedbackKind)
    organization = ForeignKeyField(Organization, null=True, on_delete="RESTRICT")
    member = ForeignKeyField(Member, null=True, backref="feedback", on_delete="SET NULL")
    subject_kind = CharField(max_length=24, null=True)
    subject = CharField(max_length=48, null=True)
    words = TextField()
    state = TermField(FeedbackState, default=FeedbackState.OPEN)
    created_at = MomentField()
    answer = TextField(null=True)
    answered_at = MomentField(null=True)
    answered_by = ForeignKeyField(
        Member, null=True, on_delete="SET NULL", backref="feedback_answered", index=False
    )
