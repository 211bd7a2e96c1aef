"""Sessions that come again: as usual, like the last one, for the months to come (F12)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from models import AuditLog, StudySession
from models.terms import Area, DueScope, OrganiserLevel, SessionKind, SessionState
from services.access import grants
from services.actor import OPERATOR, Actor
from services.clock import ZONE, civil
from services.study import series, sessions, suggesting
from services.study.session_plan import SessionPlan
from tests.builders import BEFORE, START, District, district, plan, published, refused

pytestmark = pytest.mark.usefixtures("db")

#: A Thursday, the third of November; the fourth is the 26th.
THURSDAY = datetime(2026, 11, 19, 9, 30, tzinfo=ZONE)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)


@pytest.fixture
def field() -> District:
    return district()


def thursday(field: District, **changes: object) -> str:
    """Hold a session on the third Thursday of November in the activity room."""
    values = {"title": "11月主题党日 · 学习条例", "place": "活动室", "minutes": 120} | changes
    return published(field.branch, BEFORE - timedelta(days=9), starts_at=THURSDAY, **values)


def copied(actor: Actor, key: str) -> StudySession:
    """Hold a session like an earlier one, as the page does that was filled in by it."""
    like = suggesting.like(actor, key, NOW)
    again = SessionPlan(
        like.organization, like.kind, like.title, datetime.combine(like.day, like.time, tzinfo=ZONE),
        like.minutes, like.areas, like.credit, like.credit_reason or None, like.place or None,
    )  # fmt: skip
    return series.repeat(actor, again, [like.day], NOW)[0]


def test_without_an_earlier_one_the_rules_say_what_is_usual(field: District) -> None:
    found = suggesting.usual([field.branch], SessionKind.COMMITTEE_MEETING, NOW)
    assert (found.title, found.day, str(found.time)) == ("11月支委会", date(2026, 11, 23), "14:00:00")
    assert (found.minutes, found.areas, found.follows) == (60, (Area.POLITICAL,), None)


def test_a_saturday_gives_way_to_monday_where_nothing_speaks_for_it(field: District) -> None:
    saturday = datetime(2026, 11, 21, 15, 0, tzinfo=ZONE)
    found = suggesting.usual([field.branch], SessionKind.PARTY_LECTURE, saturday)
    assert found.day == date(2026, 11, 23)


def test_time_place_and_length_are_those_of_the_last_of_this_kind(field: District) -> None:
    thursday(field)
    published(field.branch, kind=SessionKind.PARTY_LECTURE, place="礼堂", minutes=45, starts_at=START)
    found = suggesting.usual([field.branch], SessionKind.THEME_DAY, NOW)
    assert (found.place, found.minutes, f"{found.time:%H:%M}") == ("活动室", 120, "09:30")
    assert (found.title, found.day, found.follows) == ("12月主题党日", date(2026, 12, 17), THURSDAY.date())


def test_another_kind_takes_the_place_alone(field: District) -> None:
    thursday(field)
    found = suggesting.usual([field.branch], SessionKind.ORG_LIFE_MEETING, NOW)
    assert (found.place, found.minutes, f"{found.time:%H:%M}") == ("活动室", 120, "14:00")
    assert found.title == "组织生活会"


def test_like_the_last_one_keeps_the_topic_and_hours_set_otherwise(field: District) -> None:
    key = thursday(field, credit=Decimal(4), credit_reason="半天")
    found = suggesting.like(field.leader, key, NOW)
    assert (found.title, found.day) == ("12月主题党日 · 学习条例", date(2026, 12, 17))
    assert (found.credit, found.credit_reason) == (4, "半天")


def test_a_copy_is_published_once_however_often_it_is_pressed(field: District) -> None:
    key = thursday(field)
    made = [copied(field.leader, key) for _ in range(2)]
    assert made[0].key == made[1].key != key
    copy = sessions.find(made[0].key)
    assert (copy.state, copy.place, copy.areas) == (SessionState.PUBLISHED, "活动室", "RULES")
    assert civil(copy.starts_at).isoformat() == "2026-12-17T09:30:00+08:00"
    assert copy.created_by == field.secretary


def test_the_copy_of_a_cancelled_copy_is_a_new_one(field: District) -> None:
    key = thursday(field)
    first = copied(field.leader, key)
    sessions.cancel(field.leader, first.key, NOW)
    assert copied(field.leader, key).key != first.key


@pytest.mark.parametrize("who", ["outsider", "headman"])
def test_nobody_copies_what_others_run(field: District, who: str) -> None:
    key = thursday(field)
    with refused("not_found" if who == "outsider" else "forbidden"):
        copied(getattr(field, who), key)
    assert StudySession.select().count() == 1


def test_a_visit_at_home_is_not_copied(field: District) -> None:
    key = published(field.branch, kind=SessionKind.HOME_VISIT)
    with refused("kind"):
        suggesting.like(field.leader, key, NOW)


def test_days_ahead_keep_the_weekday_and_name_what_moves_them(field: District) -> None:
    found = series.days_ahead(date(2026, 9, 3), 3, NOW - timedelta(days=90))
    assert [each.day for each in found] == [date(2026, 9, 3), date(2026, 10, 8), date(2026, 11, 5)]
    assert found[1].hint == "10月1日国庆节放假，顺延到这天。"
    assert (found[0].hint, found[2].hint) == ("", "")


def test_who_meets_on_saturdays_goes_on_doing_so_and_is_told(field: District) -> None:
    found = series.days_ahead(date(2026, 11, 21), 2, NOW)
    assert [each.day for each in found] == [date(2026, 11, 21), date(2026, 12, 19)]
    assert found[1].hint == "这天是周末。"


@pytest.mark.parametrize("count", [0, 13])
def test_more_than_a_year_of_months_is_refused(field: District, count: int) -> None:
    with refused("repeat"):
        series.days_ahead(date(2026, 12, 1), count, NOW)


def test_days_more_than_a_year_ahead_are_left_out(field: District) -> None:
    found = series.days_ahead(date(2027, 6, 1), 12, NOW)
    assert (len(found), found[-1].day.month) == (6, 11)


def test_repeating_makes_one_for_each_day_under_its_month(field: District) -> None:
    days = [date(2026, 12, 17), date(2027, 1, 21), date(2027, 2, 18)]
    wanted = plan(field.branch, title="12月主题党日", starts_at=THURSDAY.replace(month=12, day=17))
    made = series.repeat(field.leader, wanted, days, NOW)
    assert [each.title for each in made] == ["12月主题党日", "1月主题党日", "2月主题党日"]
    assert [civil(each.starts_at).date() for each in made] == days
    assert {each.state for each in made} == {SessionState.PUBLISHED}
    again = series.repeat(field.leader, wanted, days, NOW)
    assert [each.key for each in again] == [each.key for each in made]


def test_drafts_wait_on_the_page_of_today(field: District) -> None:
    wanted = plan(field.branch, starts_at=THURSDAY.replace(month=12, day=17))
    made = series.repeat(field.leader, wanted, [date(2026, 12, 17)], NOW, publish=False)
    found = suggesting.again(grants(field.secretary.id, NOW.date()), NOW)
    assert [each.key for each in found.drafts] == [each.key for each in made]
    assert suggesting.again(grants(field.stranger.id, NOW.date()), NOW) == suggesting.Again((), ())


def test_one_day_that_cannot_be_leaves_none_of_them(field: District) -> None:
    wanted = plan(field.branch, starts_at=THURSDAY.replace(month=12, day=17))
    with refused("start"):
        series.repeat(field.leader, wanted, [date(2026, 12, 17), date(2028, 1, 1)], NOW)
    with refused("repeat"):
        series.repeat(field.leader, wanted, [], NOW)
    assert (StudySession.select().count(), AuditLog.select().count()) == (0, 0)


def test_a_kind_is_offered_again_until_the_next_one_stands(field: District) -> None:
    led = grants(field.secretary.id, NOW.date())
    key = thursday(field)
    assert [each.key for each in suggesting.again(led, NOW).likes] == [key]
    copied(field.leader, key)
    assert suggesting.again(led, NOW).likes == ()
    assert suggesting.again(grants(field.officer.id, NOW.date()), NOW).likes == ()


def test_a_line_of_the_plan_gets_the_usual_weekday_of_its_month(field: District) -> None:
    thursday(field)
    kind = SessionKind.THEME_DAY
    assert suggesting.usual_in(field.branch, kind, 2027, 3, NOW).day == date(2027, 3, 18)
    assert suggesting.usual_in(field.branch, kind, 2026, 11, NOW).day == date(2026, 11, 23)
    lecture = SessionKind.PARTY_LECTURE
    assert suggesting.usual_in(field.branch, lecture, 2027, 1, NOW).day == date(2027, 1, 4)


# ---- hours set otherwise (R06)


def test_hours_that_are_not_those_of_the_length_need_a_reason(field: District) -> None:
    for reason in (None, " ", "\u200b"):
        with refused("text" if reason == "\u200b" else "credit_reason"):
            sessions.create(field.leader, plan(field.branch, credit=Decimal(4), credit_reason=reason), NOW)
    assert StudySession.select().count() == 0
    made = sessions.create(field.leader, plan(field.branch, credit=Decimal(4), credit_reason="半天"), NOW)
    assert (made.credit, made.credit_reason) == (400, "半天")


def test_the_hours_of_the_length_written_out_need_none(field: District) -> None:
    made = sessions.create(field.leader, plan(field.branch, credit=Decimal("1.5")), NOW)
    assert (made.credit, made.credit_reason) == (150, None)


def test_an_operator_who_gives_no_reason_is_named_as_one(field: District) -> None:
    assert sessions.create(OPERATOR, plan(field.branch, credit=Decimal(4)), NOW).credit_reason == "操作员录入"


def test_who_is_due_follows_from_the_kind(field: District) -> None:
    made = sessions.create(OPERATOR, plan(field.branch, kind=SessionKind.COMMITTEE_MEETING), NOW)
    assert (made.due_scope, made.organiser_level) == (DueScope.COMMITTEE, OrganiserLevel.BRANCH)
