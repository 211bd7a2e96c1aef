"""`remind`: what is due at a moment, as CONTRACT.md shows it."""

from __future__ import annotations

from models import Reminder
from tests.cli.conftest import Desk


def test_a_dry_run_shows_what_is_due_and_what_is_not_and_queues_nothing(desk: Desk) -> None:
    found = desk.json("remind", "--at", "2026-11-16T09:00", "--dry-run")
    assert set(found) == {"due", "suppressed"}
    assert found["suppressed"]
    assert all(set(each) == {"member", "topic", "reason"} for each in found["suppressed"])
    assert Reminder.select().count() == 0


def test_what_is_due_is_queued_once(desk: Desk) -> None:
    first = desk.json("remind", "--at", "2026-11-16T09:00")
    assert Reminder.select().count() == len(first["due"]) + len(first["suppressed"])
    assert desk.json("remind", "--at", "2026-11-16T09:30") == {"due": [], "suppressed": []}


def test_people_read_a_sentence(desk: Desk) -> None:
    code, out, _ = desk.run("remind", "--dry-run", "--at", "2026-11-16T09:00")
    assert code == 0
    assert out.startswith("2026-11-16 09:00 该提醒")


def test_a_moment_that_is_none_is_wrong_use(desk: Desk) -> None:
    assert "不是时间" in desk.refused("remind", "--at", "tomorrow", code=2)
