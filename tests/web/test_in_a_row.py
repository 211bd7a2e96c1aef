"""What waits is decided in a row without a way back to the list, and reached from 今天 by one tap."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from models import MakeUp
from models.terms import CycleType, ReportChannel, View
from services.absence import externals, leaves, make_ups
from services.absence.externals import Elsewhere
from services.absence.make_ups import Done
from services.actor import OPERATOR
from services.clock import civil_day
from services.points import claims
from services.roll import attendance
from services.shuxue import cycles, writing
from services.shuxue.cycles import CyclePlan
from tests.web.world import World

WHO = ("member", "group_head", "former_secretary")


def reports(world: World) -> None:
    now = world.clock()
    plan = CyclePlan("ZB1", CycleType.QUARTER, 2026, civil_day(now) + timedelta(days=20), 4)
    key = cycles.open_cycle(OPERATOR, plan, now).key
    for who in WHO:
        for view in View:
            writing.append(world.members[who], key, view, "写好了。", ReportChannel.SELF_CHAT, now)
        writing.submit(world.members[who], key, ReportChannel.SELF_CHAT, now)


def claimed(world: World) -> None:
    day = civil_day(world.clock()) - timedelta(days=1)
    for who in WHO:
        claims.file(world.members[who], "helping", day, "帮老人取药", world.clock())


def on_leave(world: World) -> None:
    for who in WHO:
        leaves.file(world.members[who], world.session.key, "DUTY", None, world.clock())


def made_up(world: World) -> None:
    now = world.clock()
    missed = world.new_session("11月集体学习", now - timedelta(days=14))
    attendance.confirm(OPERATOR, missed.key, now)
    for who in WHO:
        owed = MakeUp.get(MakeUp.member == world.members[who])
        make_ups.submit(world.members[who], owed.key, Done("READING", civil_day(now)), now)


def studied(world: World) -> None:
    what = Elsewhere("OTHER", "县委党校", "培训", civil_day(world.clock()), Decimal(2))
    for who in WHO:
        externals.propose(world.members[who], what, world.clock())


#: the list, what fills it, how the first is accepted, how the second is given back.
DESKS = [
    ("reports", "shuxue", reports, "accept", "return", "已收下"),
    ("claims", "claims", claimed, "approve", "return", "已同意"),
    ("leaves", "leave", on_leave, "approve", "refuse", "已同意"),
    ("make_ups", "make-ups", made_up, "confirm", "return", "已确认"),
    ("externals", "external", studied, "confirm", "refuse", "已确认"),
]


def fits(path: str) -> str:
    return path.partition("?")[0]


@pytest.mark.parametrize("desk", DESKS, ids=lambda desk: str(desk[0]))
def test_one_tap_from_today_leads_to_the_first_and_from_there_through_all(
    world: World, desk: tuple[str, str, Callable[[World], None], str, str, str]
) -> None:
    queue, name, fill, yes, no, said = desk
    fill(world)
    browser: FlaskClient = world.client("secretary")
    assert f'href="/s/next/{queue}"' in browser.get("/s").text
    first = browser.get(f"/s/next/{queue}").location
    page = browser.get(first).text
    skipped = re.search(r'href="([^"]+)">先跳过', page)
    second = browser.post(f"{first}/{yes}", data={"hours": "2"}).location
    assert skipped is not None
    assert fits(second) == skipped[1]
    page = browser.get(second).text
    assert re.search(rf"{said}[^<]*，还有 2 份。", page)
    assert "先跳过" in page
    third = browser.post(f"{fits(second)}/{no}", data={"reason": "请写清楚"}).location
    page = browser.get(third).text
    assert "，还有 1 份。" in page
    assert "先跳过" not in page
    assert len({first, fits(second), fits(third)}) == 3
    last = browser.post(f"{fits(third)}/{yes}", data={"hours": "2"}).location
    assert fits(last) == f"/s/{name}"
    assert "，都办完了。" in browser.get(last).text
    assert browser.get(f"/s/next/{queue}").location == f"/s/{name}"


def test_a_report_is_accepted_by_two_taps_from_today(world: World) -> None:
    reports(world)
    browser = world.client("secretary")
    way = re.search(r'href="(/s/next/reports)">', browser.get("/s").text)
    assert way is not None
    report = browser.get(way[1], follow_redirects=True)
    accept = re.search(r'action="([^"]+/accept)"', report.text)
    assert accept is not None
    assert browser.post(accept[1]).status_code == 303


def test_skipping_goes_round_so_that_the_skipped_one_comes_again(world: World) -> None:
    claimed(world)
    browser = world.client("secretary")
    at, seen = browser.get("/s/next/claims").location, []
    for _ in range(4):
        seen.append(at)
        following = re.search(r'href="([^"]+)">先跳过', browser.get(at).text)
        assert following is not None
        at = following[1]
    assert (len(set(seen)), seen[0]) == (3, seen[3])


def test_what_somebody_else_decided_meanwhile_leads_nowhere_wrong(world: World) -> None:
    on_leave(world)
    browser = world.client("secretary")
    first = browser.get("/s/next/leaves").location
    browser.post(f"{first}/approve")
    again = browser.post(f"{first}/approve")
    assert (again.status_code, fits(again.location)) == (303, "/s/leave")
    page = browser.get(again.location).text
    assert "已同意。" in page
    assert "都办完了" not in page
