"""import-roster, bind-code, card, member show, rebind …"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from models import Member
from services import binding, points

DATA = Path(__file__).resolve().parent.parent / "data"


def test_a_clean_roster_goes_in_and_a_second_time_changes_nothing(desk):
    first = desk.json("import-roster", str(DATA / "roster.xlsx"))
    assert (first["applied"], first["created"], first["rejected"]) == (True, 153, [])
    again = desk.json("import-roster", str(DATA / "roster.xlsx"))
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 153)


def test_a_dry_run_counts_and_writes_nothing(desk):
    before = Member.select().count()
    result = desk.json("import-roster", str(DATA / "roster.xlsx"), "--dry-run")
    assert result["applied"] is False
    assert result["created"] == 153
    assert Member.select().count() == before


def test_a_faulty_roster_is_refused_with_its_rows_on_stdout(desk):
    before = Member.select().count()
    code, out, err = desk.run("--json", "import-roster", str(DATA / "roster-faulty.xlsx"))
    result = json.loads(out)
    assert code == 1
    assert result["applied"] is False
    wanted = json.loads((DATA / "roster-faulty.json").read_text("utf-8"))["rejected"]
    assert {(each["row"], each["column"]) for each in result["rejected"]} == {
        (each["row"], each["column"]) for each in wanted
    }
    assert "一行也没有导入" in err
    assert Member.select().count() == before


def test_a_roster_that_is_not_there_is_refused(desk):
    assert "没有找到这个文件" in desk.refused("import-roster", "nowhere.xlsx")


def test_a_code_that_was_issued_binds_once(desk, now):
    issued = desk.json("bind-code", "DY02")
    assert set(issued) == {"member", "code", "expires_at"}
    assert issued["expires_at"] == "2026-11-22T10:00:00+08:00"
    assert binding.bind("openid-1", issued["code"], now).name == "李强"
    assert desk.json("member", "show", "DY02")["bound"] is True
    assert desk.json("member", "show", "DY03")["bound"] is False


def test_a_card_is_good_for_thirty_days_and_names_its_scene(desk):
    card = desk.json("card", "DY02")
    assert card["scene"] == f"B{card['code']}"
    assert card["expires_at"].startswith("2026-12-21")


@pytest.mark.parametrize("command", ["bind-code", "card"])
def test_nobody_gets_a_code_for_an_unknown_member(desk, command):
    assert "编号为 DY99 的党员" in desk.refused(command, "DY99")


def test_a_member_is_shown_as_the_contract_has_it(desk):
    member = desk.json("member", "show", "DY02")
    assert member == {
        "number": "DY02",
        "name": "李强",
        "branch": "ZB01",
        "bound": False,
        "hours": {
            "required": "32.0",
            "offered": "0.0",
            "credited": "0.0",
            "planned": "0.0",
            "flag": "BRANCH_SHORT",
        },
        "entries": [],
        "points": {"year": 2026, "in_scope": True, "score": "0.0", "band": None, "entries": []},
        "shuxue": [],
    }


def test_points_are_shown_line_by_line_with_what_they_are_for(desk):
    points.open_year(desk.now)
    shown = desk.json("member", "show", "DY02")["points"]
    assert shown == {
        "year": 2026,
        "in_scope": True,
        "score": "60.0",
        "band": "平稳",
        "entries": [
            {"date": "2026-01-01", "points": "60.0", "item": "年初基础分", "source": "BASE", "note": None}
        ],
    }
    assert desk.json("member", "show", "DY04")["points"]["in_scope"] is False


def test_a_member_who_is_not_required_has_no_required_hours_and_no_flag(desk):
    hours = desk.json("member", "show", "DY04")["hours"]
    assert hours["required"] is None
    assert hours["flag"] is None


def test_entries_stand_oldest_first(desk):
    for start in ("2026-11-20T15:00", "2026-10-15T15:00"):
        key = desk.create(start=start)["id"]
        desk.json("session", "roll-call", key, "--status", "PRESENT", "DY02")
        desk.json("session", "confirm", key)
    entries = desk.json("member", "show", "DY02")["entries"]
    assert [each["date"] for each in entries] == ["2026-10-15", "2026-11-20"]
    assert {each["source"] for each in entries} == {"ATTENDANCE"}
    assert all(each["session"] for each in entries)


@pytest.mark.parametrize("year", ["26", "２０２６", "1900", "abcd", "-2026"])
def test_an_odd_year_is_wrong_use(desk, year):
    assert desk.refused("member", "show", "DY02", "--year", year, code=2)


def test_a_new_phone_waits_for_a_yes(desk, now):
    for openid, at in (("old", now), ("new", now + timedelta(minutes=1))):
        code = binding.issue_code(_operator(), "DY02", at)
        binding.bind(openid, code.code, at)
    waiting = desk.json("rebind", "list")["requests"]
    assert waiting == [{"member": "DY02", "name": "李强", "asked_at": "2026-11-21T10:01:00+08:00"}]
    assert desk.json("rebind", "approve", "DY02") == {"member": "DY02", "state": "APPROVED"}
    assert binding.member_of("new") is not None
    assert binding.member_of("old") is None
    assert desk.json("rebind", "list")["requests"] == []


def test_a_refused_phone_leaves_the_old_one_in_place(desk, now):
    for openid in ("old", "new"):
        code = binding.issue_code(_operator(), "DY02", now)
        binding.bind(openid, code.code, now)
    assert desk.json("rebind", "refuse", "DY02")["state"] == "REFUSED"
    assert binding.member_of("old") is not None
    assert desk.refused("rebind", "approve", "DY02")


def _operator():
    from services.actor import OPERATOR

    return OPERATOR
