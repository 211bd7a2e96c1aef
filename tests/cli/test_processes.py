"""The command line as a process of its own: `python app.py …`, the play, and the demo."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import requests

from demo.processes import free, spare_places
from scheduler.jobs import JOBS

ROOT = Path(__file__).resolve().parents[2]


def environment(tmp_path, **settings):
    """The environment of somebody who has set nothing but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WECHAT_")}
    kept.pop("DATABASE_URL", None)
    return {**kept, "INSTANCE_DIR": str(tmp_path / "instance"), **settings}


def app(env, *words):
    """Run one command to its end."""
    line = [sys.executable, str(ROOT / "app.py"), *words]
    return subprocess.run(
        line, cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=False, timeout=180
    )


def test_a_fresh_database_is_migrated_filled_and_verified_without_any_wechat_setting(tmp_path):
    env = environment(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'new' / 'x.db'}")
    refused = app(env, "verify", "--json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "python app.py migrate" in refused.stderr
    assert json.loads(app(env, "migrate", "--json").stdout)["applied"]
    result = app(env, "--json", "import-roster", str(ROOT / "demo" / "roster.xlsx"))
    assert json.loads(result.stdout)["created"] == 153
    shown = app(env, "member", "show", "DY000084", "--json")
    assert json.loads(shown.stdout)["name"] == "阿依古丽·买买提"
    assert json.loads(app(env, "verify", "--json").stdout)["ok"] is True


@pytest.mark.postgres
def test_a_command_reaches_postgresql_by_its_address(tmp_path, migrated_postgres):
    env = environment(tmp_path, DATABASE_URL=migrated_postgres)
    assert json.loads(app(env, "verify", "--json").stdout)["ok"] is True


def test_all_faulty_settings_are_named_at_once(tmp_path):
    env = environment(tmp_path, PUBLIC_URL="http://xuexi.example.cn", DATABASE_URL="mysql://x")
    done = app(env, "verify", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert "PUBLIC_URL" in done.stderr
    assert "DATABASE_URL" in done.stderr


@pytest.mark.slow
def test_a_database_server_that_is_away_is_refused_in_a_sentence(tmp_path):
    env = environment(tmp_path, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    done = app(env, "verify", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_play_goes_through_from_card_to_hours(tmp_path):
    done = app(environment(tmp_path), "play")
    assert done.returncode == 0, done.stderr + done.stdout
    said = ("绑定成功", "签到成功", "您已签到", "欢迎来旁听", "已记下您", "迟到", "核对无误")
    for words in (*said, "还差学时：30.5", "电话名单", "已关闭提醒"):
        assert words in done.stdout
    assert "钱建柱  3.0 / 32.0 学时" in done.stdout


@pytest.mark.slow
def test_the_scheduler_runs_the_jobs_without_any_page_and_ends_in_order(tmp_path):
    path = tmp_path / "x.db"
    account = {"WECHAT_APP_ID": "wx1", "WECHAT_APP_SECRET": "s", "WECHAT_TOKEN": "t"}
    aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    env = environment(tmp_path, DATABASE_URL=f"sqlite:///{path}", **account, WECHAT_AES_KEY=aes_key)
    line = [sys.executable, str(ROOT / "app.py"), "scheduler"]
    with subprocess.Popen(line, cwd=ROOT, env=env, stderr=subprocess.PIPE, encoding="utf-8") as scheduler:
        until = time.monotonic() + 60
        while jobs_done(path) < len(JOBS) and time.monotonic() < until:
            assert scheduler.poll() is None
            time.sleep(0.1)
        scheduler.send_signal(signal.SIGTERM)
        said = scheduler.communicate(timeout=30)[1]
    assert scheduler.returncode == 0, said
    assert "Traceback" not in said
    assert jobs_done(path) >= len(JOBS)


def jobs_done(path: Path) -> int:
    """Return how many slots were finished in a database that may not be there yet."""
    try:
        with closing(sqlite3.connect(path, timeout=10)) as link:
            [(count,)] = link.execute("SELECT COUNT(*) FROM job_claim WHERE done_at IS NOT NULL")
    except sqlite3.OperationalError:
        return 0
    return int(count)


@pytest.mark.slow
def test_the_demo_runs_at_one_address_and_stops_both_processes(tmp_path):
    places = spare_neighbours()
    env = environment(tmp_path)
    line = [sys.executable, str(ROOT / "app.py"), "demo", "--port", str(places)]
    with subprocess.Popen(line, cwd=ROOT, env=env, stdout=subprocess.PIPE, encoding="utf-8") as demo:
        try:
            look_around(demo, places, env)
        finally:
            demo.send_signal(signal.SIGTERM)
            assert demo.wait(30) == 0
    assert free(places)
    assert free(places + 1)


def look_around(demo, places, env):
    """Find what a newcomer finds, and that a second start is told so."""
    address = demo.stdout.readline().strip()
    assert address == f"http://127.0.0.1:{places + 1}/"
    assert requests.get(address, timeout=5).status_code == 200
    assert requests.get(f"http://127.0.0.1:{places}/readyz", timeout=5).status_code == 200
    phone = requests.get(f"{address}sim/api/phone", timeout=5).json()
    assert 7 < len(phone["people"]) < 20
    assert len(phone["menu"]["button"]) == 3
    second = app(env, "demo", "--port", str(places))
    assert (second.returncode, second.stdout) == (1, "")
    assert "已被占用" in second.stderr


def spare_neighbours() -> int:
    """Return a free port whose next one is free as well."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        port = spare_places().port
        if port < 65000 and free(port + 1):
            return port
    raise AssertionError("no two free ports side by side")
