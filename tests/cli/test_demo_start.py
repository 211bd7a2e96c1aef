"""What happens to the demo's database when the demo starts again."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from demo import data
from demo.processes import CannotStart, Places, child_environment, settings_for
from demo.run import prepare
from demo.tools import DemoTools
from models import Organization, StudySession
from models.connection import connect, disconnect
from models.terms import OrgKind, Sector
from tests.fakes import FixedClock

ROOT = Path(__file__).resolve().parents[2]


class Start:
    """A demo that is only prepared, never run."""

    def __init__(self, folder, now, **environment):
        self.clock = FixedClock(now)
        self.environment = environment
        self.folder = folder
        own = f"sqlite:///{folder / 'shuxue.db'}"
        self.url = environment.get("DATABASE_URL", own)

    def again(self):
        """Prepare once more and return the scene."""
        tools = DemoTools(
            self.environment,
            self.clock,
            ROOT,
            lambda settings: connect(settings["DATABASE_URL"]),
            lambda settings, words: 0,
        )
        scene = self.folder / "scene.json"
        prepare(tools, settings_for(Places(8000, 8001), self.folder, self.url), self.folder, scene, 1)
        return json.loads(scene.read_text("utf-8"))


@pytest.mark.slow
def test_a_restart_keeps_the_day_and_another_day_makes_it_anew(tmp_path, now):
    start = Start(tmp_path, now)
    first = start.again()
    assert start.again()["screens"] == first["screens"]
    start.clock.move(hours=2)
    assert start.again()["screens"] != first["screens"]
    start.clock.move(days=1)
    start.again()
    connect(start.url)
    assert (
        StudySession.select().where(StudySession.starts_at > start.clock() - timedelta(hours=1)).count() == 2
    )
    disconnect()


def test_a_named_database_with_other_peoples_work_is_left_alone(tmp_path, now, database_url):
    connect(database_url)
    Organization.create(code="ZB01", name="别人的支部", kind=OrgKind.BRANCH, path="1.", sector=Sector.ORGAN)
    disconnect()
    with pytest.raises(CannotStart, match="演示不会动它"):
        Start(tmp_path, now, DATABASE_URL=database_url).again()
    connect(database_url)
    assert not data.has_demo()
    assert Organization.select().count() == 1
    disconnect()


def test_credentials_are_made_up_anew_and_proxies_kept_out():
    places = Places(8000, 8001)
    one, other = (settings_for(places, Path("x"), "sqlite:///x") for _ in range(2))
    assert one["WECHAT_AES_KEY"] != other["WECHAT_AES_KEY"]
    assert len(one["WECHAT_AES_KEY"]) == 43
    assert one["WECHAT_API_BASE"] == "http://127.0.0.1:8001"
    merged = child_environment({"WECHAT_MODE": "plain", "HTTP_PROXY": "http://proxy"}, one)
    assert merged["WECHAT_MODE"] == "safe"
    assert "127.0.0.1" in merged["NO_PROXY"]
