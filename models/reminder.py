"""Reminders: what is to be said to whom, which way it went, and who must be called instead (R90–R97, F13)."""

from __future__ import annotations

from peewee import SQL, CharField, ForeignKeyField, IntegerField, TextField

from models.base import BaseModel, DayField, MomentField, TermField
from models.member import Member
from models.organization import Organization
from models.session import StudySession
from models.terms import Channel, ReachKind, ReminderState, SuppressedWhy, Topic


class Reminder(BaseModel):
    """One reminder to one member about one thing in one period: the outbox row, written where it is decided.

    `fields` holds the template's keywords as JSON, `words` what the page and the list say, `way` the page
    that helps. It is due at `due_at` and stale after `not_after`. `about` is the member whom a secretary
    should look after; `pushed_by` the secretary who pressed, empty for the service itself. `claim` marks
    the one process that sends it; `msgid` ties the platform's receipt to it.
    """

    key = CharField(max_length=22, unique=True)
    branch = ForeignKeyField(Organization, on_delete="RESTRICT")
    member = ForeignKeyField(Member, backref="reminders", on_delete="CASCADE", index=False)
    topic = TermField(Topic)
    period = CharField(max_length=48)
    state = TermField(ReminderState, default=ReminderState.DUE)
    why = TermField(SuppressedWhy, null=True)
    channel = TermField(Channel, null=True)
    about = ForeignKeyField(Member, null=True, on_delete="CASCADE", backref="reminded_about", index=False)
    session = ForeignKeyField(StudySession, null=True, on_delete="CASCADE")
    fields = TextField()
    words = TextField()
    way = CharField(max_length=100)
    edition = CharField(max_length=20)
    due_at = MomentField()
    not_after = MomentField()
    pushed_by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="pushed", index=False)
    created_at = MomentField(index=True)
    claim = CharField(max_length=22, null=True)
    claimed_at = MomentField(null=True)
    tries = IntegerField(default=0)
    msgid = CharField(max_length=40, null=True, index=True)
    sent_at = MomentField(null=True)
    closed_at = MomentField(null=True)
    code = IntegerField(null=True)

    class Meta:
        """One reminder for a member, topic and period; the outbox is read by what is due."""

        indexes = (
            (("member", "topic", "period", "branch"), True),
            (("state", "due_at"), False),
        )


Reminder.add_index(Reminder.index(Reminder.not_after, name="reminder_with_words", where=SQL("words <> ''")))


class ReminderAttempt(BaseModel):
    """One call to the platform for a reminder, or its receipt: when, by which way, and what came of it."""

    reminder = ForeignKeyField(Reminder, backref="attempts", on_delete="CASCADE")
    at = MomentField(index=True)
    channel = TermField(Channel)
    state = TermField(ReminderState)
    code = IntegerField(null=True)


class SubscribeCredit(BaseModel):
    """One accepted 订阅通知: good for one message, without a time limit (WECHAT part 1)."""

    openid = CharField(max_length=64)
    template = CharField(max_length=64)
    granted_at = MomentField()
    used_at = MomentField(null=True)
    reminder = ForeignKeyField(Reminder, null=True, on_delete="SET NULL", index=False)

    class Meta:
        """Looked up by the person and the template."""

        indexes = ((("openid", "template"), False),)


class OptOut(BaseModel):
    """A topic that a member does not want to hear of; all topics at once stand in MemberSetting (F13)."""

    member = ForeignKeyField(Member, backref="opt_outs", on_delete="CASCADE", index=False)
    topic = TermField(Topic)
    at = MomentField()

    class Meta:
        """A topic is left once."""

        indexes = ((("member", "topic"), True),)


class ReachNote(BaseModel):
    """「打过电话」「上门看过」 on the phone-and-visit list, with a few words of the one who did it."""

    branch = ForeignKeyField(Organization, on_delete="RESTRICT")
    member = ForeignKeyField(Member, backref="reach_notes", on_delete="CASCADE")
    reminder = ForeignKeyField(Reminder, null=True, on_delete="SET NULL")
    kind = TermField(ReachKind)
    words = CharField(max_length=200, null=True)
    day = DayField()
    by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="reached", index=False)
    at = MomentField()


class ChannelPause(BaseModel):
    """A way that must rest: a banned template, a used-up quota, an account without the right (WECHAT part 2).

    `template` is empty when the whole channel rests; `until` is empty when only the operator may wake it.
    """

    channel = TermField(Channel)
    template = CharField(max_length=64, default="")
    since = MomentField()
    until = MomentField(null=True)
    code = IntegerField()

    class Meta:
        """A way rests once at a time."""

        indexes = ((("channel", "template"), True),)


class OutgoingFence(BaseModel):
    """While its one row stands, nothing leaves: a restored database must not repeat what was sent (G12)."""

    raised_at = MomentField()
    why = CharField(max_length=100)
