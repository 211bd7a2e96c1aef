"""What an operator's monitor reads: the outbox by state, what came too late, when jobs were last done."""

from __future__ import annotations

import re
from datetime import timedelta

from models import JobClaim, Reminder
from models.terms import ReminderState, SuppressedWhy
from services import jobs
from services.clock import seconds
from tests.outbox import queued
from tests.web.world import World


def figures(world: World) -> dict[str, float]:
    """Read our own figures."""
    lines = re.findall(r"^(shuxue_[a-z_]+(?:\{[^}]*\})?) (\S+)$", page(world), re.MULTILINE)
    return {name: float(value) for name, value in lines}


def page(world: World) -> str:
    return world.client("anonymous").get("/metrics").text


def test_the_outbox_is_shown_by_state_and_what_came_too_late_apart(world: World) -> None:
    now, member = world.clock(), world.members["member"]
    queued(member, now - timedelta(minutes=10))
    queued(member, state=ReminderState.ACCEPTED)
    for why in (SuppressedWhy.STALE, SuppressedWhy.STALE, SuppressedWhy.SATISFIED):
        queued(member, state=ReminderState.SUPPRESSED, why=why)
    assert Reminder.select().count() == 5
    found = figures(world)
    assert found['shuxue_reminders{state="due"}'] == 1
    assert found['shuxue_reminders{state="accepted"}'] == 1
    assert found['shuxue_reminders{state="unknown"}'] == 0
    assert found['shuxue_reminders{state="suppressed"}'] == 3
    assert found["shuxue_reminders_stale"] == 2
    assert found["shuxue_reminders_oldest_due_seconds"] == 660


def test_each_job_says_how_long_ago_it_was_last_done(world: World) -> None:
    now = world.clock()
    for minutes in (90, 30):
        held = jobs.claim("sweep", seconds(now) - minutes * 60, now - timedelta(minutes=minutes))
        assert held is not None
        jobs.finish(held, 0, now - timedelta(minutes=minutes))
    jobs.claim("remind", seconds(now), now)
    jobs.mark_done("gaps", seconds(now), now - timedelta(days=9))
    found = figures(world)
    assert found['shuxue_job_age_seconds{job="sweep"}'] == 1800
    shown = [name for name in found if name.startswith("shuxue_job")]
    assert shown == ['shuxue_job_age_seconds{job="sweep"}']
    assert JobClaim.select().count() == 4
