"""Who is told of a gap, who is not and why, and that each is told once (R09, R90–R97, F13)."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models import MemberSetting, OptOut, Reminder, WechatBinding
from models.terms import ReminderState, Role, SuppressedWhy, Topic
from services import reminders
from services.actor import OPERATOR
from services.clock import ZONE
from services.reminders import due_still, plan
from services.reminders.decided import Decided
from services.study import sessions
from tests import builders
from tests.builders import District

#: The last checkpoint of 2026 is a Sunday; on the Monday after it reminders go out.
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=ZONE)
SUNDAY = datetime(2026, 11, 15, 9, 0, tzinfo=ZONE)
GAPS = {Topic.HOURS_GAP, Topic.BRANCH_SHORT}


def at(month: int, day: int, hour: int = 9, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZONE)


def told(decided: Decided, *topics: Topic) -> set[tuple[str, str]]:
    return {(each.number, each.topic.value) for each in decided.due if not topics or each.topic in topics}


def kept(decided: Decided, *topics: Topic) -> set[tuple[str, str]]:
    return {
        (each.number, each.why.value) for each in decided.suppressed if not topics or each.topic in topics
    }


def only(now: datetime, topics: Collection[Topic] = GAPS) -> Decided:
    """Decide about these topics without writing."""
    found = Decided()
    for part in plan.decide_by_chunk(now, topics=topics):
        found.add(part)
    return found


def year_of_32(d: District, missed: str = "M1") -> None:
    """Hold two sessions of sixteen hours; one member missed the second."""
    everybody = ["S1", "H1", "M1", "M2", "M3"]
    builders.confirmed(d.branch, everybody, "16", starts_at=at(3, 5, 14))
    builders.confirmed(d.branch, [each for each in everybody if each != missed], "16", starts_at=at(9, 3, 14))


@pytest.fixture
def d(db: Any) -> District:
    made = builders.district()
    for each in (made.secretary, made.head, made.zhang, made.li, made.wang, made.old):
        builders.bound(each)
    return made


def test_the_member_with_a_gap_reads_how_to_close_it_and_nothing_about_others_R92(d: District) -> None:
    year_of_32(d)
    builders.published(d.branch, at(11, 10), starts_at=at(11, 26, 14), minutes=120, title="集体学习")
    [gap] = [each for each in only(MONDAY).due if each.topic is Topic.HOURS_GAP]
    assert (gap.number, gap.period, gap.channel) == ("M1", "2026-11-15", "TEMPLATE")
    assert gap.fields == {
        "name1": "党员M1",
        "thing2": "集体学习",
        "number3": "16",
        "time4": "2026年11月26日 14:00",
    }
    assert "今年已有 16 学时，还差 16。" in gap.words
    assert "11月26日（周四） 14:00「集体学习」2 学时" in gap.words
    assert "送学上门" in gap.words
    assert "！" not in gap.words
    assert not any(name in gap.words for name in ("党员M2", "党员M3", "排名", "平均"))
    assert gap.way == "/m/hours"


def test_make_ups_that_are_open_are_named(d: District) -> None:
    # The confirmation of what the member missed has made the make-up.
    year_of_32(d)
    [gap] = [each for each in only(MONDAY).due if each.topic is Topic.HOURS_GAP]
    assert "有 1 次没来的可以补" in gap.words
    assert gap.fields["thing2"] == "补学"


def test_the_satisfied_the_exempt_and_the_secretary_hear_nothing_of_a_gap(d: District) -> None:
    year_of_32(d)
    decided = only(MONDAY)
    assert told(decided, Topic.HOURS_GAP) == {("M1", "HOURS_GAP")}
    assert ("M4", "exempt") in kept(decided, Topic.HOURS_GAP)
    # The secretary needs 56 hours, which this branch has not arranged: that is told as the branch's gap.
    assert ("S1", "branch_short") in kept(decided, Topic.HOURS_GAP)


def test_a_branch_that_has_arranged_too_little_tells_the_secretary_instead_R93(d: District) -> None:
    builders.confirmed(d.branch, ["H1", "M1", "M2", "M3"], "16", starts_at=at(3, 5, 14))
    builders.published(d.branch, at(11, 10), starts_at=at(11, 26, 14), minutes=120)
    decided = only(MONDAY)
    assert told(decided) == {("S1", "BRANCH_SHORT")}
    assert decided.due[0].words.startswith("本支部已安排 18 学时，还差 14（党员全年 32）")
    assert decided.due[0].fields == {"thing1": "党组织ZB1", "number2": "18", "number3": "14"}
    assert {("M1", "branch_short"), ("M2", "branch_short")} <= kept(decided, Topic.HOURS_GAP)


def test_without_a_secretary_the_deputy_is_told(d: District) -> None:
    builders.confirmed(d.neighbour, ["O1"], "16", starts_at=at(3, 5, 14))
    deputy = builders.member("N2", d.neighbour)
    builders.bound(deputy)
    builders.role(deputy, Role.DEPUTY, d.neighbour)
    from models import RolePeriod

    RolePeriod.update(ends=date(2026, 10, 1)).where(RolePeriod.member == d.stranger).execute()
    assert ("N2", "BRANCH_SHORT") in told(only(MONDAY))


def test_in_june_the_plan_excuses_and_only_what_was_missed_is_a_gap_R91(d: District) -> None:
    builders.confirmed(d.branch, ["S1", "H1", "M2", "M3"], "8", starts_at=at(3, 5, 14))
    builders.published(d.branch, at(6, 1), starts_at=at(9, 3, 9), minutes=600, credit=None)
    for day in (10, 17):
        builders.published(d.branch, at(6, 1), starts_at=at(9, day, 9), minutes=420, credit=None)
    decided = only(at(6, 30))
    # Planned: 10 + 7 + 7, so 32 with what was held; who missed the 8 in March reaches 24.
    assert told(decided, Topic.HOURS_GAP) == {("M1", "HOURS_GAP")}


def test_with_the_strategy_pace_what_is_credited_is_compared_with_the_share_of_the_year_R96(
    d: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services import rulebook
    from services.rulebook.reminders import Strategy

    rules = rulebook.current().reminders(date(2026, 6, 30))
    monkeypatch.setitem(vars(rules), "strategy", Strategy.PACE)
    builders.confirmed(d.branch, ["S1", "H1", "M2"], "16", starts_at=at(3, 5, 14))
    builders.published(d.branch, at(6, 1), starts_at=at(9, 3, 9), minutes=600)
    decided = only(at(6, 30))
    # 15.87 hours are the share of a plain member; the secretary's is 27.77, of which 16 were offered.
    assert told(decided) == {("M1", "HOURS_GAP"), ("M3", "HOURS_GAP"), ("S1", "BRANCH_SHORT")}


def test_who_joined_in_the_year_needs_the_share_of_the_months_R10(d: District) -> None:
    year_of_32(d)
    late = builders.member("M9", d.branch, active_from=date(2026, 10, 5))
    builders.bound(late)
    builders.confirmed(d.branch, ["M9", "M1"], "8", starts_at=at(10, 20, 14))
    assert told(only(MONDAY), Topic.HOURS_GAP) == {("M1", "HOURS_GAP")}


def test_between_checkpoints_nobody_is_told_of_a_gap(d: District) -> None:
    year_of_32(d)
    assert only(at(10, 23)).due == []
    assert only(at(12, 10)).due == []


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda d: MemberSetting.create(member=d.zhang, reminders=False, changed_at=MONDAY), "opted_out"),
        (lambda d: OptOut.create(member=d.zhang, topic=Topic.HOURS_GAP, at=MONDAY), "opted_out"),
        (lambda d: builders.exempt(d.zhang), "exempt"),
        (lambda d: WechatBinding.delete().where(WechatBinding.member == d.zhang).execute(), "unbound"),
        (
            lambda d: WechatBinding.update(following=False).where(WechatBinding.member == d.zhang).execute(),
            "unbound",
        ),
    ],
)
def test_every_reason_not_to_send_is_on_record_R94(d: District, spoil: Any, why: str) -> None:
    year_of_32(d)
    spoil(d)
    decided = reminders.remind(MONDAY)
    assert told(decided, Topic.HOURS_GAP) == set()
    assert ("M1", why) in kept(decided, Topic.HOURS_GAP)
    row = Reminder.get(Reminder.member == d.zhang, Reminder.topic == Topic.HOURS_GAP)
    assert row.why == SuppressedWhy(why)
    on_the_list = why == "unbound"
    assert row.state is (ReminderState.INBOX if on_the_list else ReminderState.SUPPRESSED)
    # What stands on the secretary's list has words to be said by telephone.
    assert bool(row.words) is on_the_list


def test_another_topic_left_does_not_silence_this_one(d: District) -> None:
    year_of_32(d)
    OptOut.create(member=d.zhang, topic=Topic.MAKE_UP, at=MONDAY)
    assert told(only(MONDAY), Topic.HOURS_GAP) == {("M1", "HOURS_GAP")}


def test_a_second_run_queues_nothing_again_and_says_nothing_again(d: District) -> None:
    year_of_32(d)
    first = reminders.remind(MONDAY)
    rows = Reminder.select().count()
    assert first.due
    again = reminders.remind(MONDAY + timedelta(hours=1))
    assert (again.due, again.suppressed) == ([], [])
    assert Reminder.select().count() == rows


def test_what_is_queued_holds_what_delivery_needs(d: District) -> None:
    year_of_32(d)
    reminders.remind(MONDAY)
    row = Reminder.get(Reminder.member == d.zhang, Reminder.topic == Topic.HOURS_GAP)
    assert (row.state, row.why, row.channel) == (ReminderState.DUE, None, "TEMPLATE")
    assert (row.due_at, row.not_after) == (MONDAY, at(11, 29, 20))
    assert json.loads(row.fields)["number3"] == "16"
    assert row.branch_id == d.branch.id
    assert row.edition == "2026版"
    assert len(row.key) == 20


def test_a_dry_run_writes_nothing(d: District) -> None:
    year_of_32(d)
    assert reminders.decide(MONDAY).due
    assert Reminder.select().count() == 0


def test_a_topic_is_said_once_in_a_month_F13(d: District) -> None:
    year_of_32(d)
    Reminder.create(
        key="earlier", branch=d.branch, member=d.zhang, topic=Topic.HOURS_GAP, period="push:1", fields="{}",
        words="", way="/m", edition="x", state=ReminderState.DELIVERED, due_at=at(11, 3), not_after=at(11, 5),
        created_at=at(11, 3),
    )  # fmt: skip
    decided = reminders.remind(MONDAY)
    assert ("M1", "frequency") in kept(decided, Topic.HOURS_GAP)
    assert told(decided, Topic.HOURS_GAP) == set()


def test_what_was_suppressed_or_said_in_another_month_does_not_count(d: District) -> None:
    year_of_32(d)
    for key, when, state in (("a", at(10, 30), "DELIVERED"), ("b", at(11, 3), "SUPPRESSED")):
        Reminder.create(
            key=key, branch=d.branch, member=d.zhang, topic=Topic.HOURS_GAP, period=key, fields="{}",
            words="", way="/m", edition="x", state=state, due_at=when, not_after=when, created_at=when,
        )  # fmt: skip
    assert told(only(MONDAY), Topic.HOURS_GAP) == {("M1", "HOURS_GAP")}


def test_the_secretary_of_two_branches_is_told_of_one_in_a_month(d: District) -> None:
    builders.role(d.secretary, Role.SECRETARY, d.neighbour, starts=date(2019, 1, 1))
    decided = only(MONDAY)
    assert told(decided) == {("S1", "BRANCH_SHORT")}
    assert len(decided.due) == 1
    assert ("S1", "frequency") in kept(decided, Topic.BRANCH_SHORT)


def test_on_a_day_off_it_waits_for_the_next_working_morning_F13(d: District) -> None:
    year_of_32(d)
    decided = reminders.remind(SUNDAY)
    assert decided.due == []
    assert ("M1", "quiet_hours") in kept(decided, Topic.HOURS_GAP)
    row = Reminder.get(Reminder.member == d.zhang, Reminder.topic == Topic.HOURS_GAP)
    assert (row.state, row.due_at) == (ReminderState.PLANNED, at(11, 16, 8))
    assert told(reminders.remind(MONDAY), Topic.HOURS_GAP) == {("M1", "HOURS_GAP")}
    [row] = Reminder.select().where(Reminder.member == d.zhang, Reminder.topic == Topic.HOURS_GAP)
    assert (row.state, row.why, row.due_at) == (ReminderState.DUE, None, MONDAY)


def test_who_catches_up_during_the_quiet_hours_is_left_in_peace(d: District) -> None:
    year_of_32(d)
    reminders.remind(SUNDAY)
    builders.confirmed(d.branch, ["M1"], "16", starts_at=at(11, 14, 14))
    assert told(reminders.remind(MONDAY), Topic.HOURS_GAP) == set()
    row = Reminder.get(Reminder.member == d.zhang, Reminder.topic == Topic.HOURS_GAP)
    assert (row.state, row.why) == (ReminderState.SUPPRESSED, SuppressedWhy.SATISFIED)


def test_a_week_without_the_scheduler_is_caught_up_and_two_weeks_later_it_is_too_late(d: District) -> None:
    year_of_32(d)
    assert told(only(at(11, 23)), Topic.HOURS_GAP) == {("M1", "HOURS_GAP")}
    assert only(at(11, 30)).due == []


def test_just_before_sending_it_is_asked_once_more_R91_R94(d: District) -> None:
    year_of_32(d)
    reminders.remind(MONDAY)
    row = Reminder.get(Reminder.member == d.zhang, Reminder.topic == Topic.HOURS_GAP)
    short = Reminder.get(Reminder.member == d.secretary, Reminder.topic == Topic.BRANCH_SHORT)
    assert due_still.withdrawn([row, short], MONDAY) == {}
    assert due_still.still_due(row, MONDAY)
    OptOut.create(member=d.secretary, topic=Topic.BRANCH_SHORT, at=MONDAY)
    assert due_still.withdrawn([row, short], MONDAY) == {short.id: SuppressedWhy.OPTED_OUT}
    builders.confirmed(d.branch, ["M1"], "16", starts_at=at(11, 14, 14))
    assert due_still.withdrawn([row], MONDAY) == {row.id: SuppressedWhy.SATISFIED}
    assert due_still.withdrawn([row], at(12, 1)) == {row.id: SuppressedWhy.STALE}


def test_a_pushed_reminder_goes_as_long_as_hours_are_lacking_R95(d: District) -> None:
    year_of_32(d)
    row = Reminder.create(
        key="pushed", branch=d.branch, member=d.zhang, topic=Topic.HOURS_GAP, period="push-2026-10-23",
        fields="{}", words="", way="/m", edition="x", due_at=at(10, 23), not_after=at(10, 30),
        created_at=at(10, 23), pushed_by=d.secretary,
    )  # fmt: skip
    assert due_still.still_due(row, at(10, 23))
    builders.confirmed(d.branch, ["M1"], "16", starts_at=at(10, 20, 14))
    assert due_still.withdrawn([row], at(10, 23)) == {row.id: SuppressedWhy.SATISFIED}


def test_nothing_may_be_sent_in_the_quiet_hours(db: Any) -> None:
    assert due_still.may_send(MONDAY)
    assert not due_still.may_send(SUNDAY)
    assert not due_still.may_send(at(11, 16, 20))


def test_a_topic_that_is_switched_off_is_not_looked_for(d: District, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from services import rulebook

    year_of_32(d)
    rules = rulebook.current().reminders(MONDAY.date())
    off = {**rules.topics, Topic.HOURS_GAP: replace(rules.topics[Topic.HOURS_GAP], on=False)}
    monkeypatch.setitem(vars(rules), "topics", off)
    decided = only(MONDAY)
    assert {each.topic for each in (*decided.due, *decided.suppressed)} == {Topic.BRANCH_SHORT}


def test_the_scan_agrees_with_the_hours_that_a_member_sees(d: District) -> None:
    """The set-based statement and services/hours.py are two ways to one number (R110)."""
    from services import hours
    from services.policy.reminders import Checkpoint
    from services.reminders.gaps import scan
    from services.reminders.moment import at as moment_at
    from services.reminders.moment import rows

    year_of_32(d)
    builders.published(d.branch, at(11, 10), starts_at=at(11, 26, 14))
    builders.published(d.branch, at(11, 10), starts_at=at(12, 31, 22), minutes=300)  # into the next year
    builders.confirmed(d.branch, ["M1"], "3", starts_at=at(1, 1, 0))
    builders.published(d.branch, at(11, 10), starts_at=at(11, 12, 14))  # held, not confirmed
    moment = moment_at(MONDAY)
    with scan(moment, Checkpoint(MONDAY.date(), last=True), every=True):
        found = {
            number: values
            for number, *values in rows(
                "SELECT m.number, g.credited, g.offered, g.planned FROM gap_fact g"
                " JOIN member m ON m.id = g.member_id"
            )
        }
    for who in (d.zhang, d.secretary, d.stranger, d.old):
        view = hours.view(who, 2026, MONDAY)
        if view.credited < 3200:
            assert found[who.number] == [view.credited, view.offered, view.planned], who.number


def test_sessions_whose_kind_counts_half_are_counted_as_the_ledger_does(
    d: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    from decimal import Decimal

    from models.terms import CreditKind
    from services import hours, rulebook
    from services.policy.reminders import Checkpoint
    from services.reminders.gaps import scan
    from services.reminders.moment import at as moment_at

    rules = rulebook.current().hours_of_year(2026)
    monkeypatch.setitem(rules.ratio, CreditKind.PRACTICE, Decimal("0.33"))
    builders.published(
        d.branch, at(11, 10), starts_at=at(11, 26, 14), credit=Decimal("1.5"), credit_kind=CreditKind.PRACTICE
    )
    view = hours.view(d.zhang, 2026, MONDAY)
    with scan(moment_at(MONDAY), Checkpoint(MONDAY.date(), last=True), every=True) as opened:
        [fact] = [each for each in opened.lacking(None) if each.member == d.zhang.id]
    assert fact.arranged == view.offered + view.planned == 50


def test_cancelling_tells_those_who_would_have_come_and_withdraws_the_rest_R94(d: District) -> None:
    key = builders.published(d.branch, at(11, 10), starts_at=at(11, 18, 14))
    reminders.remind(at(11, 17))
    announced = Reminder.select().where(Reminder.topic == Topic.SESSION_TOMORROW)
    assert {row.member.number for row in announced} == {"S1", "H1", "M1", "M2", "M3"}
    sessions.cancel(OPERATOR, key, at(11, 17, 10))
    assert {row.why for row in announced.clone()} == {SuppressedWhy.CANCELLED}
    notices = list(Reminder.select().where(Reminder.topic == Topic.SESSION_CANCELLED))
    assert {row.member.number for row in notices} == {"S1", "H1", "M1", "M2", "M3"}
    assert {row.state for row in notices} == {ReminderState.DUE}
    assert "取消" in notices[0].words
    assert due_still.withdrawn(notices, at(11, 17, 10)) == {}
    assert reminders.remind(at(11, 17, 11)).due == []


def test_cancelling_a_draft_tells_nobody(d: District) -> None:
    key = sessions.create(OPERATOR, builders.plan(d.branch, starts_at=at(11, 18, 14)), at(11, 10)).key
    sessions.cancel(OPERATOR, key, at(11, 17))
    assert Reminder.select().count() == 0


def test_a_cancellation_in_the_evening_goes_out_in_the_morning(d: District) -> None:
    notices = Reminder.select().where(Reminder.topic == Topic.SESSION_CANCELLED)
    key = builders.published(d.branch, at(11, 10), starts_at=at(11, 18, 14))
    sessions.cancel(OPERATOR, key, at(11, 17, 21))
    for hour, state in ((7, ReminderState.PLANNED), (8, ReminderState.DUE)):
        reminders.remind(at(11, 18, hour))
        assert {row.state for row in notices.clone()} == {state}


def test_a_cancellation_that_no_message_reaches_in_time_is_for_the_telephone(d: District) -> None:
    """On a Saturday nothing is sent, and on Monday it is too late: the secretary's list holds them."""
    key = builders.published(d.branch, at(11, 10), starts_at=at(11, 21, 14))
    sessions.cancel(OPERATOR, key, at(11, 21, 9))
    assert {(row.state, row.why) for row in Reminder.select()} == {
        (ReminderState.INBOX, SuppressedWhy.QUIET_HOURS)
    }


def test_a_moved_session_is_told_with_both_times_and_announced_again(d: District) -> None:
    from services.reminders import events

    key = builders.published(d.branch, at(11, 10), starts_at=at(11, 18, 14))
    reminders.remind(at(11, 17))
    held = sessions.find(key)
    was, held.starts_at = held.starts_at, at(11, 20, 15)
    held.save()
    events.moved(held, was, at(11, 17, 10))
    notices = list(Reminder.select().where(Reminder.topic == Topic.SESSION_MOVED))
    assert len(notices) == 5
    assert (
        notices[0].words
        == "「学习党章」改到11月20日（周五） 15:00，地点请看页面。原来是11月18日（周三） 14:00。"
    )
    assert told(reminders.remind(at(11, 19)), Topic.SESSION_TOMORROW) == {
        (number, "SESSION_TOMORROW") for number in ("S1", "H1", "M1", "M2", "M3")
    }
