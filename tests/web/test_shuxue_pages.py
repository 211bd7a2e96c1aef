"""述学 on pages: a member writes, hands in, mends and reads again; the branch reads one after the other."""

from __future__ import annotations

import html
import re
from datetime import date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from models import Member, ShuxueReport, ShuxueText
from models.terms import AttendanceStatus, ConfirmedBy, CycleType, ReportChannel, ReportState, View
from services import keyring
from services.actor import OPERATOR, member_actor
from services.roll import attendance
from services.shuxue import cycles, deciding, oral, writing
from services.shuxue.cycles import CyclePlan
from tests.web.world import World, build

#: Everything that must be shown as it was typed.
ODD = "<script>alert(1)</script> ]]> {{7*7}} =1+1 𬱖 \u202eאב\u202c & \"引号\" '撇'"
PLAIN = "参加了主题党日，读了学习条例，对照自己的工作想了很多，觉得要常学常新，不能停在纸面上，要用到做事里。"


@pytest.fixture
def cycle(world: World) -> str:
    """A round of the quarter for the first branch."""
    return opened(world)


def opened(world: World, kind: CycleType = CycleType.QUARTER, due: date = date(2026, 12, 20)) -> str:
    quarter = 4 if kind is CycleType.QUARTER else 0
    plan = CyclePlan("ZB1", kind, 2026, due, quarter)
    return str(cycles.open_cycle(OPERATOR, plan, world.clock()).key)


def filled(world: World, cycle: str, who: str = "member", text: str = PLAIN, *, sent: bool = True) -> None:
    """Write all five views, and hand them in."""
    member, now = world.members[who], world.clock()
    for view in View:
        writing.write(member, cycle, view, f"{view.label}：{text}", None, ReportChannel.SELF_PAGE, now)
    if sent:
        writing.submit(member, cycle, ReportChannel.SELF_PAGE, now)


def stored(member: Member, view: View = View.GAINS) -> str | None:
    row = (
        ShuxueText.select()
        .join(ShuxueReport)
        .where(ShuxueReport.member == member, ShuxueText.view == str(view))
        .first()
    )
    return row.body if row else None


def state_of(member: Member) -> ReportState:
    found: ReportState = ShuxueReport.get(ShuxueReport.member == member).state
    return found


def textarea(page: str) -> str:
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found
    return html.unescape(found[1])


def save(browser: FlaskClient, cycle: str, text: str, **fields: Any) -> Any:
    return browser.post(f"/m/shuxue/{cycle}/gains", data={"text": text, "version": "0", **fields})


# ---------------------------------------------------------------- writing


def test_a_view_is_saved_and_the_next_one_follows(world: World, cycle: str) -> None:
    browser = world.client("member")
    answer = save(browser, cycle, ODD)
    assert (answer.status_code, answer.location) == (303, f"/m/shuxue/{cycle}/methods?done=before")
    assert stored(world.members["member"]) == ODD
    assert "上一段已存" in browser.get(answer.location).text
    assert save(browser, cycle, ODD, version="1", go="stay").location.endswith("/gains?done=saved")
    assert "已存 10:00" in browser.get(f"/m/shuxue/{cycle}/gains?done=saved").text


def test_text_is_shown_literally_on_every_page(world: World, cycle: str) -> None:
    filled(world, cycle, text=ODD)
    deciding.give_back(
        member_actor(world.members["secretary"].id), cycle, "M001", f"请看{ODD[:40]}", world.clock()
    )
    secretary, member = world.client("secretary"), world.client("member")
    pages = {
        "write": member.get(f"/m/shuxue/{cycle}/gains").text,
        "whole": member.get(f"/m/shuxue/{cycle}/whole").text,
        "overview": member.get(f"/m/shuxue/{cycle}").text,
        "read": secretary.get(f"/s/shuxue/{cycle}/M001").text,
        "conflict": save(member, cycle, f"别的{ODD}", version="0").text,
    }
    assert {name for name, page in pages.items() if "<script>alert" in page} == set()
    assert {name for name, page in pages.items() if ODD[:40] not in html.unescape(page)} == set()
    assert {name for name, page in pages.items() if ODD not in html.unescape(page)} == {"overview"}


