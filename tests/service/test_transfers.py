"""Transfers: proposed, accepted, refused, out of the service; what goes along, what ends (R10, R113)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models import Member, Mobility, RolePeriod, Transfer
from models.terms import AttendanceStatus, HostState, OrgKind, Role, TransferState
from services import access, hours
from services.members import edits
from services.moving import mobility, transfer_lists, transfers
from services.moving.mobility import Trip
from tests.builders import (
    BEFORE,
    START,
    District,
    confirmed,
    district,
    named,
    organization,
    places,
    published,
    refused,
    role,
    sound,
)

TODAY = BEFORE.date()


@pytest.fixture
def field(db: object) -> District:
    return named(district())


def state(key: str) -> TransferState:
    return Transfer.get(Transfer.key == key).state


def test_an_accepted_member_changes_branch_group_rights_and_places(field: District) -> None:
    group = organization("ZB2X1", OrgKind.GROUP, field.neighbour)
    confirmed(field.branch, ["H1"], starts_at=START - timedelta(days=40))
    old, new, both = (published(where) for where in (field.branch, field.neighbour, field.committee))
    key = transfers.propose(field.leader, "H1", "ZB2", TODAY, BEFORE)
    assert "H1" in places(old)
    assert [each.name for each in transfer_lists.coming(field.outsider, BEFORE)] == ["员组长"]
    transfers.accept(field.outsider, key, BEFORE, group.name)
    transfers.accept(field.outsider, key, BEFORE)
    row = Member.get(Member.number == "H1")
    assert (row.branch_id, row.group_id, state(key)) == (field.neighbour.id, group.id, TransferState.DONE)
    assert RolePeriod.get(RolePeriod.member == row).ends == TODAY - timedelta(days=1)
    assert access.grants(row.id, TODAY) == []
    assert "H1" not in places(old)
    assert (places(new)["H1"], places(both)["H1"]) == (AttendanceStatus.EXPECTED,) * 2
    view = hours.view(row, 2026, BEFORE)
    assert (view.required, view.credited) == (3200, 150)
    sound()


def test_only_the_branch_that_is_asked_answers_and_only_the_one_that_asked_takes_back(
    field: District,
) -> None:
    key = transfers.propose(field.leader, "M1", "ZB2", TODAY, BEFORE)
    for stranger in (field.leader, field.headman):
        for verb in (transfers.accept, transfers.refuse, transfer_lists.find):
            with refused("not_found"):
                verb(stranger, key, BEFORE)
    with refused("not_found"):
        transfers.withdraw(field.outsider, key, BEFORE)
    with refused("waiting"):
        transfers.propose(field.leader, "M1", "ZB2", TODAY, BEFORE)
    transfers.withdraw(field.leader, key, BEFORE)
    with refused("settled"):
        transfers.accept(field.outsider, key, BEFORE)
    again = transfers.propose(field.leader, "M1", "ZB2", TODAY, BEFORE)
    transfers.refuse(field.outsider, again, BEFORE)
    assert Member.get(Member.number == "M1").branch_id == field.branch.id
    assert [each.state for each in transfer_lists.settled(field.leader, BEFORE)] == [
        TransferState.WITHDRAWN,
        TransferState.REFUSED,
    ]


def test_out_of_the_service_means_off_the_roster(field: District) -> None:
    key = transfers.move_out(field.leader, "M1", "外市某党支部", TODAY, BEFORE)
    assert state(key) is TransferState.DONE
    assert Member.get(Member.number == "M1").active_to == TODAY
    with refused("gone"):
        transfers.propose(field.leader, "M1", "ZB2", TODAY, BEFORE + timedelta(days=1))
    with refused("outside"):
        transfers.move_out(field.leader, "M2", " ", TODAY, BEFORE)


def test_what_cannot_be_is_refused_and_foreign_members_are_not_found(field: District) -> None:
    for target in ("ZB1", "DW", "ZB1X1", "x\0"):
        with refused("target"):
            transfers.propose(field.leader, "M1", target, TODAY, BEFORE)
    for day in (date(2020, 1, 1), TODAY + timedelta(days=1)):
        with refused("day"):
            transfers.propose(field.leader, "M1", "ZB2", day, BEFORE)
    for who in (field.outsider, field.headman):
        with refused("not_found"):
            transfers.propose(who, "M1", "ZB2", TODAY, BEFORE)
    key = transfers.propose(field.leader, "M1", "ZB2", TODAY, BEFORE)
    with refused("group"):
        transfers.accept(field.outsider, key, BEFORE, "没有的组")
    with refused("not_found"):
        transfers.accept(field.outsider, "no such key", BEFORE)


def test_a_stay_elsewhere_is_followed_by_the_new_branch_and_ends_at_the_host(field: District) -> None:
    mobility.go_out(field.leader, "M1", Trip("上海", TODAY, host="ZB2"), BEFORE)
    mobility.go_out(field.leader, "M2", Trip("广州", TODAY), BEFORE)
    for number in ("M1", "M2"):
        transfers.accept(
            field.outsider, transfers.propose(field.leader, number, "ZB2", TODAY, BEFORE), BEFORE
        )
    rows = {row.member.number: row for row in Mobility.select()}
    assert (rows["M1"].host_state, rows["M1"].home_id) == (HostState.RETURNED, field.neighbour.id)
    assert rows["M1"].until is not None
    assert (rows["M2"].home_id, rows["M2"].until) == (field.neighbour.id, None)


def test_a_former_secretary_has_no_rights_left_in_the_old_branch(field: District) -> None:
    role(field.zhang, Role.DEPUTY, field.branch)
    role(field.zhang, Role.OFFICER, field.committee)
    transfers.accept(field.outsider, transfers.propose(field.leader, "M1", "ZB2", TODAY, BEFORE), BEFORE)
    assert [grant.role for grant in access.grants(field.zhang.id, TODAY)] == [Role.OFFICER]


def test_nobody_takes_oneself_off_the_roster_so_that_a_branch_keeps_somebody_to_lead_it(
    field: District,
) -> None:
    with refused("own"):
        transfers.move_out(field.leader, "S1", "外省某支部", TODAY, BEFORE)
    with refused("own"):
        edits.leave(field.leader, "S1", TODAY, BEFORE)
    assert Transfer.select().count() == 0
    assert access.grants(field.secretary.id, TODAY)
    transfers.move_out(field.above, "S1", "外省某支部", TODAY, BEFORE)
    assert access.grants(field.secretary.id, TODAY) == []
