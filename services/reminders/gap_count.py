"""How many of somebody's people have a gap of hours and may be told of it: a number for the page of today.

In two steps, so that the first fits into the one query of that page: who may be told this month at all, then
who of them has a gap. The conditions of the first are those of the judge (judging.py); a test compares them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from peewee import SQL, Select, fn

from models import Member, MemberSetting, OptOut, Organization, Reminder
from models.terms import ReminderState, Topic
from services import deciders, periods
from services.clock import moment as instant
from services.deciders import Desk
from services.reminders import grounds, people
from services.reminders.moment import Moment, at


def untold(place: Desk, now: datetime, word: str, most: int) -> Any:
    """Return the query of (word, member's id) of those who may be told, None where there can be nobody.

    Args:
        place: whose people.
        now: this moment.
        word: what stands in the first column, one of our own.
        most: so many rows at most.
    """
    branch, group = Organization.alias(), Organization.alias()
    here = deciders.lying_on(place, branch, group)
    moment = at(now)
    if here is None or not moment.topic(Topic.HOURS_GAP).on:
        return None
    found = (
        Member.select(Member.id)
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(here, periods.active(place.on), *_open(moment))
        .limit(most)
        .alias("untold")
    )
    return Select([found], [SQL(f"'{word}'"), found.c.id])


def among(members: Collection[int], now: datetime) -> int:
    """Return how many of these members have a gap (R09, R91)."""
    if not members:
        return 0
    moment = at(now)
    _, shorts = grounds.gap_now(members, at(moment.sendable) if moment.silent else moment)
    return sum(short.why is None for short in shorts)


def _open(moment: Moment) -> tuple[Any, ...]:
    """Return the conditions: not told this month, and nothing turned off."""
    month = people.month_of(moment)
    told = Reminder.select(fn.COUNT(Reminder.id)).where(
        Reminder.member == Member.id,
        Reminder.topic == Topic.HOURS_GAP,
        Reminder.state != ReminderState.SUPPRESSED,
        Reminder.due_at >= instant(month.start),
        Reminder.due_at < instant(month.stop),
    )
    left = OptOut.select(SQL("1")).where(OptOut.member == Member.id, OptOut.topic == Topic.HOURS_GAP)
    off = MemberSetting.select(SQL("1")).where(MemberSetting.member == Member.id, ~MemberSetting.reminders)
    return told < moment.rules.a_month, ~fn.EXISTS(left), ~fn.EXISTS(off)
