"""The phone-and-visit list: who stands on it and why, whose number who sees, what came of it (R94)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models import AuditLog, Member, OptOut, ReachNote, Reminder
from models.terms import ReachKind, ReminderState, SuppressedWhy, Topic
from services import keyring, reaching, reminders
from services.actor import member_actor
from services.reaching import Reached
from services.reminders import push
from tests import builders
from tests.builders import District, refused
from tests.outbox import TUESDAY, queued
from tests.service.test_reminders import MONDAY, year_of_32

PHONE = "13812345678"
CALLED = Reached("CALLED", TUESDAY.date(), "说周四来")


@pytest.fixture
def d(db: Any) -> District:
    made = builders.district()
    Member.update(phone=keyring.current().seal(PHONE)).execute()
    return made


def listed(d: District, now: datetime = TUESDAY) -> list[str]:
    return [each.number for each in reaching.waiting(d.leader, now)]


def test_whom_no_message_reached_stands_there_once_with_all_that_is_to_be_said(d: District) -> None:
    queued(d.wang, state=ReminderState.INBOX, why=SuppressedWhy.UNBOUND)
    queued(d.zhang, state=ReminderState.REFUSED)
    queued(d.zhang, state=ReminderState.UNKNOWN, topic=Topic.MAKE_UP, words="可以补学", period="p")
    queued(d.li, state=ReminderState.DELIVERED)
    found = reaching.waiting(d.leader, TUESDAY)
    # By group and name: the first group, then the second.
    assert [(each.number, each.section) for each in found] == [("M1", "党组织ZB1X1"), ("M3", "党组织ZB1X2")]
    assert [(each.topic, each.words) for each in found[0].matters] == [
        (Topic.SESSION_MOVED, "改到周四"), (Topic.MAKE_UP, "可以补学"),
    ]  # fmt: skip


@pytest.mark.parametrize("state", ReminderState)
def test_every_state_is_on_the_list_or_not(d: District, state: ReminderState) -> None:
    queued(d.zhang, state=state)
    reached = {"INBOX", "REFUSED", "DEAD", "UNKNOWN"}
    assert listed(d) == (["M1"] if state.value in reached else [])


@pytest.mark.parametrize("why", SuppressedWhy)
def test_what_is_settled_or_not_wanted_calls_for_nobody(d: District, why: SuppressedWhy) -> None:
    queued(d.zhang, state=ReminderState.SUPPRESSED, why=why)
    queued(d.li, state=ReminderState.INBOX, why=why)
    assert ("M1" in listed(d)) == (why is SuppressedWhy.UNBOUND)
    assert ("M2" in listed(d)) == (why in {SuppressedWhy.UNBOUND, SuppressedWhy.QUIET_HOURS})


def test_what_is_past_its_day_is_gone(d: District) -> None:
    queued(d.zhang, state=ReminderState.INBOX, not_after=TUESDAY - timedelta(minutes=1))
    assert listed(d) == []


def test_who_has_left_the_branch_is_not_called(d: District) -> None:
    queued(d.zhang, state=ReminderState.INBOX)
    Member.update(active_to=date(2026, 10, 1)).where(Member.id == d.zhang.id).execute()
    assert listed(d) == []


def test_a_pushed_reminder_to_somebody_without_an_account_comes_onto_the_list(d: District) -> None:
    year_of_32(d)
    push.push(d.leader, Topic.HOURS_GAP, ["M1"], MONDAY)
    [each] = reaching.waiting(d.leader, MONDAY)
    assert (each.number, each.matters[0].why) == ("M1", SuppressedWhy.UNBOUND)
    assert "还差 16" in each.matters[0].words


def test_a_call_takes_all_of_a_person_off_the_list_until_something_new_comes(d: District) -> None:
    queued(d.zhang, state=ReminderState.INBOX)
    queued(d.zhang, state=ReminderState.DEAD, period="p2")
    reaching.note(d.leader, "M1", CALLED, TUESDAY)
    assert listed(d) == []
    found = reaching.person(d.leader, "M1", TUESDAY)
    assert (found.matters, found.phone.shown) == ((), "138****5678")
    assert [(each.kind, each.day, each.words, each.by) for each in found.notes] == [
        (ReachKind.CALLED, TUESDAY.date(), "说周四来", "党员S1")
    ]
    later = TUESDAY + timedelta(days=2)
    queued(d.zhang, later, state=ReminderState.INBOX, period="p3")
    assert listed(d, later) == ["M1"]


def test_a_second_press_writes_no_second_note_and_the_audit_names_nobody(d: District) -> None:
    queued(d.zhang, state=ReminderState.INBOX)
    for minute in (0, 1):
        reaching.note(d.leader, "M1", CALLED, TUESDAY + timedelta(minutes=minute))
    reaching.note(d.leader, "M1", Reached("VISITED", TUESDAY.date()), TUESDAY + timedelta(minutes=2))
    assert [note.kind for note in ReachNote.select().order_by(ReachNote.id)] == ["CALLED", "VISITED"]
    lines = list(AuditLog.select().where(AuditLog.action == "reach.noted"))
    assert len(lines) == 2
    assert not any("说周四来" in line.detail or "党员" in line.detail for line in lines)


def test_of_many_notes_the_last_ten_are_shown(d: District) -> None:
    for day in range(12):
        reached = Reached("VISITED", TUESDAY.date() - timedelta(days=day))
        reaching.note(d.leader, "M1", reached, TUESDAY)
    notes = reaching.person(d.leader, "M1", TUESDAY).notes
    assert [note.day for note in notes] == [TUESDAY.date() - timedelta(days=day) for day in range(10)]


def test_the_number_is_whole_for_who_has_to_call_and_masked_everywhere_else_F19(d: District) -> None:
    queued(d.zhang, state=ReminderState.INBOX)
    queued(d.secretary, state=ReminderState.INBOX)
    assert [each.phone for each in reaching.waiting(d.leader, TUESDAY)] == [("138****5678", False)]
    assert [each.phone for each in reaching.for_paper(d.leader, TUESDAY)] == [(PHONE, True)]
    assert reaching.person(d.leader, "M1", TUESDAY).phone == (PHONE, True)
    # The officer above looks after the secretary and does not lead the branch.
    assert reaching.person(d.above, "S1", TUESDAY).phone == ("138****5678", False)
    assert [each.phone for each in reaching.for_paper(d.above, TUESDAY)] == [("138****5678", False)]


def test_without_a_number_or_with_one_that_cannot_be_read_there_is_none(d: District) -> None:
    queued(d.zhang, state=ReminderState.INBOX)
    Member.update(phone=None).execute()
    assert reaching.person(d.leader, "M1", TUESDAY).phone == (None, False)
    Member.update(phone=keyring.Keyring("another key of the tests, long enough").seal(PHONE)).execute()
    assert reaching.person(d.leader, "M1", TUESDAY).phone == (None, False)


@pytest.mark.parametrize("who", ["head", "stranger", "wang", "above"])
def test_to_others_a_person_does_not_exist(d: District, who: str) -> None:
    queued(d.zhang, state=ReminderState.INBOX)
    actor = d.above if who == "above" else member_actor(getattr(d, who).id)
    assert [each.number for each in reaching.waiting(actor, TUESDAY)] == []
    for number in ("M1", "nobody", "x\x00y"):
        with refused("not_found"):
            reaching.person(actor, number, TUESDAY)
        with refused("not_found"):
            reaching.note(actor, number, CALLED, TUESDAY)
    assert ReachNote.select().count() == 0


def test_nobody_notes_about_oneself(d: District) -> None:
    queued(d.secretary, state=ReminderState.INBOX)
    assert listed(d) == []
    with refused("own"):
        reaching.note(d.leader, "S1", CALLED, TUESDAY)


@pytest.mark.parametrize(
    ("reached", "code"),
    [
        (Reached("WROTE", TUESDAY.date()), "kind"),
        (Reached("CALLED", TUESDAY.date() + timedelta(days=1)), "day"),
        (Reached("CALLED", date(2020, 1, 1)), "day"),
        (Reached("CALLED", TUESDAY.date(), "字" * 201), "text"),
        (Reached("CALLED", TUESDAY.date(), "半个\ud800"), "text"),
    ],
)
def test_what_cannot_be_kept_is_said_and_changes_nothing(d: District, reached: Reached, code: str) -> None:
    with refused(code):
        reaching.note(d.leader, "M1", reached, TUESDAY)
    assert ReachNote.select().count() == 0


def test_who_has_caught_up_or_opted_out_is_taken_off_the_list_F13(d: District) -> None:
    year_of_32(d, missed="M1")
    builders.confirmed(d.neighbour, ["O1"], "16", starts_at=MONDAY - timedelta(days=40))
    reminders.remind(MONDAY)
    push.push(d.leader, Topic.MAKE_UP, ["M1"], MONDAY)
    queued(d.wang, MONDAY, state=ReminderState.INBOX, why=SuppressedWhy.UNBOUND)
    assert listed(d, MONDAY) == ["M1", "M3"]
    assert reaching.settle(MONDAY) == 0
    builders.confirmed(d.branch, ["M1"], "16", starts_at=MONDAY - timedelta(days=2))
    OptOut.create(member=d.wang, topic=Topic.SESSION_MOVED, at=MONDAY)
    assert reaching.settle(MONDAY) >= 2
    hours = Reminder.get(Reminder.member == d.zhang, Reminder.topic == Topic.HOURS_GAP)
    assert (hours.state, hours.why) == (ReminderState.INBOX, SuppressedWhy.SATISFIED)
    assert "M3" not in listed(d, MONDAY)
