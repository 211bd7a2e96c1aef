"""The WeChat QR of a session or card: asked of the platform once, and again when it has expired."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import SceneTicket, database
from services import tickets
from services.ports import Busy
from tests.builders import START

pytestmark = pytest.mark.usefixtures("db")


class Platform:
    """Gives out numbered tickets and notes what it was asked; raises when it is away."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.away = False

    def scene_url(self, scene: str, seconds: int) -> tuple[str, str]:
        assert not database.obj.in_transaction(), "nothing leaves inside a transaction"
        if self.away:
            raise Busy("/cgi-bin/qrcode/create")
        self.asked.append((scene, seconds))
        return f"ticket-{len(self.asked)}", f"http://weixin.qq.com/q/{len(self.asked)}"


@pytest.fixture
def platform() -> Platform:
    return Platform()


def address(platform: Platform, hours: float, after: float = 0, scene: str = "S1") -> str:
    now = START + timedelta(hours=after)
    return tickets.scene_address(platform, scene, START + timedelta(hours=hours), now)


def test_the_platform_is_asked_once_for_a_scene(platform: Platform) -> None:
    assert {address(platform, 2), address(platform, 2, 1)} == {"http://weixin.qq.com/q/1"}
    assert platform.asked == [("S1", 7200)]


def test_scenes_have_pictures_of_their_own(platform: Platform) -> None:
    assert address(platform, 2) != address(platform, 2, scene="S2")


def test_an_expired_picture_is_asked_for_again(platform: Platform) -> None:
    address(platform, 2)
    assert address(platform, 4, 2) == "http://weixin.qq.com/q/2"
    assert SceneTicket.select().count() == 1


@pytest.mark.parametrize(("hours", "seconds"), [(-5, 60), (0, 60), (1, 3600), (24 * 365, tickets.LONGEST)])
def test_a_life_stays_within_what_the_platform_gives(platform: Platform, hours: float, seconds: int) -> None:
    address(platform, hours)
    assert platform.asked == [("S1", seconds)]
    assert SceneTicket.get().expires_at == START + timedelta(seconds=seconds - 30)


def test_when_the_platform_is_away_nothing_is_kept_and_the_next_attempt_succeeds(platform: Platform) -> None:
    platform.away = True
    with pytest.raises(Busy):
        address(platform, 2)
    assert SceneTicket.select().count() == 0
    platform.away = False
    assert address(platform, 2) == "http://weixin.qq.com/q/1"
