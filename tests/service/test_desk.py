"""What waits for a member: everything of the own, nothing of anybody else's, in one query."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models import (
    Feedback,
    Leave,
    MakeUp,
    PointClaim,
    ReportCycle,
    ShuxueReport,
    ShuxueText,
    VoiceNote,
    database,
)
from models.terms import (
    ClaimState,
    CycleType,
    FeedbackKind,
    FeedbackState,
    LeaveKind,
    LeaveState,
    MakeUpState,
    ReportChannel,
    ReportState,
    Role,
    VoiceState,
)
from services import desk
from services.clock import civil_day
from services.desk import Waits
from services.study import sessions
from tests.builders import START, district, published

TODAY = civil_day(START)


@pytest.fixture
def field(db: Any) -> Any:
    return district()


def cycle(organization: Any, key: str = "ZB1-2026Q4", **columns: Any) -> ReportCycle:
    values = {
        "type": CycleType.QUARTER, "year": 2026, "quarter": 4, "title": "四季度述学", "form": "standard",
        "edition": "2026版", "opens": date(2026, 10, 1), "due": date(2026, 12, 20), "created_at": START,
    }  # fmt: skip
    return ReportCycle.create(key=key, organization=organization, **(values | columns))


def report(of: ReportCycle, who: Any, state: ReportState) -> ShuxueReport:
    return ShuxueReport.create(
        branch=who.branch, cycle=of, member=who, state=state, channel=ReportChannel.SELF_PAGE,
        begun_at=START, changed_at=START,
    )  # fmt: skip


def kinds(who: Any) -> list[Waits]:
    return [item.kind for item in desk.for_member(who, START).items]


def k(short: str) -> str:
    """Make a key of the usual length, so that addresses can hold it."""
    return short.ljust(20, "0")


def everything(field: Any, who: Any) -> None:
    """Let one of each kind wait for a member."""
    returned = report(cycle(field.branch, "A"), who, ReportState.RETURNED)
    report(cycle(field.branch, "B", number=1), who, ReportState.RECORDED)
    begun = report(cycle(field.committee, "C"), who, ReportState.DRAFT)
    ShuxueText.create(report=begun, view="goals", body="写了", changed_at=START)
    ShuxueText.create(report=begun, view="gains", body="", changed_at=START)
    VoiceNote.create(
        key=k("v"), report=returned, view="goals", media_id="m", state=VoiceState.WRITTEN, received_at=START,
        text="下一步学习民法典", written_at=START,
    )  # fmt: skip
    for key, state in (("c1", ClaimState.RETURNED), ("c2", ClaimState.REFUSED), ("c3", ClaimState.POSTED)):
        PointClaim.create(
            key=k(key), branch=who.branch, member=who, month="2026-10", item=key, day=TODAY, words="帮忙",
            points=200, edition="2026版", state=state, filed_at=START, decided_at=START,
        )  # fmt: skip
    session = sessions.find(published(field.branch, starts_at=START + timedelta(days=1)))
    MakeUp.create(
        key=k("u"), branch=who.branch, session=session, member=who, state=MakeUpState.OWED,
        due=date(2026, 12, 1), created_at=START,
    )  # fmt: skip
    Leave.create(
        key=k("l"), branch=who.branch, session=session, member=who, kind=LeaveKind.DUTY,
        state=LeaveState.APPROVED, filed_at=START, decided_at=START,
    )  # fmt: skip
    Feedback.create(
        key=k("f"), kind=FeedbackKind.FEEDBACK, organization=who.branch, member=who, words="话筒",
        state=FeedbackState.ANSWERED, created_at=START, answer="换了", answered_at=START,
    )  # fmt: skip


def test_nothing_waits_for_somebody_of_whom_nothing_is_known(field: Any) -> None:
    assert desk.for_member(field.zhang, START).items == ()


def test_everything_that_waits_is_named_in_its_order_and_only_to_its_member(field: Any) -> None:
    everything(field, field.zhang)
    items = desk.for_member(field.zhang, START).items
    assert [item.kind for item in items] == list(Waits)
    by_kind = {item.kind: item for item in items}
    assert (by_kind[Waits.WRITING].key, by_kind[Waits.WRITING].count) == ("C", 1)
    assert by_kind[Waits.MAKE_UP].due == date(2026, 12, 1)
    assert by_kind[Waits.LEAVE].at == START + timedelta(days=1)
    assert kinds(field.li) == [Waits.WRITING] * 3
    assert kinds(field.stranger) == [Waits.WRITING]


def test_one_query_whatever_waits(field: Any) -> None:
    everything(field, field.zhang)
    asked, run = [], database.obj.execute_sql

    def count(sql: str, *rest: Any, **more: Any) -> Any:
        asked.append(sql)
        return run(sql, *rest, **more)

    database.obj.execute_sql = count
    try:
        desk.for_member(field.zhang, START)
    finally:
        del database.obj.execute_sql
    assert len(asked) == 1


def test_what_was_handed_in_or_is_not_due_yet_waits_for_nobody(field: Any) -> None:
    report(cycle(field.branch, "A"), field.zhang, ReportState.SUBMITTED)
    cycle(field.branch, "B", opens=date(2026, 12, 1), number=1)
    cycle(field.branch, "C", due=date(2026, 11, 1), number=2)
    assert kinds(field.zhang) == []


def test_who_is_not_required_is_not_asked_and_may_go_on_once_begun(field: Any) -> None:
    of = cycle(field.branch)
    assert kinds(field.old) == []
    report(of, field.old, ReportState.DRAFT)
    assert kinds(field.old) == [Waits.WRITING]


def test_old_news_leaves_the_home(field: Any) -> None:
    everything(field, field.zhang)
    later = desk.for_member(field.zhang, START + timedelta(days=20)).items
    assert not {Waits.LEAVE, Waits.ANSWER, Waits.REFUSED_CLAIM} & {item.kind for item in later}


def test_the_roles_of_today_say_which_other_pages_there_are(field: Any) -> None:
    assert desk.for_member(field.secretary, START).roles == {Role.SECRETARY}
    assert desk.for_member(field.head, START).leads
    assert desk.for_member(field.officer, START).leads
    assert not desk.for_member(field.zhang, START).leads


def test_the_line_of_the_home_names_what_needs_the_member_most(field: Any) -> None:
    assert desk.for_member(field.zhang, START).shuxue is None
    everything(field, field.zhang)
    first = desk.for_member(field.zhang, START).shuxue
    assert first is not None
    assert first.kind is Waits.RETURNED
