"""Writing down what elders say, several in one sitting; who may; and no typed word is lost (R41, R42)."""

from __future__ import annotations

import html
import re
from datetime import date, datetime

import pytest

from models import Member, RolePeriod, ShuxueReport, ShuxueText
from models.terms import ConfirmedBy, CycleType, MemberCategory, ReportChannel, ReportState, Role, View
from services.actor import OPERATOR
from services.shuxue import cycles, oral, writing
from services.shuxue.cycles import CyclePlan
from tests.web.world import World, build


@pytest.fixture
def cycle(world: World) -> str:
    """A round of the quarter; two members of the branch are retired."""
    return opened(world)


def opened(world: World) -> str:
    Member.update(category=MemberCategory.RETIRED).where(Member.number.in_(["M004", "M005"])).execute()
    plan = CyclePlan("ZB1", CycleType.QUARTER, 2026, date(2026, 12, 20), 4)
    return str(cycles.open_cycle(OPERATOR, plan, world.clock()).key)


def report_of(number: str) -> ShuxueReport:
    found: ShuxueReport = (
        ShuxueReport.select().join(Member, on=ShuxueReport.member).where(Member.number == number).get()
    )
    return found


def said(number: str, view: View = View.GAINS) -> str:
    row = ShuxueText.get(ShuxueText.report == report_of(number), ShuxueText.view == str(view))
    body: str = row.body
    return body


def test_those_whom_it_helps_most_come_first_then_by_name(world: World, cycle: str) -> None:
    page = world.client("secretary").get("/s/oral").text
    names = re.findall(rf"/s/oral/{cycle}/(M\d+)", page)
    assert set(names[:3]) == {"M004", "M005"}
    assert set(names[3:]) == {"M001", "M002"}
    assert "M003" not in names


def test_several_elders_in_one_sitting(world: World, cycle: str) -> None:
    browser = world.client("secretary")
    start = re.search(
        rf'weui-btn_primary" href="/s/oral/{cycle}/(M\d+)">从这位开始', browser.get("/s/oral").text
    )
    assert start
    number = start[1]
    form = {"gains": "学了以后心里亮堂。", "confirmed": "IN_PERSON"}
    done = browser.post(f"/s/oral/{cycle}/{number}", data=form)
    assert done.status_code == 303
    page = browser.get(done.location).text
    following = re.search(rf'/s/oral/{cycle}/(M\d+)">下一位：', page)
    assert following
    assert {number, following[1]} == {"M004", "M005"}
    browser.post(f"/s/oral/{cycle}/{following[1]}", data=form | {"confirmed": "PHONE"})
    states = {no: (report_of(no).state, report_of(no).channel) for no in ("M004", "M005")}
    assert set(states.values()) == {(ReportState.SUBMITTED, ReportChannel.ORAL_PROXY)}
    assert report_of(number).confirmed_how is ConfirmedBy.IN_PERSON
    assert "下一位" not in browser.get("/s/oral").text


def test_a_report_may_wait_for_the_member_s_own_phone(world: World, cycle: str) -> None:
    browser = world.client("group_head")
    form = {"goals": "<b>多听广播</b> {{7*7}}", "confirmed": "LATER"}
    assert browser.post(f"/s/oral/{cycle}/M005", data=form).location.endswith("done=waits&after=M005")
    assert report_of("M005").state is ReportState.RECORDED
    page = browser.get(f"/s/oral/{cycle}/M005").text
    assert "<b>多听广播" not in page
    assert "<b>多听广播</b> {{7*7}}" in html.unescape(page)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"gains": "有收获。"}, "怎么同意的"),
        ({"gains": "有收获。", "confirmed": "SELF"}, "怎么同意的"),
        ({"confirmed": "IN_PERSON"}, "还没有写下内容"),
        ({"gains": "字" * 3001, "confirmed": "PHONE"}, "多了 1 个字"),
    ],
)
def test_a_fault_keeps_every_word(world: World, cycle: str, form: dict[str, str], words: str) -> None:
    answer = world.client("secretary").post(f"/s/oral/{cycle}/M005", data=form)
    assert answer.status_code == 400
    assert words in answer.text
    assert form.get("gains", "") in answer.text
    assert not ShuxueReport.select().exists()


