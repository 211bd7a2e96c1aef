"""cycle open, cycle close, shuxue show, record, accept, return, and the line of member show."""

from __future__ import annotations

import pytest

from models import Member
from models.terms import ReportChannel, View
from services.shuxue import writing

KEY = "ZB01-2026Q4"
VIEWS = ["understanding", "spirit", "goals", "gains", "methods"]
EVERY_VIEW = [word for view in VIEWS for word in (f"--{view}", "口述的话")]


def opened(desk, **options):
    given = {"org": "ZB01", "type": "QUARTER", "year": "2026", "quarter": "4", "due": "2026-12-20"} | options
    return desk.json(
        "cycle", "open", *(word for name, value in given.items() for word in (f"--{name}", value))
    )


def test_a_round_is_opened_and_described(desk):
    assert opened(desk) == {
        "id": KEY,
        "cycle": KEY,
        "organization": "ZB01",
        "type": "QUARTER",
        "year": 2026,
        "quarter": 4,
        "title": "四季度述学",
        "opens": "2026-11-21",
        "due": "2026-12-20",
        "state": "OPEN",
        "form": "common",
        "edition": "2026版",
    }
    line = ["cycle", "open", "--org", "ZB01", "--type", "年度述学", "--year", "2026", "--due", "2026-12-31"]
    code, out, _ = desk.run(*line, "--opens", "2026-12-01", "--title", "今年述学", "--form", "plain")
    assert (code, out.strip()) == (
        0,
        "今年述学（还没开始）轮次 ZB01-2026Y，2026-12-01 到 2026-12-31",
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (
            ["--org", "ZB99", "--type", "QUARTER", "--year", "2026", "--quarter", "4", "--due", "2026-12-20"],
            1,
        ),
        (["--org", "ZB01", "--type", "QUARTER", "--year", "2026", "--due", "2026-12-20"], 1),
        (["--org", "ZB01", "--type", "ANNUAL", "--year", "2026", "--due", "2020-12-20"], 1),
        (["--org", "ZB01", "--type", "WEEKLY", "--year", "2026", "--due", "2026-12-20"], 2),
        (["--org", "ZB01", "--type", "ANNUAL", "--year", "2026", "--due", "20261220"], 2),
        (["--org", "ZB01", "--type", "ANNUAL", "--year", "2026", "--due", "2026-02-30"], 2),
        (["--org", "ZB01", "--type", "ANNUAL", "--year", "2026"], 2),
    ],
)
def test_a_round_that_cannot_be_is_refused(desk, words, code):
    desk.refused("cycle", "open", *words, code=code)


def test_the_same_round_again_is_refused_with_words(desk):
    opened(desk)
    words = ["--org", "ZB01", "--type", "QUARTER", "--year", "2026", "--quarter", "4", "--due", "2026-12-20"]
    said = desk.refused("cycle", "open", *words)
    assert "城东第一党支部已经开了「四季度述学」" in said


def test_a_report_is_shown_from_its_place_to_its_acceptance(desk, now):
    opened(desk)
    begun = desk.json("shuxue", "show", "DY02", KEY)
    assert (begun["state"], begun["channel"], begun["revision"]) == ("DRAFT", None, 0)
    assert begun["views"] == dict.fromkeys(VIEWS, "")
    assert desk.json("member", "show", "DY02")["shuxue"] == []
    member = Member.get(Member.number == "DY02")
    for view in View:
        writing.append(member, KEY, view, "<b>写了</b>\n𬱖", ReportChannel.SELF_CHAT, now)
    writing.submit(member, KEY, ReportChannel.SELF_CHAT, now)
    shown = desk.json("shuxue", "show", "DY02", KEY)
    assert (shown["member"], shown["cycle"], shown["state"]) == ("DY02", KEY, "SUBMITTED")
    assert (shown["channel"], shown["revision"]) == ("SELF_CHAT", 1)
    assert shown["views"] == dict.fromkeys(VIEWS, "<b>写了</b>\n𬱖")
    assert shown["submitted_at"] == "2026-11-21T10:00:00+08:00"
    returned = desk.json("shuxue", "return", "DY02", KEY, "--reason", "写写打算")
    assert (returned["state"], returned["reason"]) == ("RETURNED", "写写打算")
    assert "已经退回" in desk.refused("shuxue", "accept", "DY02", KEY)
    writing.submit(member, KEY, ReportChannel.SELF_CHAT, now)
    assert desk.json("shuxue", "accept", "DY02", KEY)["state"] == "ACCEPTED"
    [line] = desk.json("member", "show", "DY02")["shuxue"]
    assert line == {"cycle": KEY, "state": "ACCEPTED", "channel": "SELF_CHAT"}
    assert desk.json("member", "show", "DY02", "--year", "2025")["shuxue"] == []


def test_what_was_said_is_written_down_with_the_rights_of_who_does(desk):
    opened(desk)
    words = ["shuxue", "record", "DY04", KEY, "--gains", "记住了一条"]
    assert desk.json(*words)["state"] == "RECORDED"
    done = desk.json(*words, "--actor", "DY01", "--confirmed", "IN_PERSON")
    assert (done["state"], done["channel"], done["confirmed"]) == ("SUBMITTED", "ORAL_PROXY", "IN_PERSON")
    assert done["views"] == dict.fromkeys(VIEWS, "") | {"gains": "记住了一条"}
    assert done["required"] is False
    whole = desk.json("shuxue", "record", "DY02", KEY, *EVERY_VIEW, "--actor", "DY06", "--confirmed", "PHONE")
    assert set(whole["views"].values()) == {"口述的话"}
    desk.refused("shuxue", "record", "DY04", KEY, *EVERY_VIEW, "--actor", "DY06")
    desk.refused("shuxue", "record", "DY03", KEY)
    desk.refused("shuxue", "record", "DY03", KEY, *EVERY_VIEW, "--confirmed", "YES", code=2)


def test_a_round_is_closed_early_and_drafts_are_not_filed(desk, now):
    opened(desk)
    member = Member.get(Member.number == "DY02")
    writing.append(member, KEY, View.GAINS, "写了一半", ReportChannel.SELF_CHAT, now)
    assert desk.json("cycle", "close", KEY)["state"] == "CLOSED"
    shown = desk.json("shuxue", "show", "DY02", KEY)
    assert (shown["state"], shown["views"]["gains"]) == ("NOT_FILED", "写了一半")
    assert desk.json("shuxue", "show", "DY04", KEY)["state"] == "NOT_REQUIRED"
    desk.refused("cycle", "close", "ZB01-2020Q1")


def test_a_report_in_words_names_every_view(desk):
    opened(desk)
    code, out, _ = desk.run("shuxue", "show", "DY02", KEY)
    assert code == 0
    assert out.splitlines()[0] == "李强 · 四季度述学：正在写，提交过 0 次"
    assert "见精神状态：（还没有写）" in out


@pytest.mark.parametrize(
    "words",
    [
        ["shuxue", "show", "DY05", KEY],
        ["shuxue", "show", "DY99", KEY],
        ["shuxue", "show", "DY02", "述学"],
        ["shuxue", "accept", "DY02", KEY],
        ["shuxue", "return", "DY02", KEY, "--reason", "补充"],
    ],
)
def test_what_is_not_there_is_refused(desk, words):
    opened(desk)
    assert "没有找到" in desk.refused(*words)
