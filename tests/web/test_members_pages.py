"""The pages of the roster in use: typed words stay, foreign fields are ignored, a file takes two steps."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest

from models import Member, Mobility, Transfer
from services import queues
from services.actor import OPERATOR, member_actor
from services.clock import civil_day
from services.moving import mobility, transfers
from services.moving.mobility import Trip
from services.roll import attendance
from tests.service.test_roster import person, write
from tests.web.world import World

#: A form with a file, written out: the test client would leave a file of its own behind.
KIND = "multipart/form-data; boundary=edge"
HEAD = b'--edge\r\nContent-Disposition: form-data; name="roster"; filename="x.xlsx"\r\n\r\n'
TAIL = b"\r\n--edge--\r\n"


@pytest.fixture
def file() -> bytes:
    row = person("M005", 姓名="赵丽", 党小组="第一党小组", 入党日期="2015-07-01", 转正日期="2015-07-01")
    return write(
        {"党员": [{header: row[header] for header in row if header not in {"党内职务", "任职日期"}}]}
    )


def test_the_roster_finds_by_sound_and_leads_to_the_page_of_a_member(world: World) -> None:
    browser = world.client("secretary")
    page = browser.get("/s/members?q=wf").text
    assert "王芳" in page
    assert "李强" not in page
    assert "没有找到" in browser.get("/s/members?q=zzz").text
    assert "手机号" not in browser.get("/s/members/M001").text


def test_an_edit_keeps_what_was_typed_and_ignores_what_is_no_field(world: World) -> None:
    browser = world.client("secretary")
    form = {
        "name": "王=芳",
        "category": "在职",
        "joined_on": "2015-07-01",
        "full_on": "",
        "since": "2015-07-01",
    }
    answer = browser.post("/s/members/M001/edit", data=form)
    assert (answer.status_code, 'value="王=芳"' in answer.text, "fault-name" in answer.text) == (
        400,
        True,
        True,
    )
    extra = {"name": "王小芳", "number": "M999", "branch": "ZB2", "active_to": "2020-01-01", "id": "1"}
    assert browser.post("/s/members/M001/edit", data=form | extra).status_code == 303
    row = Member.get(Member.number == "M001")
    assert (row.name, row.branch_id, row.active_to) == ("王小芳", world.branch.id, None)


def test_tables_and_cards_stand_where_a_secretary_looks_for_them(world: World) -> None:
    secretary, officer, key = world.client("secretary"), world.client("officer"), world.session.key
    roster, one = secretary.get("/s/members").text, secretary.get("/s/members/M001").text
    assert 'href="/s/exports?branch=ZB1"' in roster
    assert 'href="/s/cards"' in roster
    assert 'href="/s/members/M001/year.pdf"' in one
    assert 'href="/s/cards"' in secretary.get(f"/s/sessions/{key}/more").text
    assert "/s/exports" not in officer.get("/s/members?branch=ZB1").text
    assert "year.pdf" not in officer.get("/s/members/M001").text
    assert "/s/cards" not in world.client("group_head").get(f"/s/sessions/{key}/more").text
    attendance.confirm(OPERATOR, key, world.clock() + timedelta(hours=3))
    world.clock.move(hours=3)
    assert 'href="/s/exports?year=2026"' in secretary.get(f"/s/sessions/{key}/more").text
    assert "/s/exports?year" not in officer.get(f"/s/sessions/{key}/more").text


def test_a_file_is_shown_first_and_written_by_the_second_step(world: World, file: bytes) -> None:
    browser = world.client("secretary", proved=True)
    answer = browser.post("/s/members/upload", data={"roster": (io.BytesIO(file), "名册.xlsx")})
    assert answer.status_code == 200
    assert "请核对，还没有写入" in answer.text
    assert "𬱖祎 → 赵丽" in answer.text
    assert "138****8000" in answer.text
    assert Member.get(Member.number == "M005").name == "𬱖祎"
    found = re.search(r'name="sealed" value="([^"]+)"', answer.text)
    assert found is not None
    assert "名册已更新" in browser.post("/s/members/upload/confirm", data={"sealed": found[1]}).text
    assert Member.get(Member.number == "M005").name == "赵丽"
    other = world.client("other_secretary", proved=True)
    assert other.post("/s/members/upload/confirm", data={"sealed": found[1]}).status_code == 409
    faulty = other.post("/s/members/upload", data={"roster": (io.BytesIO(file), "名册.xlsx")})
    assert "党员第 2 行，支部代码" in faulty.text
    assert "sealed" not in faulty.text


def test_a_file_of_the_allowed_size_arrives_and_a_larger_one_is_named(world: World) -> None:
    browser = world.client("secretary")
    for size, status, word in ((4, 400, "读不出来"), (5.5, 400, "超过 5 MB"), (7, 413, "太多")):
        blob = b"PK" + b"\0" * int(size * 1024 * 1024)
        answer = browser.post("/s/members/upload", data=HEAD + blob + TAIL, content_type=KIND)
        assert (answer.status_code, word in answer.text) == (status, True)


def test_a_code_stands_once_and_an_account_is_released(world: World) -> None:
    browser = world.client("secretary")
    assert re.search(r"绑定 [0-9a-z]{8}", browser.post("/s/members/M005/code").text)
    assert not re.search(r"绑定 [0-9a-z]{8}", browser.get("/s/members/M005").text)
    assert world.client("secretary", proved=True).post("/s/members/M001/release").status_code == 303
    assert world.client("member").get("/m").status_code == 302


def test_what_other_branches_ask_stands_in_the_queue_until_it_is_answered(world: World) -> None:
    now, today = world.clock(), civil_day(world.clock())
    stay = mobility.go_out(OPERATOR, "M101", Trip("城东", today, host="ZB1"), now)
    key = transfers.propose(OPERATOR, "M102", "ZB1", today, now)
    secretary = member_actor(world.members["secretary"].id)
    assert queues.for_leader(secretary, now) == {queues.Queue.TRANSFERS: 1, queues.Queue.HOSTING: 1}
    browser = world.client("secretary", proved=True)
    page = browser.get("/s").text
    assert "1 位同志等转入" in page
    assert "1 位流动党员等接收" in page
    assert browser.post(f"/s/hosting/{stay}", data={"answer": "accept"}).status_code == 303
    assert browser.post(f"/s/transfers/{key}/accept", data={"group": "第一党小组"}).status_code == 303
    assert queues.for_leader(secretary, now) == {}
    assert (Mobility.get().host_state, Transfer.get().state) == ("ACCEPTED", "DONE")
    assert Member.get(Member.number == "M102").group.name == "第一党小组"


def test_faults_of_moves_stand_in_their_forms_with_what_was_typed(world: World) -> None:
    browser = world.client("secretary", proved=True)
    tomorrow = (civil_day(world.clock()) + timedelta(days=1)).isoformat()
    for path, form, word in (
        ("transfer", {"way": "outside", "outside": "外市支部", "day": tomorrow}, "外市支部"),
        ("transfer", {"way": "inside", "target": "", "day": "2026-11-21"}, "还没有选转到哪个支部"),
        ("mobility", {"destination": "上海", "since": "x"}, "上海"),
        ("exempt", {"starts": "2026-11-01", "decided_on": "2026-11-01"}, "还没有选是哪一种"),
        ("leave", {"day": tomorrow, "deceased": "yes"}, "日期不对"),
    ):
        answer = browser.post(f"/s/members/M001/{path}", data=form)
        assert (answer.status_code, word in answer.text, "fault" in answer.text) == (400, True, True), path
