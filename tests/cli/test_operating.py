"""serve, demo, play, migrate, verify, settings, menu push, and what every command line is held to."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from peewee import OperationalError

from cli.commands import COMMANDS
from models.connection import connect, disconnect
from tests.cli.conftest import FakeFault, FakeSettings

README = Path(__file__).resolve().parents[2] / "cli" / "README.md"


@pytest.fixture
def unmigrated(bare_desk, tmp_path):
    """A desk whose database has no tables yet."""
    bare_desk.path = tmp_path / "fresh.db"
    connect(f"sqlite:///{bare_desk.path}")
    yield bare_desk
    disconnect()


def test_an_unmigrated_database_is_refused_with_the_command_that_mends_it(unmigrated):
    said = unmigrated.refused("verify")
    assert "python app.py migrate" in said
    assert said.count("\n") == 1


def test_migrate_prints_what_it_applied_and_nothing_the_second_time(unmigrated):
    assert unmigrated.json("migrate")["applied"][0].startswith("0001")
    assert unmigrated.json("migrate") == {"applied": []}
    assert unmigrated.json("verify")["ok"] is True


def test_serve_migrates_by_itself(unmigrated):
    unmigrated.settings = FakeSettings(wechat_app_id="wx1")
    assert unmigrated.run("serve", "--port", "8123")[0] == 0
    assert unmigrated.ran == [("serve", "127.0.0.1", 8123, False)]
    assert unmigrated.json("migrate") == {"applied": []}


def test_the_scheduler_runs_apart_from_the_web_and_migrates_as_well(unmigrated):
    assert "WECHAT_APP_ID" in unmigrated.refused("scheduler", code=2)
    unmigrated.settings = FakeSettings(wechat_app_id="wx1")
    assert unmigrated.run("scheduler")[0] == 0
    assert unmigrated.run("serve", "--web-only")[0] == 0
    assert unmigrated.ran == [("scheduler",), ("serve", "127.0.0.1", 8000, True)]
    assert unmigrated.json("migrate") == {"applied": []}


def test_serve_without_wechat_settings_names_all_of_them(bare_desk):
    said = bare_desk.refused("serve", code=2)
    assert "WECHAT_APP_ID" in said
    assert "WECHAT_TOKEN" in said
    assert bare_desk.ran == []


def test_faulty_settings_are_all_named(bare_desk):
    def faulty(_wechat):
        raise FakeFault("settings refused:\n- PUBLIC_URL: use https\n- DATABASE_URL: write sqlite:///file")

    code, out, err = bare_desk.run("verify", load_settings=faulty)
    assert (code, out) == (2, "")
    assert "PUBLIC_URL" in err
    assert "DATABASE_URL" in err


def test_demo_and_play_need_no_settings(bare_desk):
    def faulty(_wechat):
        raise FakeFault("never asked")

    assert bare_desk.run("demo", "--port", "9000", load_settings=faulty)[0] == 0
    assert bare_desk.run("play", load_settings=faulty)[0] == 0
    assert bare_desk.ran == [("demo", 9000), ("play",)]


@pytest.mark.parametrize("port", ["0", "65535", "-1", "８０００", "8_000", "http"])
def test_an_odd_port_is_wrong_use(bare_desk, port):
    assert "端口" in bare_desk.refused("demo", "--port", port, code=2)


def test_a_database_that_cannot_be_reached_is_refused_in_one_sentence(bare_desk):
    def unreachable(settings):
        raise OperationalError("no route to host")

    code, _out, err = bare_desk.run("verify", open_database=unreachable)
    assert code == 1
    assert "DATABASE_URL" in err


def test_something_unforeseen_is_told_with_an_id(bare_desk):
    def broken(settings):
        raise KeyError("surprise")

    code, out, err = bare_desk.run("verify", open_database=broken)
    assert (code, out) == (1, "")
    assert "编号" in err


def test_verify_names_the_fault_and_exits_1(desk):
    key = desk.create()["id"]
    desk.json("session", "roll-call", key, "--status", "PRESENT", "DY02")
    desk.json("session", "confirm", key)
    assert desk.json("verify")["checked"]["entries"] == 1
    from models import Attendance

    Attendance.update(status="ABSENT").where(Attendance.status == "PRESENT").execute()
    code, out, err = desk.run("verify", "--json")
    verdict = json.loads(out)
    assert code == 1
    assert verdict["ok"] is False
    assert verdict["faults"]
    assert "不一致" in err


def test_the_menu_is_pushed_once_the_account_is_set(desk):
    desk.settings = FakeSettings(wechat_app_id="wx1")
    assert desk.json("menu", "push") == {"pushed": True}
    assert desk.platform.menus == 1


def test_the_menu_without_an_account_is_refused(desk):
    assert "WECHAT_APP_ID" in desk.refused("menu", "push", code=2)
    assert desk.platform.menus == 0


def test_settings_are_shown_without_a_secret(bare_desk):
    bare_desk.settings = FakeSettings(
        database_url="postgresql://shuxue:hunter2@db.example/x",
        public_url="https://xuexi.example.cn",
        secret_key="s3cret-value",
        wechat_aes_key="",
        brand_new_setting="hidden until named",
    )
    code, out, _err = bare_desk.run("settings", "--json")
    shown = json.loads(out)
    assert code == 0
    assert shown["database_url"] == "postgresql://***@db.example/x"
    assert shown["public_url"] == "https://xuexi.example.cn"
    assert (shown["secret_key"], shown["wechat_aes_key"]) == ("（已设置）", "（未设置）")
    assert not any(secret in out for secret in ("hunter2", "s3cret", "hidden"))


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["session"],
        ["nonsense"],
        ["session", "show"],
        ["verify", "extra"],
        ["session", "show", "a", "--jso"],
    ],
)
def test_wrong_use_is_told_in_chinese_with_code_2(bare_desk, words):
    code, out, err = bare_desk.run(*words)
    assert (code, out) == (2, "")
    assert any("\u4e00" <= char <= "\u9fff" for char in err)


def test_what_utf_8_cannot_hold_is_wrong_use(bare_desk):
    assert "UTF-8" in bare_desk.refused("member", "show", "DY\udcff", code=2)


def test_help_is_help_and_no_fault(bare_desk):
    code, out, _err = bare_desk.run("session", "create", "--help")
    assert code == 0
    assert "用法" in out


def test_json_may_stand_anywhere(desk):
    for words in (("--json", "verify"), ("verify", "--json")):
        code, out, _err = desk.run(*words)
        assert code == 0
        assert json.loads(out)["ok"] is True


def test_every_command_stands_in_the_readme():
    text = README.read_text("utf-8")
    assert [command.name for command in COMMANDS if f"`{command.name}" not in text] == []


def test_a_locked_away_database_file_is_refused(bare_desk, tmp_path):
    def locked(settings):
        raise sqlite3.OperationalError("unable to open database file")

    code, _out, err = bare_desk.run("verify", open_database=locked)
    assert code == 1
    assert "DATABASE_URL" in err
