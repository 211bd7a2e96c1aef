"""Each topic of R90 beside the gaps of hours: whom it reaches, in what words, and whom not."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models import (
    ExternalStudy,
    MakeUp,
    Mobility,
    Organization,
    PointClaim,
    ReportCycle,
    RolePeriod,
    ShuxueReport,
)
from models.terms import (
    ClaimState,
    CycleType,
    ExemptionKind,
    MakeUpState,
    OrganiserLevel,
    ReportChannel,
    ReportState,
    Role,
    SessionKind,
    Topic,
)
from services import reminders, rulebook
from services.actor import OPERATOR
from services.clock import ZONE
from services.points import claimable
from services.policy import fields
from services.reminders import due_still, plan
from services.reminders.decided import Decided, Due
from services.roll import attendance
from services.study import sessions
from tests import builders
from tests.builders import District

PLAIN = ("H1", "M1", "M2", "M3", "S1")


def at(month: int, day: int, hour: int = 9, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZONE)


def of(topic: Topic, now: datetime) -> Decided:
    found = Decided()
    for part in plan.decide_by_chunk(now, topics={topic}):
        found.add(part)
    assert all(not fields.faults(each.fields) for each in found.due)
    return found


def told(topic: Topic, now: datetime) -> list[str]:
    return sorted(each.number for each in of(topic, now).due)


def one(topic: Topic, now: datetime) -> Due:
    [due] = of(topic, now).due
    return due


@pytest.fixture
def d(db: Any) -> District:
    made = builders.district()
    for each in (made.secretary, made.head, made.zhang, made.li, made.wang, made.old, made.stranger):
        builders.bound(each)
    return made


# ---- a session tomorrow


def test_a_session_is_announced_on_the_day_before_to_those_who_are_expected(d: District) -> None:
    builders.published(d.branch, at(11, 10), starts_at=at(11, 20, 14), place="党员活动室")
    assert told(Topic.SESSION_TOMORROW, at(11, 18)) == []
    assert told(Topic.SESSION_TOMORROW, at(11, 19, 8)) == list(PLAIN)
    due = of(Topic.SESSION_TOMORROW, at(11, 19)).due[0]
    assert (
        due.words
        == "11月20日（周五） 14:00 有学习：学习党章，党员活动室，1.5 学时。不能来可以先请假，之后能补学。"
    )
    assert due.fields == {
        "thing1": "学习党章",
        "time2": "2026年11月20日 14:00",
        "thing3": "党员活动室",
        "number4": "1.5",
    }


def test_a_session_after_the_weekend_is_announced_on_friday(d: District) -> None:
    builders.published(d.branch, at(11, 10), starts_at=at(11, 16, 14))
    assert told(Topic.SESSION_TOMORROW, at(11, 12)) == []
    assert told(Topic.SESSION_TOMORROW, at(11, 13)) == list(PLAIN)


def test_a_session_entered_late_is_announced_as_soon_as_that_is_decent(d: District) -> None:
    builders.published(d.branch, at(11, 14, 22), starts_at=at(11, 16, 14))
    assert {each.why.value for each in of(Topic.SESSION_TOMORROW, at(11, 15)).suppressed} == {"quiet_hours"}
    assert told(Topic.SESSION_TOMORROW, at(11, 16, 8)) == list(PLAIN)


def test_who_has_leave_or_came_already_or_is_not_due_hears_nothing(d: District) -> None:
    key = builders.published(d.branch, at(11, 10), starts_at=at(11, 20, 14))
    builders.exempt(d.wang, ExemptionKind.EXCLUDED_FROM_DUE)
    place = builders.place_of(key, d.zhang)
    place.status = "LEAVE"
    place.save()
    # The exemption came after publishing; the place was laid out before and still stands.
    assert told(Topic.SESSION_TOMORROW, at(11, 19)) == ["H1", "M2", "M3", "S1"]


def test_two_sessions_in_a_month_are_each_announced_for_they_are_dated_F13(d: District) -> None:
    for day in (18, 20):
        builders.published(d.branch, at(11, 10), starts_at=at(11, day, 14))
    reminders.remind(at(11, 17))
    assert told(Topic.SESSION_TOMORROW, at(11, 19)) == list(PLAIN)


def test_a_session_that_has_begun_is_not_announced_any_more(d: District) -> None:
    builders.published(d.branch, at(11, 10), starts_at=at(11, 20, 14))
    assert told(Topic.SESSION_TOMORROW, at(11, 20, 13)) == list(PLAIN)
    assert told(Topic.SESSION_TOMORROW, at(11, 20, 14)) == []


# ---- 述学


def cycle(where: Organization, due: date, **columns: Any) -> ReportCycle:
    values: dict[str, Any] = {
        "key": f"{where.code}-2026Q4",
        "type": CycleType.QUARTER,
        "year": 2026,
        "quarter": 4,
        "title": "四季度述学",
        "form": "default",
        "edition": "2026版",
        "opens": date(2026, 11, 1),
        "created_at": at(11, 1),
    }
    return ReportCycle.create(organization=where, due=due, **(values | columns))


def report(of_cycle: ReportCycle, who: Any, state: ReportState, **columns: Any) -> ShuxueReport:
    values: dict[str, Any] = {
        "channel": ReportChannel.SELF_PAGE,
        "begun_at": at(11, 5),
        "changed_at": at(11, 5),
    }
    return ShuxueReport.create(
        branch=who.branch, cycle=of_cycle, member=who, state=state, **(values | columns)
    )


def test_a_week_before_the_last_day_who_has_not_handed_in_is_told(d: District) -> None:
    asked = cycle(d.committee, date(2026, 12, 4))
    report(asked, d.zhang, ReportState.DRAFT)
    report(asked, d.li, ReportState.SUBMITTED)
    report(asked, d.wang, ReportState.RECORDED)
    assert told(Topic.REPORT_WINDOW, at(11, 26)) == []
    assert told(Topic.REPORT_WINDOW, at(11, 27)) == ["H1", "M1", "N1", "S1"]
    assert {each.number: each.why.value for each in of(Topic.REPORT_WINDOW, at(11, 27)).suppressed} == {
        "M4": "exempt",
        "O1": "unbound",
    }
    due = of(Topic.REPORT_WINDOW, at(11, 27)).due[0]
    assert due.words.startswith("四季度述学请在12月4日（周五）前交")
    assert due.way == "/m/shuxue/DW-2026Q4"


def test_a_round_of_the_neighbours_concerns_them_alone(d: District) -> None:
    cycle(d.neighbour, date(2026, 12, 4))
    assert told(Topic.REPORT_WINDOW, at(11, 30)) == ["N1"]


@pytest.mark.parametrize(
    "columns",
    [{"opens": date(2026, 12, 1)}, {"state": "CLOSED"}, {"due": date(2026, 11, 26)}],
    ids=["not yet open", "closed", "past"],
)
def test_a_round_that_is_not_open_is_not_told_of(d: District, columns: dict[str, Any]) -> None:
    cycle(d.branch, **{"due": date(2026, 12, 2), **columns})
    assert told(Topic.REPORT_WINDOW, at(11, 27)) == []


def test_a_returned_report_is_told_once_for_each_return(d: District) -> None:
    asked = cycle(d.branch, date(2026, 12, 20))
    row = report(asked, d.zhang, ReportState.RETURNED, revision=1, decided_at=at(11, 20, 15))
    due = one(Topic.REPORT_RETURNED, at(11, 20, 16))
    assert (due.number, due.period, due.way) == ("M1", "ZB1-2026Q4#1", "/m/shuxue/ZB1-2026Q4")
    reminders.remind(at(11, 20, 16))
    assert of(Topic.REPORT_RETURNED, at(11, 23)).due == []
    row.revision, row.decided_at = 2, at(12, 2)
    row.save()
    assert one(Topic.REPORT_RETURNED, at(12, 2, 10)).period == "ZB1-2026Q4#2"
    row.state = ReportState.SUBMITTED
    row.save()
    assert of(Topic.REPORT_RETURNED, at(12, 2, 10)).due == []


# ---- make-ups and claims


def owe(d: District, who: Any, day: int, **columns: Any) -> None:
    key = builders.published(d.branch, at(10, 1), starts_at=at(10, day, 14), title=f"第{day}讲")
    values: dict[str, Any] = {"due": date(2026, 11, day), "created_at": at(10, day)}
    MakeUp.create(
        key=f"{who.number}{day}",
        branch=d.branch,
        session=sessions.find(key),
        member=who,
        **(values | columns),
    )


def test_what_may_be_made_good_before_long_is_told_in_one_reminder_R31(d: District) -> None:
    owe(d, d.zhang, 20)
    owe(d, d.zhang, 23)
    owe(d, d.li, 20, state=MakeUpState.SUBMITTED)
    owe(d, d.wang, 20, state=MakeUpState.CONFIRMED)
    owe(d, d.head, 20, state=MakeUpState.RETURNED)
    owe(d, d.secretary, 28)
    assert told(Topic.MAKE_UP, at(11, 9)) == []
    assert told(Topic.MAKE_UP, at(11, 13)) == ["H1", "M1"]
    due = next(each for each in of(Topic.MAKE_UP, at(11, 13)).due if each.number == "M1")
    assert due.words.startswith("有 2 次学习可以补：第20讲，11月20日（周五）前补上最方便")
    assert told(Topic.MAKE_UP, at(11, 24)) == ["S1"]  # expiry has ended the reminding of the others


def claim(who: Any, month: str, state: ClaimState, key: str) -> None:
    PointClaim.create(
        key=key, branch=who.branch, member=who, month=month, item="service",
        day=date.fromisoformat(f"{month}-03"), words="帮助邻居", points=200, edition="2026版",
        state=state, filed_at=at(11, 1),
    )  # fmt: skip


def test_who_uses_the_claims_is_told_that_the_month_closes_R70(d: District) -> None:
    claim(d.zhang, "2026-09", ClaimState.POSTED, "a")  # claims now and then
    claim(d.li, "2026-10", ClaimState.SUBMITTED, "b")  # has claimed
    claim(d.wang, "2026-10", ClaimState.RETURNED, "c")  # something waits
    claim(d.head, "2026-03", ClaimState.POSTED, "e")  # long ago
    assert told(Topic.CLAIM_CLOSING, at(11, 5)) == []
    assert told(Topic.CLAIM_CLOSING, at(11, 6)) == ["M1", "M3"]
    due = of(Topic.CLAIM_CLOSING, at(11, 6)).due[0]
    assert (due.period, due.fields["thing2"]) == ("2026-10", "10月申报")
    assert told(Topic.CLAIM_CLOSING, at(11, 11)) == []


def test_the_day_on_which_claims_close_is_that_of_the_point_rules(
    d: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim(d.zhang, "2026-09", ClaimState.POSTED, "a")
    rules = rulebook.current().points(date(2026, 10, 31))
    monkeypatch.setitem(vars(rules), "close_day", 20)
    assert claimable.open_months(at(11, 20))[0][0] == "2026-10"
    assert [told(Topic.CLAIM_CLOSING, at(11, day)) for day in (6, 16, 20)] == [[], ["M1"], ["M1"]]
    assert one(Topic.CLAIM_CLOSING, at(11, 16)).fields["date3"] == "2026年11月20日"


# ---- looking after: to the secretary


def away(who: Any, next_due: date, **columns: Any) -> None:
    Mobility.create(
        member=who,
        destination="外省",
        home=who.branch,
        since=date(2026, 2, 1),
        next_contact_due=next_due,
        **columns,
    )


def test_the_home_secretary_is_told_whom_to_contact_in_one_message_R34(d: District) -> None:
    away(d.zhang, date(2026, 11, 20))
    away(d.wang, date(2026, 11, 23))
    away(d.li, date(2026, 12, 31))
    away(d.head, date(2026, 11, 20), until=date(2026, 10, 1))
    due = one(Topic.CONTACT_DUE, at(11, 17))
    assert (due.number, due.about) == ("S1", d.zhang.id)
    assert "党员M1、党员M3同志" in due.words
    assert due.fields == {"thing1": "党组织ZB1", "number2": "2", "date3": "2026年11月20日"}
    assert [
        (each.about, each.why.value, each.state.value)
        for each in of(Topic.CONTACT_DUE, at(11, 17)).suppressed
    ] == [(d.wang.id, "frequency", "INBOX")]


def test_a_contact_that_was_made_ends_the_reminder(d: District) -> None:
    away(d.zhang, date(2026, 11, 20))
    reminders.remind(at(11, 17))
    from models import Reminder

    [row] = Reminder.select().where(Reminder.topic == Topic.CONTACT_DUE)
    assert due_still.still_due(row, at(11, 17))
    Mobility.update(next_contact_due=date(2027, 2, 20)).execute()
    assert not due_still.still_due(row, at(11, 17))


def seen(d: District, when: datetime, who: list[str], **changes: Any) -> None:
    builders.confirmed(d.branch, who, "1.5", starts_at=when, **changes)


def test_after_three_months_without_organisational_life_the_secretary_alone_is_told_R32(d: District) -> None:
    everybody = list(PLAIN)
    seen(d, at(8, 18, 14), everybody)
    seen(d, at(9, 17, 14), [each for each in everybody if each != "M1"])
    seen(d, at(10, 20, 14), [each for each in everybody if each != "M1"])
    seen(d, at(11, 12, 14), [each for each in everybody if each != "M1"])
    assert told(Topic.CARE, at(11, 17)) == []
    due = one(Topic.CARE, at(11, 18))
    assert (due.number, due.about) == ("S1", d.zhang.id)
    assert due.words == (
        "请联系关心：党员M1同志，有一段时间没有参加组织生活了，也许有难处。问一声就好，系统不作任何结论。"
    )
    # A template message lies open on a phone: it names nobody.
    assert due.fields == {"thing1": "党组织ZB1", "number2": "1"}
    reminders.remind(at(11, 18))
    assert told(Topic.CARE, at(12, 10)) == []
    seen(d, at(12, 15, 14), [each for each in everybody if each != "M1"])
    assert told(Topic.CARE, at(1, 18, year=2027)) == ["S1"]  # five months


@pytest.mark.parametrize("reason", ["exempt", "mobile", "leave", "host", "nothing held"])
def test_who_has_a_reason_is_not_named(d: District, reason: str) -> None:
    everybody = list(PLAIN)
    seen(d, at(8, 18, 14), everybody)
    if reason != "nothing held":
        seen(d, at(11, 12, 14), [each for each in everybody if each != "M1"])
    if reason == "exempt":
        builders.exempt(d.zhang, ExemptionKind.ORG_LIFE_PAUSED)
    elif reason == "mobile":
        away(d.zhang, date(2027, 6, 1))
    elif reason == "leave":
        key = builders.published(d.branch, at(10, 1), starts_at=at(10, 20, 14))
        attendance.call_roll(OPERATOR, key, "LEAVE", ["M1"], at(10, 20, 14))  # type: ignore[arg-type]
        attendance.call_roll(OPERATOR, key, "PRESENT", ["S1", "H1", "M2", "M3"], at(10, 20, 14))  # type: ignore[arg-type]
        attendance.confirm(OPERATOR, key, at(10, 21))
    elif reason == "host":
        ExternalStudy.create(
            member=d.zhang, branch=d.branch, org_name="外地支部", title="学习", day=date(2026, 10, 20),
            hours=150, credit_kind="COLLECTIVE", state="CONFIRMED",
        )  # fmt: skip
    assert told(Topic.CARE, at(11, 18)) == []


def test_a_training_is_no_organisational_life(d: District) -> None:
    everybody = list(PLAIN)
    seen(d, at(8, 18, 14), everybody)
    seen(d, at(10, 20, 14), everybody, kind=SessionKind.CENTRALISED_TRAINING)
    seen(d, at(11, 12, 14), [each for each in everybody if each != "M1"])
    assert told(Topic.CARE, at(11, 18)) == ["S1"]


# ---- trainings


def appointed(d: District, who: Any, starts: date) -> None:
    RolePeriod.update(ends=starts - timedelta(days=1)).where(RolePeriod.member == d.secretary).execute()
    builders.role(who, Role.SECRETARY, d.branch, starts)


def test_a_new_secretary_is_told_three_months_and_one_month_before_R12(d: District) -> None:
    appointed(d, d.zhang, date(2026, 8, 31))  # until 2027-02-28
    assert told(Topic.NEW_SECRETARY, at(11, 27)) == []
    due = one(Topic.NEW_SECRETARY, at(11, 30))
    assert (due.number, due.period) == ("M1", "2027-02-28-90")
    assert due.words.startswith("新任书记的培训请在2027年2月28日（周日）前参加一次")
    assert one(Topic.NEW_SECRETARY, at(2, 1, year=2027)).period == "2027-02-28-30"
    assert told(Topic.NEW_SECRETARY, at(3, 1, year=2027)) == []


@pytest.mark.parametrize(
    ("kind", "level", "told_still"),
    [
        (SessionKind.CENTRALISED_TRAINING, OrganiserLevel.COUNTY_PLUS, False),
        (SessionKind.CENTRALISED_TRAINING, OrganiserLevel.BASIC_COMMITTEE, False),
        (SessionKind.CENTRALISED_TRAINING, OrganiserLevel.BRANCH, True),
        (SessionKind.COLLECTIVE_STUDY, OrganiserLevel.COUNTY_PLUS, True),
    ],
)
def test_a_training_held_from_above_ends_it(
    d: District, kind: SessionKind, level: OrganiserLevel, told_still: bool
) -> None:
    appointed(d, d.zhang, date(2026, 8, 31))
    builders.confirmed(
        d.committee, ["M1"], "8", starts_at=at(10, 20, 9), kind=kind, organiser_level=level, minutes=480
    )
    assert told(Topic.NEW_SECRETARY, at(11, 30)) == (["M1"] if told_still else [])


def test_a_secretary_whose_term_was_renewed_is_not_new(d: District) -> None:
    RolePeriod.update(ends=date(2026, 8, 30)).where(RolePeriod.member == d.secretary).execute()
    builders.role(d.secretary, Role.SECRETARY, d.branch, date(2026, 8, 31))
    assert told(Topic.NEW_SECRETARY, at(11, 30)) == []


def test_a_new_member_is_told_before_the_year_after_full_membership_ends_R14(d: District) -> None:
    young = builders.member("Y1", d.branch, joined_on=date(2023, 2, 28), full_on=date(2024, 2, 29))
    builders.bound(young)
    assert told(Topic.NEW_MEMBER, at(11, 29, year=2024)) == []
    assert one(Topic.NEW_MEMBER, at(12, 2, year=2024)).period == "2025-02-28-90"
    builders.confirmed(
        d.committee, ["Y1"], "8", starts_at=at(3, 5, 9, year=2024), kind=SessionKind.CENTRALISED_TRAINING,
        organiser_level=OrganiserLevel.COUNTY_PLUS, minutes=480,
    )  # fmt: skip
    assert told(Topic.NEW_MEMBER, at(12, 2, year=2024)) == []


def test_a_topic_is_said_once_a_month_also_when_two_leads_fall_into_one(d: District) -> None:
    appointed(d, d.zhang, date(2026, 8, 31))
    reminders.remind(at(11, 30))
    from models import Reminder

    Reminder.update(due_at=at(2, 1, year=2027), created_at=at(2, 1, year=2027)).execute()
    assert {each.why.value for each in of(Topic.NEW_SECRETARY, at(2, 2, year=2027)).suppressed} == {
        "frequency"
    }
