"""A secretary reminds who lacks hours: the words, one press, a phone that rings, a list to call (R92–R95)."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from demo import rules
from tests.journeys.stage import ROOT, Person, Stage

ZONE = ZoneInfo("Asia/Shanghai")
BRANCH, SECRETARY, MEMBER, OPTED_OUT, WITHOUT_PHONE = (
    "ZB0001", "DY000001", "DY000007", "DY000009", "DY000010",
)  # fmt: skip
NAMES = {MEMBER: "钱建柱", OPTED_OUT: "梁远翀", WITHOUT_PHONE: "罗刚"}
#: Seconds until a press reaches the phone, and its receipt us: about one each, unless the machine is busy.
_RINGS, _CLOSED = 5.0, 10.0
#: What an operator would ask the database.
_STATES = """
from app import load_settings, open_database
from models import Reminder
open_database(load_settings())
for row in Reminder.select().where(Reminder.pushed_by.is_null(False)).order_by(Reminder.id):
    print(row.member.number, row.topic, row.state, row.pushed_by.number)
"""


@pytest.fixture
def rules_dir(tmp_path: Path) -> Path:
    """Rules with the templates' numbers filled in, as before reminders can go out anywhere."""
    return rules.write_copy(ROOT / "rules", tmp_path / "rules", datetime.now(ZONE).date())


def _bound(stage: Stage, number: str) -> Person:
    person = stage.person(number)
    person.follow()
    assert "绑定成功" in person.says(f"绑定 {stage.run('bind-code', number)['code']}")
    return person


def _lack_hours(stage: Stage) -> None:
    """Let the branch have 32.5 hours in all, and everybody have missed more than is to spare (R09, R91)."""
    now = datetime.now(ZONE)
    # In the last days of a year nothing fits in any more: then all of it was missed.
    held = (now + timedelta(days=15)).year > now.year
    for title, at, credit in (
        ("集中培训第一期", timedelta(days=-9 if held else 7), "15.5"),
        ("集中培训第二期", timedelta(days=-5 if held else 14), "15.5"),
        ("主题党日", timedelta(hours=-9), "1.5"),
    ):
        session = stage.run(
            "session", "create", "--branch", BRANCH, "--kind", "CENTRALISED_TRAINING", "--title", title,
            "--start", (now + at).isoformat(timespec="seconds"), "--minutes", "480",
            "--area", "THEORY", "--credit", credit,
        )  # fmt: skip
        if at < timedelta(0):
            stage.run("session", "confirm", session["id"])


def _text(page: dict[str, Any]) -> str:
    assert page["status"] == 200, page["html"]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page["html"])))


def _within(seconds: float, found: Callable[[], Any]) -> Any:
    until = time.monotonic() + seconds
    while not (result := found()):
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.1)
    return result


def _cards(stage: Stage, person: Person) -> list[dict[str, Any]]:
    messages = stage.ask("GET", f"/people/{person.openid}/chat")["messages"]
    return [each for each in messages if each["kind"] == "template"]


class Desk:
    """The secretary at the page for reminders."""

    def __init__(self, stage: Stage, person: Person) -> None:
        self._stage, self._person = stage, person
        self._page = f"{stage.service}/s/push"

    def look(self, path: str) -> str:
        return _text(self._person.opens(self._stage.service + path))

    def preview(self, *numbers: str) -> str:
        return self._send(f"{self._page}/preview", numbers)

    def press(self, *numbers: str) -> str:
        return self._send(self._page, numbers)

    def _send(self, url: str, numbers: tuple[str, ...]) -> str:
        form: dict[str, Any] = {"topic": "HOURS_GAP", "member": list(numbers)}
        return _text(self._person.submits(url, self._page, **form))


def test_a_secretary_reminds_and_the_phone_rings_or_stands_on_the_list(stage: Stage) -> None:
    _lack_hours(stage)
    secretary, member, unwilling = (_bound(stage, number) for number in (SECRETARY, MEMBER, OPTED_OUT))
    stage.ask("POST", "/templates", templates=rules.templates(Path(stage.env["RULES_DIR"])))
    desk = Desk(stage, secretary)

    # Whom, by name; then the exact words and who is not reached, before anything is sent.
    assert all(name in desk.look("/s/push") for name in NAMES.values())
    shown = desk.preview(MEMBER, WITHOUT_PHONE)
    assert "发给 1 位同志" in shown
    words = "今年已有 0 学时，还差 32。"
    assert words in shown
    assert f"放进电话名单（1 位） {NAMES[WITHOUT_PHONE]}" in shown
    assert _cards(stage, member) == []

    # One press: the phone shows it, the receipt closes the row, the other one is to be called.
    assert NAMES[MEMBER] in desk.press(MEMBER, WITHOUT_PHONE)
    (card,) = _within(_RINGS, lambda: _cards(stage, member))
    assert card["title"] == "学习提醒"
    assert {each["label"]: each["value"] for each in card["fields"]}["还差学时"] == "32"
    assert words in _text(member.opens(card["url"]))
    states = _within(_CLOSED, lambda: (said := stage.execute(_STATES)) and "DELIVERED" in said and said)
    assert states.splitlines() == [
        f"{MEMBER} HOURS_GAP DELIVERED {SECRETARY}",
        f"{WITHOUT_PHONE} HOURS_GAP INBOX {SECRETARY}",
    ]
    listed = desk.look("/s/unreached")
    assert NAMES[WITHOUT_PHONE] in listed
    assert NAMES[MEMBER] not in listed

    # Once is once, and whoever wants none gets none; the secretary reads why.
    assert "提醒" in unwilling.says("提醒 关")
    again = desk.preview(MEMBER, OPTED_OUT)
    assert f"{NAMES[OPTED_OUT]} ， 本人不要这类提醒" in again
    assert f"{NAMES[MEMBER]} ， 今天已经提醒过" in again
    desk.press(MEMBER, OPTED_OUT, WITHOUT_PHONE)
    assert not re.search("DUE|SENDING|ACCEPTED", stage.execute(_STATES)), "nothing is on its way"
    assert len(_cards(stage, member)) == 1
    assert _cards(stage, unwilling) == []

    # Who was visited leaves the list.
    page = f"{stage.service}/s/unreached/{WITHOUT_PHONE}"
    today = datetime.now(ZONE).date().isoformat()
    secretary.submits(page, page, kind="VISITED", day=today, words="上门说了")
    assert NAMES[WITHOUT_PHONE] not in desk.look("/s/unreached")