def test_an_empty_view_opens_with_what_the_system_knows(world: World, cycle: str) -> None:
    world.clock.move(hours=3)
    attendance.call_roll(OPERATOR, world.session.key, AttendanceStatus.PRESENT, ["M001"], world.clock())
    attendance.confirm(OPERATOR, world.session.key, world.clock())
    browser = world.client("member")
    page = browser.get(f"/m/shuxue/{cycle}/gains").text
    opening = "这个季度我参加了 1 次学习，共 1.5 学时。"
    assert textarea(page).strip() == opening
    assert "您参加了 1 次学习、共 1.5 学时" in page
    assert "11月主题党日 · 学习条例" in page
    assert save(browser, cycle, opening, proposal=opening).status_code == 303
    assert stored(world.members["member"]) is None
    assert save(browser, cycle, f"{opening}很有用。", proposal=opening).status_code == 303
    assert stored(world.members["member"]) == f"{opening}很有用。"


def test_a_page_that_is_behind_shows_both_texts(world: World, cycle: str) -> None:
    browser = world.client("member")
    save(browser, cycle, "在电脑上写的")
    answer = save(browser, cycle, "在手机上写的")
    assert answer.status_code == 409
    assert textarea(answer.text).strip() == "在手机上写的"
    assert "在电脑上写的" in answer.text
    assert stored(world.members["member"]) == "在电脑上写的"
    assert save(browser, cycle, "在手机上写的", version="1", go="stay").status_code == 303
    assert stored(world.members["member"]) == "在手机上写的"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"text": "字" * 3001}, 400),
        ({"text": "一\x00二"}, 400),
        ({"version": "x"}, 400),
        ({"version": "٣"}, 400),
    ],
)
def test_what_cannot_be_saved_is_said_and_kept(
    world: World, cycle: str, form: dict[str, str], status: int
) -> None:
    answer = save(world.client("member"), cycle, **{"text": "一段话", **form})
    assert answer.status_code == status
    if "version" not in form:
        assert form["text"].replace("\x00", "") in answer.text.replace("\x00", "").replace("&#0;", "")
    assert stored(world.members["member"]) is None


def test_over_long_text_is_kept_and_says_by_how_much(world: World, cycle: str) -> None:
    browser = world.client("member")
    filled(world, cycle, sent=False)
    save(browser, cycle, "学" * 512, version="1")
    assert "多了 12 个字" in browser.get(f"/m/shuxue/{cycle}/gains").text
    refused = browser.post(f"/m/shuxue/{cycle}/submit")
    assert refused.status_code == 409
    assert "多了 12 个字" in refused.text


def test_the_page_saves_by_itself_and_answers_in_json(world: World, cycle: str) -> None:
    browser, path = world.client("member"), f"/m/shuxue/{cycle}/gains/draft"
    first = browser.post(path, data={"text": "一\r\n二", "version": "0"}).get_json()
    assert first == {"saved": True, "version": 1, "count": 3, "over": 0, "at": "10:00", "hints": None}
    again = browser.post(path, data={"text": "一\n二", "version": "0"}).get_json()
    assert (again["saved"], again["version"]) == (True, 1)
    behind = browser.post(path, data={"text": "三", "version": "0"}).get_json()
    assert behind == {"saved": False, "theirs": {"body": "一\n二", "version": 1}}
    filled(world, cycle)
    assert "已经提交" in browser.post(path, data={"text": "四", "version": "2"}).get_json()["error"]


def test_likeness_is_hinted_to_the_writer_alone(world: World, cycle: str) -> None:
    filled(world, cycle, "group_head")
    browser = world.client("member")
    said = browser.post(
        f"/m/shuxue/{cycle}/gains/draft", data={"text": PLAIN, "version": "0", "hints": "1"}
    ).get_json()
    assert "和支部里别的同志写的相近" in said["hints"][0]
    assert "李强" not in said["hints"][0]
    page = browser.get(f"/m/shuxue/{cycle}/gains?done=saved").text
    assert "和支部里别的同志写的相近" in page
    filled(world, cycle)
    assert "相近" not in world.client("secretary").get(f"/s/shuxue/{cycle}/M001").text


# ---------------------------------------------------------------- nothing typed is lost


def test_a_form_that_was_open_too_long_gives_the_text_back(db: object, now: datetime) -> None:
    world = build(now, csrf=True)
    cycle = opened(world)
    browser = world.client("member")
    answer = save(browser, cycle, ODD)
    assert answer.status_code == 400
    assert textarea(answer.text).strip() == ODD
    token = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)
    assert token
    assert save(browser, cycle, ODD, csrf_token=token[1]).status_code == 303
    assert stored(world.members["member"]) == ODD


def test_a_page_script_gets_a_new_form_token(db: object, now: datetime) -> None:
    world = build(now, csrf=True)
    cycle = opened(world)
    browser, path = world.client("member"), f"/m/shuxue/{cycle}/gains/draft"
    stale = browser.post(path, data={"text": "一", "version": "0"})
    assert (stale.status_code, stale.get_json()["stale"]) == (400, True)
    form = {"text": "一", "version": "0", "csrf_token": stale.get_json()["token"]}
    assert browser.post(path, data=form).get_json()["saved"] is True


