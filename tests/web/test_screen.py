"""The meeting screen: opened by its link, honest about the door, whole without the platform."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import zxingcpp
from PIL import Image

from models.terms import AttendanceStatus
from services.actor import OPERATOR
from services.arrival import codes
from services.roll import attendance
from services.study import sessions
from tests.web.world import World
from web import screen


@pytest.fixture(autouse=True)
def _platform_may_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "_silence", screen.Silence())


def path(world: World, tail: str = "") -> str:
    """Return an address of the screen with its secret."""
    return f"/s/sessions/{world.session.key}/screen{tail}?k={codes.screen_key(world.session.key)}"


def read(body: bytes) -> str:
    """Read a QR as a camera would."""
    return str(zxingcpp.read_barcodes(Image.open(io.BytesIO(body)))[0].text)


def test_the_picture_carries_the_token_of_this_moment(world: World) -> None:
    browser = world.client("anonymous")
    assert read(browser.get(path(world, "/qr.png")).data) == f"http://127.0.0.1:8000/c/{world.token()}"
    world.clock.move(seconds=15)
    assert read(browser.get(path(world, "/qr.png")).data) == f"http://127.0.0.1:8000/c/{world.token()}"


def test_names_stand_by_name_whenever_they_came(world: World) -> None:
    for number in ("M005", "M001"):
        attendance.call_roll(OPERATOR, world.session.key, AttendanceStatus.PRESENT, [number], world.clock())
        world.clock.move(seconds=5)
    state = world.client("anonymous").get(path(world, "/state.json")).json
    assert (state["present"], state["due"]) == (2, 5)
    assert state["names"] == sorted(state["names"])
    assert state["digits"].replace(" ", "") == attendance.code_now(world.session, world.clock())


def test_the_screen_says_what_the_door_does(world: World) -> None:
    session = world.new_session("下周学习", world.clock() + timedelta(hours=2))
    address = f"/s/sessions/{session.key}/screen/state.json?k={codes.screen_key(session.key)}"
    browser = world.client("anonymous")
    early = browser.get(address).json
    assert (early["phase"], early["digits"]) == ("before", "")
    assert "今天 11:30 开始签到" in early["words"]
    world.clock.move(hours=2)
    assert browser.get(address).json["phase"] == "open"
    world.clock.move(minutes=31)
    assert browser.get(address).json["phase"] == "over"


def test_a_cancelled_session_says_so(world: World) -> None:
    sessions.cancel(OPERATOR, world.session.key, world.clock())
    assert world.client("anonymous").get(path(world, "/state.json")).json["phase"] == "cancelled"


def test_strangers_get_the_platforms_code_which_is_asked_for_once(world: World) -> None:
    browser = world.client("anonymous")
    for _ in range(2):
        answer = browser.get(path(world, "/follow.png"))
    assert read(answer.data) == f"https://platform.test/q/{attendance.scene(world.session)}"
    assert len(world.scene_qr.asked) == 1


def test_a_silent_platform_is_left_out_and_left_alone_for_a_minute(world: World) -> None:
    world.scene_qr.away = True
    browser = world.client("anonymous")
    assert browser.get(path(world)).status_code == 200
    assert [browser.get(path(world, "/follow.png")).status_code for _ in range(2)] == [404, 404]
    assert len(world.scene_qr.asked) == 1
    world.scene_qr.away = False
    world.clock.move(minutes=2)
    assert browser.get(path(world, "/follow.png")).status_code == 200


def test_the_page_works_without_a_script(world: World) -> None:
    page = world.client("anonymous").get(path(world)).text
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "没带手机的同志请到签到处登记" in page


def test_the_roll_leads_to_the_screen(world: World) -> None:
    page = world.client("secretary").get(f"/s/sessions/{world.session.key}").text
    assert codes.screen_key(world.session.key) in page
    assert (
        codes.screen_key(world.session.key)
        not in world.client("group_head").get(f"/s/sessions/{world.session.key}").text
    )


def test_the_secret_of_one_session_opens_no_other(world: World) -> None:
    other = world.new_session("另一次", world.clock())
    answer = world.client("anonymous").get(
        f"/s/sessions/{other.key}/screen?k={codes.screen_key(world.session.key)}"
    )
    assert answer.status_code == 404
