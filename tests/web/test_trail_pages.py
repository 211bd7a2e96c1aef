"""The pages of 谁改过什么 are one tap from the thing, and say it in Chinese."""

from __future__ import annotations

import pytest

from models.terms import AttendanceStatus
from services.actor import member_actor
from services.roll import attendance
from tests.web.world import World


def test_a_secretary_reads_who_changed_a_session_from_its_page(world: World) -> None:
    secretary = member_actor(world.members["secretary"].id)
    attendance.call_roll(secretary, world.session.key, AttendanceStatus.PRESENT, ["M005"], world.clock())
    client = world.client("secretary")
    way = f"/s/trail/session/{world.session.key}"
    assert way in client.get(f"/s/sessions/{world.session.key}").text
    page = client.get(way).text
    assert "点名" in page
    assert f"{world.members['secretary'].name}（书记）" in page
    assert "session.called" not in page
    assert way not in world.client("group_head").get(f"/s/sessions/{world.session.key}").text


@pytest.mark.parametrize("page", ["0", "-1", "x", "٣", "9" * 30, "999999"])
def test_an_odd_page_of_an_address_is_no_fault(world: World, page: str) -> None:
    assert world.client("secretary").get(f"/s/trail/member/M005?p={page}").status_code == 200


def test_a_member_reads_the_own_trail_without_a_name(world: World) -> None:
    client = world.client("member")
    assert "/m/trail" in client.get("/m/privacy").text
    page = client.get("/m/trail").text
    assert "谁改过什么" in page
    assert world.members["secretary"].name not in page