@pytest.mark.parametrize("role", ["anonymous", "unbound"])
def test_an_ended_login_gives_the_text_back(world: World, cycle: str, role: str) -> None:
    answer = save(world.client(role), cycle, ODD)
    assert answer.status_code == 401
    assert textarea(answer.text).strip() == ODD
    assert "重新进入" in answer.text
    path = f"/m/shuxue/{cycle}/gains/draft"
    assert world.client(role).post(path, data={"text": "一", "version": "0"}).get_json()["login"]


def test_a_report_handed_in_meanwhile_gives_the_text_back(world: World, cycle: str) -> None:
    filled(world, cycle)
    answer = save(world.client("member"), cycle, ODD)
    assert answer.status_code == 409
    assert textarea(answer.text).strip() == ODD


def test_the_mark_of_the_phone_is_each_member_s_own(world: World, cycle: str) -> None:
    marks = {
        role: re.search(r'data-pocket="(\w+)"', world.client(role).get(f"/m/shuxue/{cycle}").text)
        for role in ("member", "secretary")
    }
    assert marks["member"]
    assert marks["secretary"]
    assert marks["member"][1] != marks["secretary"][1]
    assert marks["member"][1] == keyring.current().short_mac(f"pocket:{world.members['member'].id}")


# ---------------------------------------------------------------- the way of one report


def test_a_report_goes_from_the_first_word_to_acceptance_with_a_return_between(
    world: World, cycle: str
) -> None:
    member, secretary = world.client("member"), world.client("secretary")
    assert "去写" in member.get("/m/shuxue").text
    for at, view in enumerate(View):
        path = f"/m/shuxue/{cycle}/{view.value}"
        follows = member.post(path, data={"text": f"{view.label}，写好了。", "version": "0"}).location
        assert follows.startswith(f"/m/shuxue/{cycle}" + (f"/{list(View)[at + 1].value}" if at < 4 else ""))
    assert "去提交" in member.get("/m/shuxue").text
    done = member.post(f"/m/shuxue/{cycle}/submit")
    assert "已提交" in member.get(done.location).text
    list_page = secretary.get("/s/shuxue").text
    assert list_page.index("等着看的") < list_page.index("王芳") < list_page.index("李强")
    returned = secretary.post(
        f"/s/shuxue/{cycle}/M001/return", data={"common": "请补充一下接下来打算怎么做。"}
    )
    assert returned.status_code == 303
    overview = member.get(f"/m/shuxue/{cycle}").text
    assert overview.index("请补充一下接下来打算怎么做。") < overview.index("四季度述学</h1>")
    save(member, cycle, "补充：打算每周读一篇。", version="1")
    assert member.post(f"/m/shuxue/{cycle}/submit").status_code == 303
    page = secretary.get(f"/s/shuxue/{cycle}/M001").text
    assert "每一次提交的原文" in page
    assert "见收获体会，写好了。" in page
    accepted = secretary.post(f"/s/shuxue/{cycle}/M001/accept")
    assert accepted.location == f"/s/shuxue?round={cycle}&done=accept"
    assert state_of(world.members["member"]) is ReportState.ACCEPTED
    assert "支部已收" in member.get("/m/shuxue").text
    assert "补充：打算每周读一篇。" in member.get(f"/m/shuxue/{cycle}/whole").text
    assert member.get(f"/m/shuxue/{cycle}/gains").location == f"/m/shuxue/{cycle}"


def test_a_report_is_taken_back_before_acceptance_only(world: World, cycle: str) -> None:
    filled(world, cycle)
    browser = world.client("member")
    assert "收回来再改改" in browser.get(f"/m/shuxue/{cycle}").text
    assert browser.post(f"/m/shuxue/{cycle}/recall").status_code == 303
    assert state_of(world.members["member"]) is ReportState.DRAFT
    browser.post(f"/m/shuxue/{cycle}/submit")
    deciding.accept(member_actor(world.members["secretary"].id), cycle, "M001", world.clock())
    assert browser.post(f"/m/shuxue/{cycle}/recall").status_code == 409
    assert "收回来再改改" not in browser.get(f"/m/shuxue/{cycle}").text


def test_what_is_missing_is_named_on_the_same_page(world: World, cycle: str) -> None:
    browser = world.client("member")
    save(browser, cycle, "只写了一段")
    answer = browser.post(f"/m/shuxue/{cycle}/submit")
    assert answer.status_code == 409
    assert "见思想认识" in answer.text
    assert "写了 5 字" in answer.text


