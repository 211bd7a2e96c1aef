"""What a member has chosen. A member without a row has chosen nothing and gets the defaults."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from models import Member, MemberSetting, OptOut, Reminder
from models.terms import ReminderState, Role, SuppressedWhy, Topic
from services import access, rulebook
from services.clock import civil_day
from services.policy.reminders import add_months
from services.rulebook.reminders import Recipient, ReminderRules
from services.transaction import transaction

#: What nobody has been sent yet; what is on its way asks for itself whether it may still leave.
_WAITING = (ReminderState.PLANNED, ReminderState.DUE, ReminderState.FAILED)


@dataclass(frozen=True)
class Chosen:
    """A member's choices (F13).

    `reminders` False means that no reminder may be sent, `left` are the topics of which none may.
    """

    reminders: bool = True
    left: frozenset[Topic] = frozenset()


def of_member(member: Member) -> Chosen:
    """Return what a member has chosen."""
    row = MemberSetting.get_or_none(MemberSetting.member == member)
    left = OptOut.select(OptOut.topic).where(OptOut.member == member).tuples()
    return Chosen(row is None or row.reminders, frozenset(Topic(topic) for (topic,) in left))


def set_reminders(member: Member, on: bool, now: datetime) -> Chosen:
    """Switch the own reminders on or off; choosing the same again changes nothing (F13).

    Off takes back what still waits to be sent; the single topics stay as they were chosen.
    """
    with transaction():
        chosen = of_member(member)
        if chosen.reminders is not on:
            MemberSetting.insert(member=member, reminders=on, changed_at=now).on_conflict(
                conflict_target=[MemberSetting.member],
                update={MemberSetting.reminders: on, MemberSetting.changed_at: now},
            ).execute()
        if not on:
            _take_back(member, tuple(Topic), now)
    return Chosen(on, chosen.left)


def leave_topic(member: Member, topic: Topic, now: datetime) -> None:
    """Hear no more of a topic; what still waits to be sent of it is taken back (F13)."""
    with transaction():
        OptOut.insert(member=member, topic=topic, at=now).on_conflict_ignore().execute()
        _take_back(member, (topic,), now)


def take_topic(member: Member, topic: Topic) -> None:
    """Hear of a topic again, from the next time on."""
    with transaction():
        OptOut.delete().where(OptOut.member == member, OptOut.topic == topic).execute()


def choose_topics(
    member: Member, offered: Collection[Topic], wanted: Collection[Topic], now: datetime
) -> Chosen:
    """Hear of those of the offered topics that are wanted, and of the others no more."""
    with transaction():
        left = of_member(member).left
        for topic in offered:
            if topic in wanted and topic in left:
                take_topic(member, topic)
            elif topic not in wanted and topic not in left:
                leave_topic(member, topic, now)
        return of_member(member)


def topics_of(member: Member, now: datetime) -> tuple[Topic, ...]:
    """Return the topics of which a member may hear, in the order of the list.

    Those for secretaries are for whoever runs a branch today, that of new members for the new ones.
    """
    today = civil_day(now)
    rules = rulebook.current().reminders(today)
    roles = {grant.role for grant in access.grants(member.id, today)}
    return tuple(topic for topic in Topic if _concerns(topic, member, roles, rules, now))


def _concerns(
    topic: Topic, member: Member, roles: Collection[Role], rules: ReminderRules, now: datetime
) -> bool:
    if not rules.topics[topic].on:
        return False
    if topic is Topic.NEW_SECRETARY:
        return Role.SECRETARY in roles
    if topic is Topic.NEW_MEMBER:
        new = add_months(civil_day(now), -rules.member_months)
        return member.full_on is None or member.full_on >= new
    return rules.topics[topic].to is Recipient.MEMBER or bool(access.LEADING & set(roles))


def _take_back(member: Member, topics: Collection[Topic], now: datetime) -> None:
    Reminder.update(
        state=ReminderState.SUPPRESSED, why=SuppressedWhy.OPTED_OUT, closed_at=now, claim=None
    ).where(
        Reminder.member == member, Reminder.topic.in_(list(topics)), Reminder.state.in_(_WAITING)
    ).execute()
