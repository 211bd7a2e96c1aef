"""The life of a session: what a plan must hold, who may plan it, and which step follows which."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import Attendance, AuditLog, StudySession
from models.terms import (
    Area,
    AttendanceStatus,
    CreditKind,
    DueScope,
    ExemptionKind,
    OrganiserLevel,
    Role,
    SessionKind,
    SessionState,
)
from services.actor import OPERATOR, member_actor
from services.clock import ZONE
from services.errors import ServiceError
from services.people import member_by_number
from services.roll import attendance
from services.study import sessions
from services.study.session_plan import Span
from tests.builders import (
    BEFORE,
    START,
    District,
    district,
    exempt,
    member,
    minutes,
    places,
    plan,
    published,
    refused,
    role,
    state,
)

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def field() -> District:
    return district()


def test_a_plan_takes_the_rules_defaults(field: District) -> None:
    made = sessions.create(OPERATOR, plan(field.branch, areas=(Area.SKILLS, Area.RULES)), BEFORE)
    assert (made.state, made.credit, made.credit_kind) == (SessionState.DRAFT, 150, CreditKind.COLLECTIVE)
    assert (made.due_scope, made.organiser_level) == (DueScope.ALL, OrganiserLevel.BRANCH)
    assert (made.areas, made.ends_at) == ("RULES,SKILLS", minutes(90))
    assert len(made.key) == 10
    assert Attendance.select().count() == 0


def test_a_session_from_above_says_who_organises_it(field: District) -> None:
    made = sessions.create(OPERATOR, plan(field.committee, kind=SessionKind.CENTRALISED_TRAINING), BEFORE)
    assert (made.organiser_level, made.credit_kind) == (
        OrganiserLevel.BASIC_COMMITTEE,
        CreditKind.CENTRALISED,
    )


def test_the_branch_may_set_whole_and_half_hours_itself(field: District) -> None:
    made = sessions.create(OPERATOR, plan(field.branch, credit=Decimal("4"), credit_reason=" 半天 "), BEFORE)
    assert (made.credit, made.credit_reason) == (400, "半天")


def test_half_a_day_and_a_day_are_no_override_and_whatever_else_wants_a_reason_R06(field: District) -> None:
    def made(**changes: Any) -> tuple[int, str | None]:
        found = sessions.create(field.leader, plan(field.branch, **changes), BEFORE)
        return found.credit, found.credit_reason

    assert made(minutes=180) == (300, None)
    assert made(minutes=150, span=Span.HALF_DAY) == (400, "按半天计")
    assert made(minutes=330, span=Span.DAY) == (800, "按一天计")
    assert made(minutes=330, span=Span.DAY, credit=Decimal(8)) == (800, "按一天计")
    assert made(minutes=330, span=Span.DAY, credit=Decimal(7), credit_reason="下午只听半场")[0] == 700
    for changes, code in (
        ({"minutes": 149, "span": Span.HALF_DAY}, "span"),
        ({"minutes": 329, "span": Span.DAY}, "span"),
        ({"minutes": 180, "credit": Decimal(4)}, "credit_reason"),
        ({"minutes": 180, "credit": Decimal(4), "credit_reason": "  "}, "credit_reason"),
        ({"minutes": 330, "span": Span.DAY, "credit": Decimal(4)}, "credit_reason"),
    ):
        with refused(code):
            made(**changes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"minutes": 14}, "minutes"),
        ({"minutes": 601}, "minutes"),
        ({"areas": ()}, "areas"),
        ({"title": " \u200b "}, "text"),
        ({"title": "长" * 61}, "text"),
        ({"title": "党\ud800课"}, "text"),
        ({"place": "远" * 51}, "text"),
        ({"credit_reason": "长" * 101}, "text"),
        ({"credit": Decimal("-0.5")}, "credit"),
        ({"credit": Decimal("24.5")}, "credit"),
        ({"credit": Decimal("1.2")}, "credit"),
        ({"credit": Decimal("NaN")}, "credit"),
        ({"credit": Decimal("Infinity")}, "credit"),
        ({"starts_at": datetime(1921, 6, 30, 10, tzinfo=ZONE)}, "start"),
        ({"starts_at": START + timedelta(days=367)}, "start"),
        ({"due_scope": DueScope.GROUP}, "due_scope"),
        ({"due_list": ("M1", "M404")}, "not_found"),
        ({"organization": "ZB9"}, "not_found"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_nothing_is_written(
    field: District, changes: dict[str, Any], code: str
) -> None:
    with refused(code):
        sessions.publish_new(OPERATOR, plan(field.branch, **changes), BEFORE)
    assert (StudySession.select().count(), AuditLog.select().count()) == (0, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"minutes": 15},
        {"minutes": 600},
        {"title": "长" * 60},
        {"credit": Decimal(24)},
        {"credit": Decimal(0)},
        {"starts_at": datetime(1921, 7, 1, 10, tzinfo=ZONE)},
    ],
)
def test_the_bounds_of_a_plan_belong_to_it(field: District, changes: dict[str, Any]) -> None:
    assert published(field.branch, **changes)


def test_rare_characters_of_a_title_are_kept_and_invisible_ones_dropped(field: District) -> None:
    made = sessions.create(OPERATOR, plan(field.branch, title="\u202e 𬱖同志的党课\x00 "), BEFORE)
    assert sessions.find(made.key).title == "𬱖同志的党课"


# ---- who


@pytest.mark.parametrize(
    ("who", "where", "allowed"),
    [
        ("leader", "branch", True),
        ("leader", "group", True),
        ("leader", "neighbour", False),
        ("leader", "committee", False),
        ("headman", "group", True),
        ("headman", "other_group", False),
        ("headman", "branch", False),
        ("above", "branch", True),
        ("above", "committee", True),
        ("outsider", "branch", False),
    ],
)
def test_sessions_are_planned_by_who_runs_the_organization(
    field: District, who: str, where: str, allowed: bool
) -> None:
    actor, wanted = getattr(field, who), plan(getattr(field, where))
    if allowed:
        assert sessions.publish_new(actor, wanted, BEFORE).state is SessionState.PUBLISHED
        return
    with pytest.raises(ServiceError) as refusal:
        sessions.publish_new(actor, wanted, BEFORE)
    assert refusal.value.kind in {"forbidden", "not_found"}
    assert StudySession.select().count() == 0


@pytest.mark.parametrize("step", [sessions.publish, sessions.close, sessions.cancel])
def test_a_former_secretary_moves_nothing(field: District, step: Any) -> None:
    role(field.li, Role.SECRETARY, field.branch, ends=START.date() - timedelta(days=1))
    key = published(field.branch)
    with refused("not_found"):
        step(member_actor(field.li.id), key, START)
    assert state(key) is SessionState.PUBLISHED


def test_a_secretary_lists_the_own_members_only(field: District) -> None:
    with refused("not_found"):
        sessions.create(
            field.leader, plan(field.branch, due_scope=DueScope.LIST, due_list=("M1", "N1")), BEFORE
        )
    key = str(
        sessions.publish_new(
            field.above, plan(field.branch, due_scope=DueScope.LIST, due_list=("M1", "N1")), BEFORE
        ).key
    )
    assert sorted(places(key)) == ["M1", "N1"]


# ---- who is due


def test_publishing_lays_a_place_for_everybody_of_the_branch_on_that_day(field: District) -> None:
    day = START.date()
    member("gone", field.branch, active_to=day - timedelta(days=1))
    member("last", field.branch, active_to=day)
    member("first", field.branch, active_from=day)
    member("later", field.branch, active_from=day + timedelta(days=1))
    assert sorted(places(published(field.branch))) == ["H1", "M1", "M2", "M3", "M4", "S1", "first", "last"]


@pytest.mark.parametrize("kind", list(ExemptionKind))
def test_who_is_exempt_on_the_day_has_a_place_that_is_not_due(field: District, kind: ExemptionKind) -> None:
    day = START.date()
    exempt(field.zhang, kind, day, day)
    exempt(field.li, kind, day + timedelta(days=1))
    exempt(field.wang, kind, day - timedelta(days=9), day - timedelta(days=1))
    roll = attendance.roll(published(field.branch), START)
    found = {place.number: (place.status, place.due) for place in roll.places}
    assert found["M1"] == found["M4"] == (AttendanceStatus.EXEMPT, False)
    assert found["M2"] == found["M3"] == (AttendanceStatus.EXPECTED, True)
    assert roll.due == 4


def test_a_committee_is_due_by_its_members_of_that_day(field: District) -> None:
    role(field.zhang, Role.COMMITTEE, field.branch)
    role(field.li, Role.COMMITTEE, field.branch, ends=START.date() - timedelta(days=1))
    assert sorted(places(published(field.branch, kind=SessionKind.COMMITTEE_MEETING))) == ["M1", "S1"]


def test_a_home_visit_is_for_whom_it_names_and_an_exempt_member_is_credited(field: District) -> None:
    key = published(field.branch, kind=SessionKind.HOME_VISIT, due_list=("M4",))
    roll = attendance.call_roll(field.leader, key, AttendanceStatus.PRESENT, ["M4"], START)
    assert (roll.due, roll.present, roll.rate) == (0, 1, None)


def test_a_session_of_the_committee_reaches_the_branches_below(field: District) -> None:
    assert {"M1", "N1", "O1"} <= set(places(published(field.committee)))


# ---- the steps


def test_publishing_twice_is_refused(field: District) -> None:
    with refused("wrong_state"):
        sessions.publish(field.leader, published(field.branch), BEFORE)


def test_a_cancelled_session_stays_cancelled_and_says_why_in_the_log(field: District) -> None:
    key = published(field.branch)
    for _ in range(2):
        sessions.cancel(field.leader, key, BEFORE, "暴雨")
    assert state(key) is SessionState.CANCELLED
    assert [row.reason for row in AuditLog.select().where(AuditLog.action == "session.cancelled")] == ["暴雨"]
    with refused("wrong_state"):
        sessions.publish(field.leader, key, BEFORE)


@pytest.mark.parametrize("at", [minutes(91), minutes(5000)])
def test_what_has_ended_is_not_cancelled(field: District, at: datetime) -> None:
    key = published(field.branch)
    with refused("wrong_state"):
        sessions.cancel(field.leader, key, at)


def test_what_is_confirmed_is_not_cancelled(field: District) -> None:
    key = published(field.branch)
    attendance.confirm(field.leader, key, START)
    with refused("wrong_state"):
        sessions.cancel(field.leader, key, START)
    assert state(key) is SessionState.CONFIRMED


@pytest.mark.parametrize(
    ("minute", "seen"),
    [
        (-31, SessionState.PUBLISHED),
        (-30, SessionState.OPEN),
        (90, SessionState.OPEN),
        (91, SessionState.CLOSED),
    ],
)
def test_the_clock_opens_and_closes_a_published_session(
    field: District, minute: int, seen: SessionState
) -> None:
    assert sessions.state_of(sessions.find(published(field.branch)), minutes(minute)) is seen


def test_paper_records_are_entered_afterwards(field: District) -> None:
    key = published(field.branch, START + timedelta(days=300))
    attendance.call_roll(field.leader, key, AttendanceStatus.PRESENT, ["M1"], START + timedelta(days=300))
    assert places(key)["M1"] is AttendanceStatus.PRESENT


@pytest.mark.parametrize("key", ["", "0000000000", "x\x00", "\ud800", "' OR 1=1 --"])
def test_a_key_of_nothing_is_not_found(field: District, key: str) -> None:
    with refused("not_found"):
        sessions.find(key)


@pytest.mark.parametrize("number", ["M404", "x\x00", "\ud800"])
def test_a_number_of_nobody_is_not_found(field: District, number: str) -> None:
    assert member_by_number("M1") == field.zhang
    with refused("not_found"):
        member_by_number(number)