def test_a_form_that_was_open_too_long_gives_every_word_back(db: object, now: datetime) -> None:
    world = build(now, csrf=True)
    cycle = opened(world)
    form = {"gains": "有收获。", "spirit": "劲头足。", "confirmed": "PHONE"}
    for role in ("secretary", "anonymous"):
        answer = world.client(role).post(f"/s/oral/{cycle}/M005", data=form)
        assert answer.status_code in (400, 401)
        assert "有收获。" in answer.text
        assert "劲头足。" in answer.text


def test_a_stranger_with_a_stale_form_is_told_nothing(db: object, now: datetime) -> None:
    world = build(now, csrf=True)
    cycle = opened(world)
    form = {"gains": "有收获。", "text": "有收获。", "version": "0", "confirmed": "PHONE"}
    assert world.client("member").post(f"/s/oral/{cycle}/M005", data=form).status_code == 403
    assert world.client("other_secretary").post(f"/s/oral/{cycle}/M005", data=form).status_code == 404
    assert world.client("other_member").post(f"/m/shuxue/{cycle}/gains", data=form).status_code == 404


def test_two_helpers_never_overwrite_each_other_unseen(world: World, cycle: str) -> None:
    browser = world.client("group_head")
    browser.get(f"/s/oral/{cycle}/M005")
    world.client("secretary").post(f"/s/oral/{cycle}/M005", data={"gains": "先写的", "confirmed": "LATER"})
    stale = {"gains": "后写的", "version-gains": "0", "confirmed": "LATER"}
    answer = browser.post(f"/s/oral/{cycle}/M005", data=stale)
    assert answer.status_code == 409
    assert "先写的" in answer.text
    assert "后写的" in answer.text
    assert said("M005") == "先写的"
    assert browser.post(f"/s/oral/{cycle}/M005", data=stale | {"version-gains": "1"}).status_code == 303
    assert said("M005") == "后写的"


def test_what_the_member_wrote_alone_is_neither_shown_nor_replaced(world: World, cycle: str) -> None:
    writing.write(
        world.members["member"], cycle, View.GAINS, "我自己写的", None, ReportChannel.SELF_PAGE, world.clock()
    )
    browser = world.client("secretary")
    page = browser.get(f"/s/oral/{cycle}/M001").text
    assert "我自己写的" not in page
    assert "您写的会接在后面" in page
    form = {"gains": "口头补的", "version-gains": "0", "confirmed": "PHONE"}
    assert browser.post(f"/s/oral/{cycle}/M001", data=form).status_code == 303
    assert said("M001") == "我自己写的\n口头补的"


def test_a_named_helper_reaches_the_branch_and_nothing_else(world: World, cycle: str) -> None:
    secretary, helper = world.client("secretary", proved=True), world.client("member")
    assert helper.get("/s/oral").status_code == 403
    form = {"member": "M001", "organization": "ZB1", "until": "2026-12-31"}
    assert secretary.post("/s/helpers", data=form).status_code == 303
    assert "到12月31日（周四）为止" in secretary.get("/s/helpers").text
    assert helper.get(f"/s/oral/{cycle}/M005").status_code == 200
    assert helper.get("/s/shuxue").status_code == 403
    assert helper.get("/s").status_code == 403
    assert secretary.post("/s/helpers/end", data=form).status_code == 303
    assert helper.get("/s/oral").status_code == 403


@pytest.mark.parametrize("wrong", [{"member": ""}, {"until": "明天"}, {"until": "2020-01-01"}])
def test_a_fault_in_naming_a_helper_is_said_on_the_page(world: World, wrong: dict[str, str]) -> None:
    form = {"member": "M001", "organization": "ZB1", "until": "2026-12-31"} | wrong
    answer = world.client("secretary", proved=True).post("/s/helpers", data=form)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert not RolePeriod.select().where(RolePeriod.role == Role.HELPER).exists()


def test_without_a_round_the_page_says_what_will_stand_there(world: World) -> None:
    oral.appoint(OPERATOR, "M001", "ZB1", world.clock(), date(2026, 12, 31))
    assert "现在没有进行中的述学" in world.client("member").get("/s/oral").text
