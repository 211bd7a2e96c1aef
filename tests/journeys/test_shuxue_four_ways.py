"""A quarter's 述学 by chat, voice, page and helper, over HTTP, on both databases, to the same tables."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.fixtures_browser import NewPage
from tests.journeys.stage import Person, Stage

BRANCH, SECRETARY, WRITER, SPEAKER, READER = "ZB0001", "DY000001", "DY000006", "DY000007", "DY000008"
ELDERS = ("DY000002", "DY000003", "DY000010")
SAID = [
    "学了条例，认识更深 𬱖👍",
    "<script>alert(1)</script> ]]> {{7*7}}",
    "每月走访两户",
    "会用了",
    "没有难处",
]
VIEWS = ["understanding", "spirit", "goals", "gains", "methods"]
#: What the job does each minute; a journey does not wait for the next one.
_FETCH = """
from app import load_settings, open_database, platform_client, system_clock
from services.shuxue import voices
from wechat.platform import Platform
settings = load_settings()
open_database(settings)
print(voices.fetch_due(Platform(platform_client(settings)), system_clock()))
"""


def _bound(stage: Stage, number: str) -> Person:
    person = stage.person(number)
    person.follow()
    assert "绑定成功" in person.says(f"绑定 {stage.run('bind-code', number)['code']}")
    return person


def _open(stage: Stage) -> str:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    quarter = str((today.month - 1) // 3 + 1)
    cycle = stage.run(
        "cycle", "open", "--org", BRANCH, "--type", "QUARTER", "--year", str(today.year),
        "--quarter", quarter, "--due", (today + timedelta(days=20)).isoformat(),
    )  # fmt: skip
    return str(cycle["id"])


def _by_chat(stage: Stage, cycle: str, leader: Person) -> list[Any]:
    writer = _bound(stage, WRITER)
    assert "① 见思想认识" in writer.says("述学")
    for at, words in enumerate(SAID):
        assert "已记下" in writer.says(words)
        if at == 1:
            assert "学时" in writer.says("学时")
        writer.says("下一步")
    assert "都写好了" in writer.says("预览")
    assert "已经交给支部" in writer.says("提交")

    page = f"{stage.service}/s/shuxue/{cycle}/{WRITER}"
    assert "alert(1)&lt;/script&gt;" in leader.opens(page)["html"]
    leader.submits(f"{page}/return", page, reason="第三段请再具体一些")
    resumed = writer.says("述学")
    assert "第三段请再具体一些" in resumed
    writer.says("③")
    writer.says("每次走访都记下来")
    assert "已经交给支部" in writer.says("提交")
    leader.submits(f"{page}/accept", page)
    assert "不能再改" in writer.says("收回")

    report = stage.run("shuxue", "show", WRITER, cycle)
    assert (report["state"], report["channel"], report["revision"]) == ("ACCEPTED", "SELF_CHAT", 2)
    said = [*SAID[:2], f"{SAID[2]}\n每次走访都记下来", *SAID[3:]]
    assert report["views"] == dict(zip(VIEWS, said, strict=True))
    return [report]


def _by_voice(stage: Stage, cycle: str, leader: Person) -> list[Any]:
    speaker = _bound(stage, SPEAKER)
    speaker.says("述学")
    for at in range(len(VIEWS)):
        answer = speaker.speaks() if at < 2 else speaker.says("没有了")
        assert ("已收到您的语音" if at < 2 else "已记下") in answer
        speaker.says("下一步")
    stage.execute(_FETCH)
    listed = leader.opens(f"{stage.service}/s/voices")["html"]
    keys = list(dict.fromkeys(re.findall(r"/s/voices/([0-9A-Za-z_-]{20})", listed)))
    assert len(keys) == 2
    for at, key in enumerate(keys):
        page = f"{stage.service}/s/voices/{key}"
        assert leader.opens(f"{page}/sound")["status"] == 200
        leader.submits(page, page, text=f"听到的第{at + 1}段")
    assert "听到的第1段" in speaker.says("述学")
    for _ in keys:
        assert "录音已删除" in speaker.says("确认")
    assert "已经交给支部" in speaker.says("提交")
    page = f"{stage.service}/s/shuxue/{cycle}/{SPEAKER}"
    leader.submits(f"{page}/accept", page)
    report = stage.run("shuxue", "show", SPEAKER, cycle)
    assert (report["state"], report["channel"], report["revision"]) == ("ACCEPTED", "VOICE", 1)
    assert list(report["views"].values()) == ["听到的第1段", "听到的第2段", *["没有了"] * 3]
    return [report]


def _by_page(stage: Stage, cycle: str, leader: Person, phone: Page) -> list[Any]:
    """Write in a real browser whose network goes while somebody types: no word is lost."""
    reader = _bound(stage, READER)
    base = f"{stage.simulator}/as/{reader.openid}/m/shuxue/{cycle}"
    phone.goto(f"{base}/{VIEWS[0]}")
    box = phone.locator("#text")
    box.press_sequentially(SAID[0])
    expect(phone.get_by_role("status")).to_contain_text("已存 ")
    phone.context.set_offline(True)
    box.press_sequentially(SAID[1])
    expect(phone.get_by_role("status")).to_contain_text("已存在这部手机上")
    # The page is killed without a network, and opened again later.
    context = phone.context
    phone.close()
    context.set_offline(False)
    phone = context.new_page()
    phone.goto(f"{base}/{VIEWS[0]}")
    expect(phone.locator("#text")).to_have_value(SAID[0] + SAID[1])
    phone.locator("#go-next").click()
    for view, words in zip(VIEWS[1:], SAID[1:], strict=True):
        expect(phone.locator(f"#writing[data-view={view}]")).to_be_visible()
        phone.locator("#text").fill(words)
        phone.locator("#go-next").click()
    phone.get_by_role("button", name="提交").click()
    expect(phone.locator("main")).to_contain_text("已提交")
    page = f"{stage.service}/s/shuxue/{cycle}/{READER}"
    leader.submits(f"{page}/accept", page)
    report = stage.run("shuxue", "show", READER, cycle)
    assert (report["state"], report["channel"], report["revision"]) == ("ACCEPTED", "SELF_PAGE", 1)
    assert list(report["views"].values()) == [SAID[0] + SAID[1], *SAID[1:]]
    return [report]


def _by_helper(stage: Stage, cycle: str, leader: Person) -> list[Any]:
    """Hear three elders in one sitting; a few words of each are a whole report (R41)."""
    reports = []
    for at, number in enumerate(ELDERS):
        page = f"{stage.service}/s/oral/{cycle}/{number}"
        ways = ("IN_PERSON", "PHONE", "IN_PERSON")
        leader.submits(page, page, understanding=f"{at + 1} 号老人说：政策好", confirmed=ways[at])
        leader.submits(
            f"{stage.service}/s/shuxue/{cycle}/{number}/accept", f"{stage.service}/s/shuxue/{cycle}/{number}"
        )
        report = stage.run("shuxue", "show", number, cycle)
        assert (report["state"], report["channel"], report["revision"]) == ("ACCEPTED", "ORAL_PROXY", 1)
        assert report["views"]["understanding"] == f"{at + 1} 号老人说：政策好"
        reports.append(report)
    return reports


def test_chat_with_a_return_voice_page_and_helper_end_in_the_same_tables(
    stage: Stage, new_page: NewPage
) -> None:
    leader = _bound(stage, SECRETARY)
    cycle = _open(stage)
    reports = [
        *_by_chat(stage, cycle, leader),
        *_by_voice(stage, cycle, leader),
        *_by_helper(stage, cycle, leader),
        *_by_page(stage, cycle, leader, new_page()),
    ]
    assert len({frozenset(report) for report in reports}) == 1
    assert stage.run("verify")["ok"] is True
    assert [row["state"] for row in stage.run("member", "show", SPEAKER)["shuxue"]] == ["ACCEPTED"]
