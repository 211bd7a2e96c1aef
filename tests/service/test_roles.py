"""Roles and the handover: one action, and the former secretary's rights end at that moment (R100, R113)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models import AuditLog, RolePeriod
from models.terms import Role
from services import access, deciders, hours, roles, scope
from services.actor import OPERATOR, member_actor
from services.moving import transfers
from tests import builders
from tests.builders import BEFORE, District, refused

TODAY = BEFORE.date()


@pytest.fixture
def d(db: Any) -> District:
    return builders.district()


def secretary_of(d: District) -> Any:
    return member_actor(d.secretary.id)


def roles_of(member: Any) -> set[Role]:
    return {grant.role for grant in access.grants(member.id, TODAY)}


def test_a_handover_is_one_action_and_the_former_rights_end_at_that_moment_R113(d: District) -> None:
    done = roles.hand_over(secretary_of(d), d.branch.code, d.zhang.number, BEFORE)
    assert (done.former, done.successor) == (d.secretary.name, d.zhang.name)
    assert Role.SECRETARY in roles_of(d.zhang)
    assert Role.SECRETARY not in roles_of(d.secretary)
    with refused("not_found"):
        roles.hand_over(secretary_of(d), d.branch.code, d.li.number, BEFORE)


def test_the_former_secretary_may_stay_in_the_committee_and_keeps_what_was_served(d: District) -> None:
    roles.hand_over(secretary_of(d), d.branch.code, d.zhang.number, BEFORE, stays=Role.COMMITTEE)
    assert roles_of(d.secretary) == {Role.COMMITTEE}
    [former] = RolePeriod.select().where(RolePeriod.member == d.secretary, RolePeriod.role == Role.SECRETARY)
    assert former.ends == TODAY - timedelta(days=1)


def test_a_former_secretary_cannot_stay_an_officer(d: District) -> None:
    with refused("stays"):
        roles.hand_over(secretary_of(d), d.branch.code, d.zhang.number, BEFORE, stays=Role.OFFICER)
    assert Role.SECRETARY in roles_of(d.secretary)


def test_who_was_deputy_gives_that_up_when_becoming_secretary(d: District) -> None:
    roles.appoint(secretary_of(d), d.zhang.number, Role.DEPUTY, d.branch.code, BEFORE)
    roles.hand_over(secretary_of(d), d.branch.code, d.zhang.number, BEFORE)
    assert roles_of(d.zhang) == {Role.SECRETARY}


def test_handing_over_to_the_secretary_in_office_changes_nothing(d: District) -> None:
    before = RolePeriod.select().count()
    with refused("same"):
        roles.hand_over(secretary_of(d), d.branch.code, d.secretary.number, BEFORE)
    assert RolePeriod.select().count() == before


def test_an_officer_above_and_the_operator_name_a_secretary_where_there_was_none(d: District) -> None:
    young = builders.organization("ZB9", parent=d.committee)
    first = builders.member("Y1", young)
    done = roles.hand_over(member_actor(d.officer.id), young.code, first.number, BEFORE)
    assert done.former is None
    assert Role.SECRETARY in roles_of(first)
    roles.hand_over(OPERATOR, d.branch.code, d.zhang.number, BEFORE)
    assert Role.SECRETARY in roles_of(d.zhang)


@pytest.mark.parametrize("who", ["head", "zhang", "stranger"])
def test_nobody_else_hands_over_nor_learns_whether_the_branch_exists(d: District, who: str) -> None:
    with refused("not_found"):
        roles.hand_over(member_actor(getattr(d, who).id), d.branch.code, d.li.number, BEFORE)
    with refused("not_found"):
        roles.hand_over(member_actor(getattr(d, who).id), "无此支部", d.li.number, BEFORE)
    assert Role.SECRETARY in roles_of(d.secretary)


def test_a_deputy_runs_the_branch_but_does_not_hand_it_over(d: District) -> None:
    roles.appoint(secretary_of(d), d.zhang.number, Role.DEPUTY, d.branch.code, BEFORE)
    with refused("forbidden"):
        roles.hand_over(member_actor(d.zhang.id), d.branch.code, d.li.number, BEFORE)
    with refused("forbidden"):
        roles.appoint(member_actor(d.zhang.id), d.li.number, Role.COMMITTEE, d.branch.code, BEFORE)


def test_no_one_is_named_secretary_of_a_branch_that_is_not_the_own(d: District) -> None:
    with refused("not_found"):
        roles.hand_over(secretary_of(d), d.branch.code, d.stranger.number, BEFORE)
    with refused("not_found"):
        roles.hand_over(secretary_of(d), d.branch.code, "没有这个人", BEFORE)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMIN])
def test_a_secretary_gives_no_role_above_the_branch(d: District, role: Role) -> None:
    with refused("forbidden"):
        roles.appoint(secretary_of(d), d.zhang.number, role, d.branch.code, BEFORE)
    with refused("not_found"):
        roles.appoint(secretary_of(d), d.zhang.number, role, d.committee.code, BEFORE)


def test_a_role_has_its_kind_of_organization(d: District) -> None:
    with refused("role"):
        roles.appoint(secretary_of(d), d.zhang.number, Role.GROUP_HEAD, d.branch.code, BEFORE)
    with refused("role"):
        roles.appoint(secretary_of(d), d.zhang.number, Role.SECRETARY, d.branch.code, BEFORE)


def test_a_role_ends_at_this_moment_and_one_of_this_very_day_never_was(d: District) -> None:
    roles.appoint(secretary_of(d), d.zhang.number, Role.COMMITTEE, d.branch.code, BEFORE)
    roles.end(secretary_of(d), d.zhang.number, Role.COMMITTEE, d.branch.code, BEFORE)
    assert roles_of(d.zhang) == set()
    year = hours.view(d.zhang, TODAY.year, BEFORE)
    assert year.required == hours.view(d.wang, TODAY.year, BEFORE).required
    with refused("nothing"):
        roles.end(secretary_of(d), d.zhang.number, Role.COMMITTEE, d.branch.code, BEFORE)


def test_the_page_of_roles_offers_what_may_be_given_and_no_more(d: District) -> None:
    mine = roles.choices(secretary_of(d), d.branch.code, BEFORE)
    assert (mine.secretary, mine.may_hand_over) == (d.secretary.name, True)
    assert set(mine.gives) == {Role.DEPUTY, Role.COMMITTEE, Role.GROUP_HEAD}
    assert [name for _, name, _ in mine.members] == sorted(name for _, name, _ in mine.members)
    assert {held.code for held in mine.held} <= {code for code, _ in mine.places}
    above = roles.choices(member_actor(d.officer.id), d.branch.code, BEFORE)
    assert above.may_hand_over
    assert Role.OFFICER not in above.gives
    for outsider in (d.zhang, d.stranger):
        with refused("not_found"):
            roles.choices(member_actor(outsider.id), d.branch.code, BEFORE)


def test_the_handover_stands_in_the_trail_without_a_name(d: District) -> None:
    roles.hand_over(secretary_of(d), d.branch.code, d.zhang.number, BEFORE)
    [row] = AuditLog.select().where(AuditLog.action == "role.handed_over")
    assert (str(d.zhang.id) in row.detail, d.zhang.number in row.detail) == (True, False)
    assert d.zhang.name not in row.detail
    assert row.actor == d.secretary.id


def test_an_end_that_lies_behind_is_refused(d: District) -> None:
    with refused("until"):
        roles.appoint(
            secretary_of(d), d.zhang.number, Role.COMMITTEE, d.branch.code, BEFORE, until=date(2020, 1, 1)
        )


def test_who_leaves_and_comes_back_on_one_day_is_named_anew_on_that_day(d: District) -> None:
    above = member_actor(d.officer.id)
    roles.hand_over(above, d.branch.code, d.zhang.number, BEFORE)
    for actor, target, taker in (
        (above, d.neighbour, member_actor(d.stranger.id)),
        (member_actor(d.stranger.id), d.branch, above),
    ):
        key = transfers.propose(actor, d.zhang.number, target.code, TODAY, BEFORE)
        transfers.accept(taker, key, BEFORE)
    assert roles_of(d.zhang) == set()
    roles.hand_over(above, d.branch.code, d.zhang.number, BEFORE)
    assert roles_of(d.zhang) == {Role.SECRETARY}


@pytest.mark.parametrize("which", [Role.SECRETARY, Role.DEPUTY, Role.COMMITTEE])
def test_whoever_leads_the_committee_above_is_an_officer_to_its_branches_F01(
    d: District, which: Role
) -> None:
    above, own = builders.member("A1", d.neighbour), secretary_of(d)
    builders.role(above, which, d.committee)
    assert roles_of(above) == {Role.OFFICER}
    assert scope.branches(member_actor(above.id), TODAY) == []
    assert [branch.code for branch in scope.branches(own, TODAY)] == [d.branch.code]
    with refused("not_found"):
        deciders.require_decider(member_actor(above.id), d.zhang, TODAY)
    deciders.require_decider(own, d.zhang, TODAY)
    # The branch's own leader is decided about from above, as nobody decides about oneself.
    deciders.require_decider(member_actor(above.id), d.secretary, TODAY)