def test_after_the_last_day_nothing_is_held_against_anybody(world: World, cycle: str) -> None:
    browser = world.client("member")
    save(browser, cycle, "只写了一段")
    world.clock.move(days=40)
    cycles.close_due(world.clock())
    page = world.client("member").get("/m/shuxue").text
    assert "这一轮已截止，这次没有交。" in page
    assert "只写了一段" in world.client("member").get(f"/m/shuxue/{cycle}").text
    board = world.client("secretary").get(f"/s/shuxue?round={cycle}").text
    assert board.count("没有交") == 5


# ---------------------------------------------------------------- the branch


def test_reports_are_read_and_accepted_in_a_row(world: World, cycle: str) -> None:
    for who in ("member", "group_head", "former_secretary"):
        filled(world, cycle, who)
    browser = world.client("secretary")
    order = re.findall(rf"/s/shuxue/{cycle}/(M\d+)", browser.get("/s/shuxue").text)
    assert len(order) == 3
    first = browser.post(f"/s/shuxue/{cycle}/{order[0]}/accept")
    assert first.location == f"/s/shuxue/{cycle}/{order[1]}?done=accept"
    assert "还有 2 份" in browser.get(first.location).text
    second = browser.post(f"/s/shuxue/{cycle}/{order[1]}/return", data={"reason": "请补充打算。"})
    assert second.location == f"/s/shuxue/{cycle}/{order[2]}?done=return"
    third = browser.post(f"/s/shuxue/{cycle}/{order[2]}/accept")
    assert third.location == f"/s/shuxue?round={cycle}&done=accept"


def test_a_reason_is_needed_and_what_was_typed_stays(world: World, cycle: str) -> None:
    filled(world, cycle)
    browser = world.client("secretary")
    assert browser.post(f"/s/shuxue/{cycle}/M001/return", data={"reason": " "}).status_code == 400
    long = browser.post(f"/s/shuxue/{cycle}/M001/return", data={"reason": "请" * 300})
    assert (long.status_code, textarea(long.text).strip()) == (400, "请" * 300)
    assert state_of(world.members["member"]) is ReportState.SUBMITTED


def test_drafts_are_nobody_else_s_and_no_list_tells_a_length(world: World, cycle: str) -> None:
    save(world.client("member"), cycle, "还没写完的话")
    browser = world.client("secretary")
    assert browser.get(f"/s/shuxue/{cycle}/M001").status_code == 404
    page = browser.get("/s/shuxue").text
    assert "正在写" in page
    assert "还没写完的话" not in page
    assert not re.search(r"\d+ ?字", page)


def test_a_round_is_opened_with_this_quarter_suggested(world: World) -> None:
    browser = world.client("secretary")
    page = browser.get("/s/shuxue/new").text
    assert 'value="2026-12-20"' in page
    assert 'value="4" selected' in page
    form = {"organization": "ZB1", "type": "QUARTER", "year": "2026", "quarter": "4", "due": "2026-12-20"}
    answer = browser.post("/s/shuxue/new", data=form)
    assert answer.location == "/s/shuxue?round=ZB1-2026Q4&done=opened"
    again = browser.post("/s/shuxue/new", data=form)
    assert again.status_code == 400
    assert "已经开了" in again.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "X"},
        {"year": "二〇二六"},
        {"quarter": "9"},
        {"due": "2026-02-30"},
        {"due": "2020-01-01"},
        {"title": "题" * 90},
    ],
)
def test_a_fault_in_the_form_stands_beside_its_field(world: World, wrong: dict[str, str]) -> None:
    form = {"organization": "ZB1", "type": "QUARTER", "year": "2026", "quarter": "4", "due": "2026-12-20"}
    answer = world.client("secretary").post("/s/shuxue/new", data=form | wrong)
    assert answer.status_code == 400
    assert 'class="fault"' in answer.text


def test_a_member_agrees_on_the_own_phone_to_what_was_written_down(world: World, cycle: str) -> None:
    secretary = member_actor(world.members["secretary"].id)
    oral.record(secretary, cycle, "M001", {View.GAINS: "学了用得上。"}, None, world.clock())
    browser = world.client("member")
    page = browser.get(f"/m/shuxue/{cycle}").text
    assert "张伟替您写下了这些" in page
    assert "学了用得上。" in page
    assert browser.post(f"/m/shuxue/{cycle}/confirm").status_code == 303
    report = ShuxueReport.get(ShuxueReport.member == world.members["member"])
    assert (report.state, report.confirmed_how) == (ReportState.SUBMITTED, ConfirmedBy.SELF)
