"""Asked once more just before a reminder goes out: what is settled meanwhile is not sent (R91, R94)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date, datetime

from models import Reminder
from models.terms import SuppressedWhy, Topic
from services.policy.reminders import DATED, OWN_EXEMPTION, Checkpoint
from services.reminders import grounds, people, plan, words
from services.reminders.gaps import scan
from services.reminders.moment import Moment, at, ids, is_push, rows
from services.rulebook.reminders import Recipient

_GAPS = frozenset({Topic.HOURS_GAP, Topic.BRANCH_SHORT})


def may_send(now: datetime) -> bool:
    """Whether anything may be sent at a moment at all (F13: the quiet hours, days off)."""
    return not at(now).silent


def withdrawn(reminders: Sequence[Reminder], now: datetime) -> dict[int, SuppressedWhy]:
    """Return why some of these reminders must not go out any more, by the reminder's id; the others may.

    A handful of queries for the whole batch.
    """
    moment = at(now)
    known = people.known({each.member_id for each in reminders}, moment)
    cancelled = _cancelled(reminders)
    found: dict[int, SuppressedWhy] = {}
    asked = []
    for each in reminders:
        why = _why(each, moment, known, cancelled)
        if why is not None:
            found[each.id] = why
        elif each.topic not in plan.NOTICES:
            asked.append(each)
    for each in _satisfied(asked, moment):
        found[each.id] = SuppressedWhy.SATISFIED
    return found


def still_due(reminder: Reminder, now: datetime) -> bool:
    """Whether one reminder may still go out."""
    return reminder.id not in withdrawn([reminder], now)


def _why(
    each: Reminder, moment: Moment, known: people.Known, cancelled: frozenset[int]
) -> SuppressedWhy | None:
    rules = moment.topic(each.topic)
    person = known.people.get(each.member_id)
    if each.session_id in cancelled and each.topic is not Topic.SESSION_CANCELLED:
        return SuppressedWhy.CANCELLED
    if not rules.on:
        return SuppressedWhy.SWITCHED_OFF
    if each.not_after < moment.now:
        return SuppressedWhy.STALE
    if person is None:
        return SuppressedWhy.SATISFIED
    if not person.wants or (each.member_id, each.topic) in known.left:
        return SuppressedWhy.OPTED_OUT
    personal = rules.to is Recipient.MEMBER and each.topic not in DATED | OWN_EXEMPTION
    return SuppressedWhy.EXEMPT if personal and each.member_id in known.exempt else None


def _cancelled(reminders: Sequence[Reminder]) -> frozenset[int]:
    of = {each.session_id for each in reminders if each.session_id is not None}
    if not of:
        return frozenset()
    return frozenset(
        number
        for (number,) in rows(f"SELECT id FROM study_session WHERE state = 'CANCELLED' AND id IN ({ids(of)})")
    )


def _satisfied(reminders: Sequence[Reminder], moment: Moment) -> list[Reminder]:
    """Return those whose ground is gone: the same search as at the deciding, for these branches alone."""
    pushed = [each for each in reminders if is_push(each.period)]
    asked = [each for each in reminders if not is_push(each.period)]
    gone = _groundless(pushed, moment)
    still = _standing(asked, moment) if asked else set()
    return gone + [
        each for each in asked if (each.member_id, each.topic, each.period, each.branch_id) not in still
    ]


def _standing(reminders: Sequence[Reminder], moment: Moment) -> set[people.Key]:
    """Return the keys of all that applies to these branches at the moment."""
    branches = sorted({each.branch_id for each in reminders})
    with ExitStack() as stack:
        points = {each.period for each in reminders if each.topic in _GAPS}
        opened = None
        if points:
            opened = stack.enter_context(scan(moment, _point(max(points), moment), branches))
        topics = {each.topic for each in reminders}
        return {
            (each.member, each.topic, each.period, each.branch)
            for each in plan.candidates(moment, branches, opened, topics)
            if each.why is None
        }


def _point(period: str, moment: Moment) -> Checkpoint:
    day = date.fromisoformat(period)
    return Checkpoint(day, (day.month, day.day) == max(moment.rules.checkpoints))


def _groundless(pushed: Sequence[Reminder], moment: Moment) -> list[Reminder]:
    """Return those of the pushed ones whose ground is gone; a secretary may push at any time (R95).

    The branch is the one of today: who has moved meanwhile is looked for where the member is.
    """
    gone = []
    for topic in {each.topic for each in pushed}:
        mine = [each for each in pushed if each.topic is topic]
        found = grounds.of(topic, people.branch_of({each.member_id for each in mine}), moment).candidates
        rules = moment.topic(topic)
        for each in mine:
            now = found.get(each.member_id)
            # One report is handed in and another is open: the words were about the first.
            other = topic is Topic.REPORT_WINDOW and now and words.way(rules, now.holes) != each.way
            if now is None or other:
                gone.append(each)
    return gone
