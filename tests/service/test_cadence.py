"""The branch's own cadence and the table of those above: counts by branch, no member, no order by figures."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest

from models import AuditLog, InboundMessage, LoginSession, Organization, SessionInvite
from models.terms import Area, OrgKind, Role, SessionKind
from services.actor import OPERATOR, member_actor
from services.branch_life import cadence, exempting, rest
from services.clock import civil_day
from services.policy.cadence import Duty
from services.study import sessions
from tests.builders import START, bound, confirmed, district, organization, published, refused, role

DAY = timedelta(days=1)


@pytest.fixture
def field(db: Any) -> Any:
    return district()


def duty(of: cadence.Cadence, kind: SessionKind, whose: str = "") -> Duty:
    return next(each for each in of.duties if (each.kind, each.whose) == (kind, whose))


def test_held_is_what_is_over_and_planned_what_is_published(field: Any) -> None:
    confirmed(field.branch, ["M1"], starts_at=START - 3 * DAY)
    published(field.branch, kind=SessionKind.COMMITTEE_MEETING, starts_at=START + 2 * DAY)
    published(field.branch, kind=SessionKind.PARTY_LECTURE, starts_at=START - DAY)
    published(field.group, kind=SessionKind.GROUP_MEETING, starts_at=START + DAY)
    found = cadence.of_branch(field.leader, None, START)
    assert found.code == "ZB1"
    theme, committee = duty(found, SessionKind.THEME_DAY), duty(found, SessionKind.COMMITTEE_MEETING)
    assert (theme.held, theme.lacking) == (1, 0)
    assert (committee.held, committee.planned) == (0, 1)
    # The lecture is over though nobody has confirmed it yet.
    assert duty(found, SessionKind.PARTY_LECTURE).held == 1
    assert duty(found, SessionKind.GROUP_MEETING, field.group.name).lacking == 0
    assert duty(found, SessionKind.GROUP_MEETING, field.other_group.name).lacking == 1
    assert {task.area: task.held for task in found.tasks if task.held} == {Area.RULES: 2}


def test_drafts_and_cancelled_sessions_count_for_nothing(field: Any) -> None:
    key = published(field.branch, starts_at=START + DAY)
    sessions.cancel(field.leader, key, START)
    found = cadence.of_branch(field.leader, "ZB1", START)
    assert duty(found, SessionKind.THEME_DAY).lacking == 1


def test_a_session_held_together_counts_for_the_invited_branch_too(field: Any) -> None:
    session = sessions.find(confirmed(field.neighbour, [], starts_at=START - 3 * DAY))
    SessionInvite.create(session=session, organization=field.branch, at=START)
    found = cadence.of_branch(field.leader, None, START)
    assert duty(found, SessionKind.THEME_DAY).held == 1


def test_an_exempt_branch_owes_nothing(field: Any) -> None:
    Organization.update(exempt_from="ALL").where(Organization.id == field.branch.id).execute()
    found = cadence.of_branch(field.leader, None, START)
    assert (found.exempt, found.duties) == (True, ())
    Organization.update(exempt_from="THEME_DAY, PARTY_LECTURE").execute()
    found = cadence.of_branch(field.leader, None, START)
    assert SessionKind.THEME_DAY not in {each.kind for each in found.duties}
    assert duty(found, SessionKind.GENERAL_MEETING).lacking == 1


def test_what_is_not_asked_of_a_branch_is_settled_above_it_with_a_reason(field: Any) -> None:
    exempting.settle(field.above, "ZB1", ["THEME_DAY", "PARTY_LECTURE"], "只有三位同志", START)
    assert Organization.get(Organization.code == "ZB1").exempt_from == "PARTY_LECTURE,THEME_DAY"
    duties = cadence.of_branch(field.leader, None, START).duties
    assert SessionKind.THEME_DAY not in {each.kind for each in duties}
    line = AuditLog.get(AuditLog.action == "cadence.exempted")
    assert (line.subject, line.reason, line.actor) == ("ZB1", "只有三位同志", field.officer.id)
    exempting.settle(field.above, "ZB1", ["ALL"], "筹建中", START)
    assert cadence.of_branch(field.leader, None, START).exempt
    with refused("same"):
        exempting.settle(field.above, "ZB1", ["ALL"], "筹建中", START)
    exempting.settle(OPERATOR, "ZB1", [], "已经成立", START)
    assert Organization.get(Organization.code == "ZB1").exempt_from is None


def test_a_branch_does_not_excuse_itself_and_nobody_else_does(field: Any) -> None:
    for actor in (field.leader, field.outsider, field.headman, member_actor(field.zhang.id)):
        with refused("not_found"):
            exempting.settle(actor, "ZB1", ["ALL"], "不开了", START)
        assert not exempting.may(actor, "ZB1", START)
    for code in ("DW", "ZB1X1", "nowhere", "no\x00ne"):
        with refused("not_found"):
            exempting.settle(field.above, code, ["ALL"], "不开了", START)
    for chosen, reason, code in (
        (["FUN"], "有事", "kinds"),
        (["HOME_VISIT"], "有事", "kinds"),
        (["ALL"], " ", "text"),
    ):
        with refused(code):
            exempting.settle(field.above, "ZB1", chosen, reason, START)
    assert Organization.get(Organization.code == "ZB1").exempt_from is None


def test_nobody_reads_another_branch(field: Any) -> None:
    for actor in (field.outsider, member_actor(field.zhang.id), field.headman):
        for code in ("ZB1", "no\x00ne", "nowhere"):
            with refused("not_found"):
                cadence.of_branch(actor, code, START)
    assert cadence.of_branch(field.above, "ZB1", START).code == "ZB1"
    with refused("not_found"):
        cadence.of_branch(field.above, "DW", START)


def test_those_above_see_counts_by_branch_in_the_order_of_names(field: Any) -> None:
    for code, name in (("ZB9", "A 支部"), ("ZB3", "Z 支部")):
        row = organization(code, parent=field.committee)
        Organization.update(name=name).where(Organization.id == row.id).execute()
    published(Organization.get(code="ZB3"), starts_at=START + DAY)
    table = cadence.branches(field.above, 1, START)
    assert [line.name for line in table.lines] == ["A 支部", "Z 支部", "党组织ZB1", "党组织ZB2"]
    assert [(line.held, line.planned) for line in table.lines] == [(0, 0), (0, 1), (0, 0), (0, 0)]
    assert {each.name for each in fields(cadence.Line)} == {
        "code", "name", "exempt", "held", "planned", "lacking",
    }  # fmt: skip
    assert [line.code for line in cadence.branches(field.leader, 1, START).lines] == ["ZB1"]
    with refused("not_found"):
        cadence.branches(member_actor(field.zhang.id), 1, START)


def test_a_large_committee_is_read_page_by_page(field: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cadence, "PAGE", 1)
    pages = [cadence.branches(field.above, page, START) for page in (1, 2, 99)]
    assert [[line.code for line in table.lines] for table in pages] == [["ZB1"], ["ZB2"], ["ZB2"]]
    assert pages[0].pages == 2


def test_a_group_is_no_branch(field: Any) -> None:
    assert field.group.kind is OrgKind.GROUP
    with refused("not_found"):
        cadence.of_branch(field.leader, field.group.code, START)


# ------------------------------------------------------------------ F17: not used any more


def quiet(field: Any, days: int) -> None:
    """Leave one session behind and nothing younger."""
    confirmed(field.branch, ["M1"], starts_at=START - timedelta(days=days))


def test_sixty_days_without_use_are_said_with_the_day_of_the_last_one(field: Any) -> None:
    quiet(field, 61)
    assert rest.unused_since(START) == civil_day(START - timedelta(days=61))


def test_an_empty_service_has_no_last_use(field: Any) -> None:
    assert rest.unused_since(START) is None


@pytest.mark.parametrize("use", ["session", "act", "message", "login"])
def test_any_use_within_sixty_days_is_one(field: Any, use: str) -> None:
    quiet(field, 90)
    at = START - timedelta(days=59)
    if use == "session":
        published(field.branch, START - timedelta(days=90), starts_at=at)
    elif use == "act":
        AuditLog.create(
            at=at, actor_kind="member", action="roster.import", subject_kind="roster", subject="1"
        )
    elif use == "message":
        InboundMessage.create(key="m", at=at)
    else:
        bound(field.zhang, "o-zhang")
        LoginSession.create(token_hash="h", openid="o-zhang", created_at=at, expires_at=START)
    assert rest.unused_since(START) is None


def test_who_looks_in_after_a_long_time_is_still_told(field: Any) -> None:
    quiet(field, 90)
    bound(field.secretary, "o-s")
    LoginSession.create(token_hash="h", openid="o-s", created_at=START - 2 * DAY, expires_at=START)
    InboundMessage.create(key="m", at=START - timedelta(hours=1))
    AuditLog.create(
        at=START - 3 * DAY,
        actor_kind="system",
        action="session.confirmed",
        subject_kind="session",
        subject="x",
    )
    assert rest.unused_since(START) is not None


def test_the_operator_sees_every_branch(field: Any) -> None:
    role(field.zhang, Role.ADMIN, field.committee)
    expected = [line.code for line in cadence.branches(OPERATOR, 1, START).lines]
    assert expected == ["ZB1", "ZB2"]
    assert [line.code for line in cadence.branches(member_actor(field.zhang.id), 1, START).lines] == expected
