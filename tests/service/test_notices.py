"""What was said to a member, what of it still matters, and how one hears no more of it (F09, F13, F20)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models import (
    Attendance,
    MemberSetting,
    OptOut,
    ReachNote,
    Reminder,
    ReminderAttempt,
    StudySession,
    SubscribeCredit,
    database,
)
from models.terms import AttendanceStatus, Channel, ReachKind, ReminderState, Role, SuppressedWhy, Topic
from services import notices, privacy, reminders, retention, settings
from services.actor import OPERATOR
from services.delivery import claims
from services.reminders.meetings import period_of
from services.upkeep import forgetting, sweep
from tests import builders
from tests.builders import District, bound, district, refused
from tests.outbox import TUESDAY, now_of, queued

S = ReminderState
WAITING = (S.PLANNED, S.DUE, S.FAILED)


@pytest.fixture
def d(db: Any) -> District:
    made = district()
    for each in (made.zhang, made.li, made.secretary):
        bound(each)
    return made


def said(member: Any, state: ReminderState = S.DELIVERED, at: datetime = TUESDAY, **columns: Any) -> Reminder:
    return queued(member, at, state=state, **columns)


def topics(found: tuple[notices.Notice, ...]) -> list[Topic]:
    return [each.topic for each in found]


# ---- the inbox


def test_the_inbox_holds_what_was_said_by_whatever_way_and_nothing_that_still_waits(d: District) -> None:
    told = (S.SENDING, S.ACCEPTED, S.DELIVERED, S.REFUSED, S.UNKNOWN, S.FAILED, S.DEAD, S.INBOX)
    for state in told:
        said(d.zhang, state, words=state.label)
    for state in (S.PLANNED, S.DUE, S.SUPPRESSED):
        said(d.zhang, state, words="还没有说", why=SuppressedWhy.SATISFIED)
    said(d.zhang, S.SUPPRESSED, words="请支部告诉他", why=SuppressedWhy.UNBOUND)
    found = {notice.words for notice in notices.of_member(d.zhang, TUESDAY)}
    assert found == {state.label for state in told} | {"请支部告诉他"}


def test_the_newest_stands_first_and_after_sixty_days_it_is_gone(d: District) -> None:
    for days in (1, 3, 61):
        said(d.zhang, at=TUESDAY - timedelta(days=days), words=f"{days} 天前")
    said(d.zhang, sent_at=TUESDAY, words="刚才", pushed_by=d.secretary)
    found = notices.of_member(d.zhang, TUESDAY)
    assert [notice.words for notice in found] == ["刚才", "1 天前", "3 天前"]
    assert (found[0].at, found[0].by, found[1].by) == (TUESDAY, "党员S1", None)
    assert len(notices.of_member(d.zhang, TUESDAY, limit=2)) == 2


def test_a_notice_is_its_members_alone_and_looking_leaves_no_trace(d: District) -> None:
    row = said(d.zhang)
    before = database.obj.execute_sql("SELECT * FROM reminder").fetchall()
    assert notices.find(d.zhang, row.key, TUESDAY).words == "改到周四"
    assert notices.of_member(d.li, TUESDAY) == ()
    for key in (row.key, "unknown", "\x00", "x" * 99, "\ud800"):
        with refused("not_found"):
            notices.find(d.li, key, TUESDAY)
    assert database.obj.execute_sql("SELECT * FROM reminder").fetchall() == before


# ---- what still matters


def test_on_the_home_stands_what_is_still_of_use_the_newest_first(d: District) -> None:
    said(d.zhang, topic=Topic.HOURS_GAP)
    said(d.zhang, topic=Topic.CLAIM_CLOSING, at=TUESDAY + timedelta(hours=1), period="2026-10")
    said(d.zhang, topic=Topic.NEW_MEMBER, not_after=TUESDAY)
    now = TUESDAY + timedelta(hours=2)
    assert topics(notices.standing(d.zhang, now)) == [Topic.CLAIM_CLOSING, Topic.HOURS_GAP]
    assert topics(notices.standing(d.zhang, now, hours_are_enough=True)) == [Topic.CLAIM_CLOSING]
    assert notices.standing(d.zhang, now + timedelta(days=30)) == ()


def test_what_is_done_needs_no_word_any_more(d: District) -> None:
    from models import MakeUp, PointClaim, ReportCycle, ShuxueReport

    session = StudySession.get(StudySession.key == builders.published(d.branch, TUESDAY))
    owed = MakeUp.create(key="u", branch=d.branch, session=session, member=d.zhang, state="OWED",
                         due=date(2026, 11, 30), created_at=TUESDAY)  # fmt: skip
    cycle = ReportCycle.create(
        key="ZB1-2026Q4", organization=d.branch, type="QUARTER", year=2026, quarter=4, number=0,
        title="四季度述学", form="wujian", edition="2026版", opens=date(2026, 10, 1), due=date(2026, 12, 20),
        state="OPEN", created_at=TUESDAY,
    )  # fmt: skip
    said(d.zhang, topic=Topic.MAKE_UP)
    said(d.zhang, topic=Topic.REPORT_WINDOW, period=cycle.key)
    said(d.zhang, topic=Topic.CLAIM_CLOSING, period="2026-10")
    assert set(topics(notices.standing(d.zhang, TUESDAY))) == {
        Topic.MAKE_UP, Topic.REPORT_WINDOW, Topic.CLAIM_CLOSING,
    }  # fmt: skip
    owed.update(state="CONFIRMED").execute()
    ShuxueReport.create(branch=d.branch, cycle=cycle, member=d.zhang, state="SUBMITTED", channel="SELF_PAGE",
                        revision=1, begun_at=TUESDAY, changed_at=TUESDAY)  # fmt: skip
    PointClaim.create(key="c", branch=d.branch, member=d.zhang, month="2026-10", item="volunteer",
                      day=date(2026, 10, 9), words="x", points=100, edition="2026版", state="SUBMITTED",
                      filed_at=TUESDAY)  # fmt: skip
    assert notices.standing(d.zhang, TUESDAY) == ()


def test_a_session_is_named_until_it_was_moved_called_off_or_signed(d: District) -> None:
    keys = [builders.published(d.branch, TUESDAY, starts_at=TUESDAY + timedelta(days=n)) for n in (1, 2, 3)]
    for key in keys:
        session = StudySession.get(StudySession.key == key)
        period = period_of(key, session.starts_at)
        said(d.zhang, topic=Topic.SESSION_TOMORROW, session=session, period=period)
    assert len(notices.standing(d.zhang, TUESDAY)) == 3
    first, second, third = [StudySession.get(StudySession.key == key) for key in keys]
    StudySession.update(starts_at=TUESDAY + timedelta(days=9)).where(StudySession.id == first.id).execute()
    StudySession.update(state="CANCELLED").where(StudySession.id == second.id).execute()
    Attendance.update(status=AttendanceStatus.LEAVE).where(Attendance.session == third).execute()
    said(d.zhang, topic=Topic.SESSION_CANCELLED, session=second)
    assert topics(notices.standing(d.zhang, TUESDAY)) == [Topic.SESSION_CANCELLED]


def test_what_a_secretary_is_told_stands_in_the_inbox_and_not_on_the_own_home(d: District) -> None:
    said(d.secretary, topic=Topic.CARE, about=d.zhang, words="请联系关心：党员M1同志")
    assert notices.standing(d.secretary, TUESDAY) == ()
    assert topics(notices.of_member(d.secretary, TUESDAY)) == [Topic.CARE]


# ---- hearing no more of it


def test_leaving_a_topic_takes_back_what_waits_and_nothing_else(d: District) -> None:
    mine = [said(d.zhang, state, topic=Topic.HOURS_GAP) for state in WAITING]
    gone = said(d.zhang, S.ACCEPTED, topic=Topic.HOURS_GAP)
    other, foreign = said(d.zhang, S.DUE), said(d.li, S.DUE, topic=Topic.HOURS_GAP)
    settings.leave_topic(d.zhang, Topic.HOURS_GAP, TUESDAY)
    settings.leave_topic(d.zhang, Topic.HOURS_GAP, TUESDAY)
    for row in map(now_of, mine):
        assert (row.state, row.why, row.closed_at) == (S.SUPPRESSED, SuppressedWhy.OPTED_OUT, TUESDAY)
    assert [now_of(row).state for row in (gone, other, foreign)] == [S.ACCEPTED, S.DUE, S.DUE]
    assert settings.of_member(d.zhang).left == {Topic.HOURS_GAP}
    settings.take_topic(d.zhang, Topic.HOURS_GAP)
    assert settings.of_member(d.zhang).left == frozenset()
    assert now_of(mine[1]).state is S.SUPPRESSED, "what was taken back is not said after all"


def test_switching_all_off_takes_back_everything_and_keeps_the_single_choices(d: District) -> None:
    settings.leave_topic(d.zhang, Topic.MAKE_UP, TUESDAY)
    rows = [said(d.zhang, state) for state in WAITING]
    assert settings.set_reminders(d.zhang, False, TUESDAY) == settings.Chosen(
        False, frozenset({Topic.MAKE_UP})
    )
    assert {now_of(row).state for row in rows} == {S.SUPPRESSED}
    assert claims.claim(TUESDAY).won == 0
    settings.set_reminders(d.zhang, True, TUESDAY)
    assert settings.of_member(d.zhang) == settings.Chosen(True, frozenset({Topic.MAKE_UP}))
    assert MemberSetting.select().count() == 1


def test_a_topic_that_was_left_is_not_decided_for(d: District) -> None:
    start = TUESDAY + timedelta(days=1, hours=5)
    builders.published(d.branch, TUESDAY - timedelta(days=3), starts_at=start)
    settings.leave_topic(d.zhang, Topic.SESSION_TOMORROW, TUESDAY)
    reminders.remind(TUESDAY)
    row = Reminder.get(Reminder.member == d.zhang, Reminder.topic == Topic.SESSION_TOMORROW)
    assert (row.state, row.why) == (S.SUPPRESSED, SuppressedWhy.OPTED_OUT)
    assert Reminder.get(Reminder.member == d.li, Reminder.topic == Topic.SESSION_TOMORROW).state is S.DUE


def test_of_the_offered_topics_the_unwanted_are_left_and_the_others_untouched(d: District) -> None:
    settings.leave_topic(d.zhang, Topic.MAKE_UP, TUESDAY)
    settings.leave_topic(d.zhang, Topic.CARE, TUESDAY)
    chosen = settings.choose_topics(
        d.zhang, {Topic.MAKE_UP, Topic.HOURS_GAP}, {Topic.MAKE_UP, Topic.CARE}, TUESDAY
    )
    assert chosen.left == {Topic.HOURS_GAP, Topic.CARE}


def test_topics_are_offered_to_those_who_may_hear_of_them(d: District) -> None:
    for_leaders = {Topic.BRANCH_SHORT, Topic.CONTACT_DUE, Topic.CARE}
    plain, leading = (set(settings.topics_of(each, TUESDAY)) for each in (d.zhang, d.secretary))
    assert plain == set(Topic) - for_leaders - {Topic.NEW_SECRETARY, Topic.NEW_MEMBER}
    assert leading - plain == for_leaders | {Topic.NEW_SECRETARY}
    young = builders.member("M9", d.branch, joined_on=date(2026, 1, 1), full_on=None)
    assert Topic.NEW_MEMBER in settings.topics_of(young, TUESDAY)
    builders.role(d.li, Role.COMMITTEE, d.branch)
    assert set(settings.topics_of(d.li, TUESDAY)) - plain == for_leaders


# ---- what is forgotten


def test_words_go_after_ninety_days_and_the_row_after_four_hundred(d: District) -> None:
    ages = {"new": 1, "words": retention.REMINDER_WORDS_DAYS + 1, "row": retention.REMINDER_DAYS + 1}
    for name, days in ages.items():
        at = TUESDAY - timedelta(days=days)
        row = said(d.zhang, at=at, key=name, not_after=at)
        ReminderAttempt.create(reminder=row, at=at, channel=Channel.TEMPLATE, state=S.DELIVERED)
        SubscribeCredit.create(openid=name, template="t", granted_at=at, used_at=at, reminder=row)
        ReachNote.create(
            branch=d.branch, member=d.zhang, kind=ReachKind.CALLED, day=at.date(), at=at, words=name
        )
    SubscribeCredit.create(openid="kept", template="t", granted_at=TUESDAY - timedelta(days=500))
    assert sweep.sweep(TUESDAY) >= 7
    assert {row.key: (row.words, row.fields != "{}") for row in Reminder.select()} == {
        "new": ("改到周四", True),
        "words": ("", False),
    }
    assert [row.reminder.key for row in ReminderAttempt.select()] == ["new"]
    assert {row.openid for row in SubscribeCredit.select()} == {"new", "kept"}
    assert {row.words for row in ReachNote.select()} == {"new", "words"}
    assert notices.find(d.zhang, "words", TUESDAY).words == ""
    assert forgetting.forget_old(TUESDAY) == 0


def test_what_is_still_worth_saying_keeps_its_words_however_old(d: District) -> None:
    row = said(d.zhang, S.PLANNED, at=TUESDAY - timedelta(days=500), not_after=TUESDAY + timedelta(days=1))
    assert forgetting.forget_old(TUESDAY) == 0
    assert now_of(row).words


def test_many_are_forgotten_in_parts(d: District, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "_AT_ONCE", 2)
    for _ in range(5):
        said(d.zhang, at=TUESDAY - timedelta(days=200))
    assert forgetting.forget_old(TUESDAY) == 5
    assert {row.words for row in Reminder.select()} == {""}


# ---- the member's own data


def test_the_copy_holds_the_own_reminders_and_not_what_a_secretary_was_told(d: District) -> None:
    said(d.zhang, words="今年还差 3 学时")
    said(d.secretary, topic=Topic.CARE, about=d.zhang, words="请联系关心：党员M1、党员M2同志")
    said(d.secretary, topic=Topic.CARE, about=d.li, period="x", words="请联系关心：党员M2同志")
    settings.leave_topic(d.zhang, Topic.MAKE_UP, TUESDAY)
    tables = privacy.export(d.zhang, TUESDAY)["tables"]
    assert [row["words"] for row in tables["reminder"]["rows"]] == ["今年还差 3 学时"]
    assert [row["topic"] for row in tables["opt_out"]["rows"]] == ["MAKE_UP"]


def test_an_erasure_takes_what_others_were_told_about_the_member_with_it(d: District) -> None:
    said(d.secretary, topic=Topic.CARE, about=d.li, words="请联系关心：党员M2、党员M1同志")
    kept = said(d.secretary, topic=Topic.CARE, about=d.li, words="请联系关心：党员M2同志")
    done = privacy.erase(OPERATOR, "M1", TUESDAY)
    assert [row.id for row in Reminder.select()] == [kept.id]
    assert done.mentions == {}


def test_who_leaves_takes_the_choices_along(d: District) -> None:
    settings.leave_topic(d.zhang, Topic.MAKE_UP, TUESDAY)
    SubscribeCredit.create(openid="o-M1", template="t", granted_at=TUESDAY)
    privacy.leave(d.zhang, "o-M1", TUESDAY)
    assert [table.select().count() for table in (OptOut, SubscribeCredit)] == [0, 0]
