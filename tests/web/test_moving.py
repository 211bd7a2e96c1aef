"""The form for another time or place: what stands is filled in, and what was typed is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from models import Reminder
from models.terms import AttendanceStatus
from services.actor import OPERATOR
from services.clock import ZONE
from services.roll import attendance
from services.study import sessions
from tests.web.world import World, plan

GOOD = {"day": "2026-12-03", "time": "15:30", "minutes": "120", "place": "报告厅"}


@pytest.fixture
def path(world: World) -> str:
    """The form of a session of the week to come."""
    return f"/s/sessions/{world.new_session('下周学习', world.clock() + timedelta(days=3)).key}/move"


def test_the_form_is_reached_from_the_roll_and_knows_what_stands(world: World, path: str) -> None:
    browser = world.client("secretary")
    assert f'href="{path}"' in browser.get(path.removesuffix("/move")).text
    page = browser.get(path).text
    for value in ("2026-11-24", "10:00", "90", "党员活动室"):
        assert f'value="{value}"' in page


def test_what_is_saved_stands_and_those_expected_are_told(world: World, path: str) -> None:
    answer = world.client("secretary").post(path, data=GOOD)
    assert (answer.status_code, answer.location) == (303, f"{path.removesuffix('/move')}?done=moved")
    session = sessions.find(path.split("/")[3])
    assert session.starts_at == datetime(2026, 12, 3, 15, 30, tzinfo=ZONE)
    assert (session.ends_at - session.starts_at, session.place) == (timedelta(minutes=120), "报告厅")
    assert Reminder.select().where(Reminder.topic == "SESSION_MOVED").count() == 5
    assert world.client("secretary").post(path, data=GOOD).status_code == 303
    assert Reminder.select().count() == 5
    assert "会告诉应到的同志" in world.client("secretary").get(answer.location).text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"day": "2026-02-29"}, "请选日期"),
        ({"day": "2026-11-20"}, "已经过了"),
        ({"day": "2028-01-01"}, "开始时间不对"),
        ({"time": "25:00"}, "请选时间"),
        ({"minutes": "９０"}, "请填分钟数"),
        ({"minutes": "601"}, "15 到 600 分钟"),
        ({"place": "长" * 51}, "地点太长了"),
    ],
)
def test_a_fault_stands_at_its_field_and_nothing_typed_is_lost(
    world: World, path: str, change: dict[str, str], words: str
) -> None:
    answer = world.client("secretary").post(path, data=GOOD | change)
    assert answer.status_code == 400
    assert words in answer.text
    for name in set(GOOD) - set(change):
        assert f'value="{GOOD[name]}"' in answer.text
    assert not Reminder.select().exists()


def test_once_somebody_has_signed_the_page_says_what_to_do_first(world: World) -> None:
    attendance.call_roll(OPERATOR, world.session.key, AttendanceStatus.PRESENT, ["M005"], world.clock())
    answer = world.client("secretary").post(f"/s/sessions/{world.session.key}/move", data=GOOD)
    assert answer.status_code == 400
    assert "已经有 1 位同志签到" in answer.text
    assert 'value="报告厅"' in answer.text


def test_what_has_begun_offers_no_other_time(world: World) -> None:
    browser, path = world.client("secretary"), f"/s/sessions/{world.session.key}"
    world.clock.move(minutes=11)
    assert "改时间地点" not in browser.get(path).text
    assert browser.get(f"{path}/move").status_code == 409
    assert browser.post(f"{path}/move", data=GOOD).status_code == 409


def test_a_draft_is_moved_without_a_word_to_anybody(world: World) -> None:
    draft = sessions.create(
        OPERATOR, plan(world.branch, "草拟的学习", world.clock() + timedelta(days=1)), world.clock()
    )
    answer = world.client("secretary").post(f"/s/sessions/{draft.key}/move", data=GOOD)
    assert answer.location.endswith("done=moved_draft")
    assert not Reminder.select().exists()
