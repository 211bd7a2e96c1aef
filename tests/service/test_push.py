"""The secretary pushes: whom, in which words, who is not reached and why, and each once (R95, F13, R94)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import AuditLog, MemberSetting, OptOut, Reminder, WechatBinding
from models.terms import ReminderState, ReportState, Role, SuppressedWhy, Topic
from services import reminders
from services.absence import make_up_decisions, make_up_lists
from services.absence.make_ups import Done
from services.actor import OPERATOR, member_actor
from services.clock import ZONE
from services.reminders import due_still, push, waking
from services.reminders.pushed import Line, Outcome
from tests import builders
from tests.builders import District, refused
from tests.service.test_desk import cycle, report
from tests.service.test_reminders import year_of_32

#: A Tuesday between two checkpoints, and the Saturday before a working Monday.
TUESDAY = datetime(2026, 10, 20, 9, 0, tzinfo=ZONE)
SATURDAY = datetime(2026, 10, 24, 9, 0, tzinfo=ZONE)
MONDAY = datetime(2026, 10, 26, 8, 0, tzinfo=ZONE)
GAP = Topic.HOURS_GAP


@pytest.fixture
def d(db: Any) -> District:
    made = builders.district()
    for each in (made.secretary, made.head, made.zhang, made.li, made.wang, made.old, made.stranger):
        builders.bound(each)
    return made


def rows() -> list[Reminder]:
    return list(Reminder.select().where(Reminder.period.startswith("push-")).order_by(Reminder.id))


def became(lines: Sequence[Line]) -> list[tuple[str, Outcome, SuppressedWhy | None]]:
    return [(line.number, line.outcome, line.why) for line in lines]


def numbers(lines: Sequence[Line]) -> list[str]:
    return [line.number for line in lines]


def test_the_list_holds_those_with_a_gap_by_group_and_name_and_no_amount(d: District) -> None:
    year_of_32(d)
    choice = push.choose(d.leader, TUESDAY)
    assert (choice.topic, numbers(choice.waiting), choice.aside) == (GAP, ["M1"], ())
    assert dict(choice.counts)[GAP] == 1
    found = push.choose(d.leader, TUESDAY, everybody=True)
    assert numbers(found.waiting) == ["M1"]
    # By group, then by name; the secretary's own line is missing (R95).
    assert numbers(found.aside) == ["H1", "M2", "M3", "M4"]
    assert {line.why for line in found.aside} == {SuppressedWhy.SATISFIED, SuppressedWhy.EXEMPT}


def test_a_name_finds_whoever_lacks_hours_even_when_the_plan_brings_them(d: District) -> None:
    builders.confirmed(d.branch, ["H1", "M1", "M2"], "16", starts_at=TUESDAY - timedelta(days=30))
    builders.published(d.branch, TUESDAY, starts_at=TUESDAY + timedelta(days=9), credit=Decimal(16))
    choice = push.choose(d.leader, TUESDAY)
    assert (numbers(choice.waiting), choice.branch_short) == (["M3"], 0)
    found = push.choose(d.leader, TUESDAY, GAP, "M2")
    assert [(line.number, line.goes) for line in found.waiting] == [("M2", True)]
    assert "还差 16" in found.waiting[0].words
    assert push.choose(d.leader, TUESDAY, GAP, "\x00%_").waiting == ()


def test_when_the_branch_has_arranged_too_little_the_secretary_is_told_to_plan(d: District) -> None:
    builders.confirmed(d.branch, ["M1"], "16", starts_at=TUESDAY - timedelta(days=30))
    choice = push.choose(d.leader, TUESDAY, GAP)
    assert choice.waiting == ()
    assert choice.branch_short == 4
    [line] = push.preview(d.leader, GAP, ["M1"], TUESDAY)
    assert (line.outcome, line.why, line.words) == (Outcome.NOT, SuppressedWhy.BRANCH_SHORT, "")


def test_the_preview_shows_the_words_of_the_automatic_reminder_and_writes_nothing(d: District) -> None:
    year_of_32(d)
    [line] = push.preview(d.leader, GAP, ["M1"], TUESDAY)
    assert (line.outcome, line.section, line.name) == (Outcome.NOW, "党组织ZB1X1", "党员M1")
    assert "今年已有 16 学时，还差 16。" in line.words
    assert not any(name in line.words for name in ("党员M2", "党员S1"))
    assert rows() == []
    assert [row.words for row in (push.push(d.leader, GAP, ["M1"], TUESDAY))] == [line.words]


def test_a_press_writes_each_row_once_wakes_the_deliverer_and_names_ids_alone(d: District) -> None:
    year_of_32(d)
    woken: list[int] = []
    waking.use(lambda: woken.append(1))
    try:
        lines = push.push(d.leader, GAP, ["M1", "M2", "M1"], TUESDAY)
    finally:
        waking.use(None)
    assert became(lines) == [
        ("M1", Outcome.NOW, None), ("M2", Outcome.NOT, SuppressedWhy.SATISFIED),
    ]  # fmt: skip
    sent, kept = rows()
    assert (sent.state, sent.period, sent.pushed_by_id) == (
        ReminderState.DUE, "push-2026-10-20", d.secretary.id,
    )  # fmt: skip
    assert (kept.state, kept.why) == (ReminderState.SUPPRESSED, SuppressedWhy.SATISFIED)
    assert woken == [1]
    [line] = AuditLog.select().where(AuditLog.action == "reminder.pushed")
    assert "党员" not in line.detail
    assert str(d.zhang.id) in line.detail
    assert due_still.still_due(sent, TUESDAY)


def test_pressing_twice_or_by_two_people_reminds_once(d: District) -> None:
    year_of_32(d)
    deputy = builders.member("D1", d.branch)
    builders.role(deputy, Role.DEPUTY, d.branch)
    push.push(d.leader, GAP, ["M1"], TUESDAY)
    for actor in (d.leader, member_actor(deputy.id)):
        [line] = push.push(actor, GAP, ["M1"], TUESDAY + timedelta(minutes=1))
        assert (line.outcome, line.goes) == (Outcome.BEFORE, False)
    assert len(rows()) == 1
    # On another day of the month the judge's limit says so, with the day on which it was said.
    [line] = push.push(d.leader, GAP, ["M1"], TUESDAY + timedelta(days=1))
    assert (line.outcome, line.why) == (Outcome.NOT, SuppressedWhy.FREQUENCY)
    assert line.at is not None
    assert line.at.date() == date(2026, 10, 20)
    [line] = push.push(d.leader, GAP, ["M1"], TUESDAY + timedelta(days=20))
    assert line.outcome is Outcome.NOW


def test_what_was_pushed_counts_for_the_automatic_one_and_the_other_way_round_F13(d: District) -> None:
    year_of_32(d)
    monday = datetime(2026, 11, 16, 9, 0, tzinfo=ZONE)
    push.push(d.leader, GAP, ["M1"], monday - timedelta(days=6))
    assert ("M1", GAP) not in {(each.number, each.topic) for each in reminders.remind(monday).due}
    builders.confirmed(d.branch, ["S1", "H1", "M1", "M3"], "16", starts_at=monday - timedelta(days=3))
    Reminder.delete().execute()
    reminders.remind(monday + timedelta(hours=1))
    Reminder.update(state=ReminderState.DELIVERED).where(Reminder.topic == GAP).execute()
    for row in Reminder.select().where(Reminder.topic == GAP, Reminder.state == ReminderState.DELIVERED):
        number = row.member.number
        if number != "S1":
            [line] = push.preview(d.leader, GAP, [number], monday + timedelta(hours=2))
            assert not line.goes


@pytest.mark.parametrize(
    ("spoil", "outcome", "why"),
    [
        (lambda d: MemberSetting.create(member=d.zhang, reminders=False, changed_at=TUESDAY),
         Outcome.NOT, SuppressedWhy.OPTED_OUT),
        (lambda d: OptOut.create(member=d.zhang, topic=GAP, at=TUESDAY),
         Outcome.NOT, SuppressedWhy.OPTED_OUT),
        (lambda d: builders.exempt(d.zhang), Outcome.NOT, SuppressedWhy.EXEMPT),
        (lambda d: WechatBinding.delete().where(WechatBinding.member == d.zhang).execute(),
         Outcome.LIST, SuppressedWhy.UNBOUND),
    ],
)  # fmt: skip
def test_who_is_not_reached_and_why_is_shown_before_and_after(
    d: District, spoil: Callable[[District], object], outcome: Outcome, why: SuppressedWhy
) -> None:
    year_of_32(d)
    spoil(d)
    assert became(push.preview(d.leader, GAP, ["M1"], TUESDAY)) == [("M1", outcome, why)]
    assert became(push.push(d.leader, GAP, ["M1"], TUESDAY)) == [("M1", outcome, why)]
    [(topic, lines)] = push.sent_on(d.leader, TUESDAY.date(), TUESDAY)
    assert (topic, became(lines)) == (GAP, [("M1", outcome, why)])
    assert bool(lines[0].words) is (outcome is Outcome.LIST)


def test_who_could_not_be_told_in_the_morning_may_be_told_the_same_afternoon(d: District) -> None:
    builders.confirmed(d.branch, ["H1"], "16", starts_at=TUESDAY - timedelta(days=30))
    push.push(d.leader, GAP, ["M1"], TUESDAY)
    builders.published(d.branch, TUESDAY, starts_at=TUESDAY + timedelta(days=9), credit=Decimal(16))
    [line] = push.push(d.leader, GAP, ["M1"], TUESDAY + timedelta(hours=4))
    assert line.outcome is Outcome.NOW
    [row] = rows()
    assert (row.state, row.why, row.channel) == (ReminderState.DUE, None, "TEMPLATE")
    assert row.words
    assert row.due_at == TUESDAY + timedelta(hours=4)


def test_in_the_quiet_hours_it_waits_for_the_morning_and_then_goes(d: District) -> None:
    year_of_32(d)
    lines = push.push(d.leader, GAP, ["M1"], SATURDAY)
    assert became(lines) == [("M1", Outcome.LATER, SuppressedWhy.QUIET_HOURS)]
    assert lines[0].at == MONDAY
    # On Sunday another press finds it waiting.
    [again] = push.push(d.leader, GAP, ["M1"], SATURDAY + timedelta(days=1))
    assert again.outcome is Outcome.BEFORE
    reminders.remind(SATURDAY + timedelta(hours=3))
    assert [row.state for row in rows()] == [ReminderState.PLANNED]
    reminders.remind(MONDAY)
    [row] = rows()
    assert (row.state, row.why, row.channel) == (ReminderState.DUE, None, "TEMPLATE")
    assert due_still.still_due(row, MONDAY)


def test_of_a_waiting_automatic_one_and_a_pushed_one_one_goes(d: District) -> None:
    year_of_32(d)
    sunday = datetime(2026, 11, 15, 9, 0, tzinfo=ZONE)
    push.push(d.leader, GAP, ["M1"], sunday)
    reminders.remind(sunday + timedelta(hours=1))
    reminders.remind(datetime(2026, 11, 16, 8, 0, tzinfo=ZONE))
    due = Reminder.select().where(Reminder.member == d.zhang, Reminder.topic == GAP)
    assert sorted((row.period, row.state.value) for row in due) == [
        ("2026-11-15", "SUPPRESSED"), ("push-2026-11-16", "DUE"),
    ]  # fmt: skip


def test_an_automatic_one_that_waits_leaves_nothing_to_push(d: District) -> None:
    year_of_32(d)
    sunday = datetime(2026, 11, 15, 9, 0, tzinfo=ZONE)
    reminders.remind(sunday)
    [line] = push.push(d.leader, GAP, ["M1"], sunday)
    assert (line.outcome, line.why) == (Outcome.NOT, SuppressedWhy.FREQUENCY)
    assert line.at == datetime(2026, 11, 16, 8, 0, tzinfo=ZONE)
    reminders.remind(datetime(2026, 11, 16, 8, 0, tzinfo=ZONE))
    found = Reminder.select().where(Reminder.member == d.zhang, Reminder.topic == GAP)
    assert [row.state for row in found.order_by(Reminder.id)] == [ReminderState.DUE, ReminderState.SUPPRESSED]


def test_who_catches_up_before_the_morning_is_left_in_peace(d: District) -> None:
    year_of_32(d)
    push.push(d.leader, GAP, ["M1"], SATURDAY)
    builders.confirmed(d.branch, ["M1"], "16", starts_at=SATURDAY + timedelta(hours=3))
    reminders.remind(MONDAY)
    [row] = rows()
    assert due_still.withdrawn([row], MONDAY) == {row.id: SuppressedWhy.SATISFIED}


def test_when_the_pusher_has_left_the_row_is_a_pushed_one_still(d: District) -> None:
    year_of_32(d)
    push.push(d.leader, GAP, ["M1"], SATURDAY)
    Reminder.update(pushed_by=None).execute()
    reminders.remind(MONDAY)
    assert [row.state for row in rows()] == [ReminderState.DUE]
    assert due_still.withdrawn(rows(), MONDAY) == {}


def test_an_open_report_is_pushed_long_before_its_day_and_not_after_it_was_handed_in(d: District) -> None:
    quarter = cycle(d.committee, due=date(2026, 12, 20))
    report(quarter, d.li, ReportState.SUBMITTED)
    choice = push.choose(d.leader, TUESDAY, Topic.REPORT_WINDOW)
    assert numbers(choice.waiting) == ["H1", "M1", "M3"]
    [line] = push.push(d.leader, Topic.REPORT_WINDOW, ["M1"], TUESDAY)
    assert "四季度述学请在12月20日（周日）前交" in line.words
    [row] = rows()
    assert due_still.withdrawn([row], TUESDAY) == {}
    report(quarter, d.zhang, ReportState.SUBMITTED)
    assert due_still.withdrawn([row], TUESDAY) == {row.id: SuppressedWhy.SATISFIED}


def test_owed_make_ups_are_pushed_and_not_after_they_were_made_good(d: District) -> None:
    builders.confirmed(d.branch, ["S1", "H1", "M2", "M3"], "2", starts_at=TUESDAY - timedelta(days=5))
    choice = push.choose(d.leader, TUESDAY)
    assert (choice.topic, numbers(choice.waiting)) == (Topic.MAKE_UP, ["M1"])
    [line] = push.push(d.leader, Topic.MAKE_UP, ["M1"], TUESDAY)
    assert "有 1 次学习可以补" in line.words
    [row] = rows()
    assert due_still.withdrawn([row], TUESDAY) == {}
    [owed] = make_up_lists.of_member(d.zhang, TUESDAY)
    make_up_decisions.record(OPERATOR, owed.key, Done("READING", TUESDAY.date(), "读了"), TUESDAY)
    assert due_still.withdrawn([row], TUESDAY) == {row.id: SuppressedWhy.SATISFIED}


@pytest.mark.parametrize("asked", [["N1"], ["M1", "nobody"], ["S1"], ["M1", "x\x00y"], ["M" * 5000]])
def test_a_foreign_number_answers_like_an_unknown_one_and_nothing_is_written(
    d: District, asked: list[str]
) -> None:
    year_of_32(d)
    for verb in (push.preview, push.push):
        with refused("not_found"):
            verb(d.leader, GAP, asked, TUESDAY)
    assert rows() == []


@pytest.mark.parametrize("who", ["head", "zhang", "stranger"])
def test_group_heads_members_and_neighbours_push_nobody_of_the_branch(d: District, who: str) -> None:
    year_of_32(d)
    actor = member_actor(getattr(d, who).id)
    assert "M1" not in numbers(push.choose(actor, TUESDAY, GAP, everybody=True).waiting)
    with refused("not_found"):
        push.push(actor, GAP, ["M1"], TUESDAY)


def test_the_deputy_reminds_the_secretary_and_the_officer_only_those_who_lead(d: District) -> None:
    year_of_32(d)
    deputy = builders.member("D1", d.branch)
    builders.role(deputy, Role.DEPUTY, d.branch)
    found = push.preview(member_actor(deputy.id), GAP, ["S1"], TUESDAY)
    assert numbers(found) == ["S1"]
    assert numbers(push.preview(d.above, GAP, ["S1"], TUESDAY)) == ["S1"]
    with refused("not_found"):
        push.push(d.above, GAP, ["M1"], TUESDAY)


def test_nobody_chosen_too_many_or_a_topic_that_is_none_is_said_kindly(d: District) -> None:
    with refused("member"):
        push.push(d.leader, GAP, [], TUESDAY)
    with refused("member"):
        push.push(d.leader, GAP, [f"X{number}" for number in range(push.MOST + 1)], TUESDAY)
    with refused("not_found"):
        push.push(d.leader, Topic.CARE, ["M1"], TUESDAY)
    with refused("not_found"):
        push.choose(d.leader, TUESDAY, Topic.CARE)


def test_the_questions_do_not_grow_with_the_people(d: District) -> None:
    from tests.web.test_home import queries

    year_of_32(d)
    with queries() as few:
        push.choose(d.leader, TUESDAY)
    for number in range(40):
        builders.member(f"Z{number}", d.branch, d.group)
    with queries() as many:
        push.choose(d.leader, TUESDAY)
    assert len(few) == len(many) <= 20
