"""Hours and points of a branch by name, why, corrections, questions in place, decisions (F01, F02, R111)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from models import AuditLog, HourEntry, PointDecision, PointOptIn
from models.terms import AttendanceStatus, MemberCategory
from services import feedback, hours, login, points, step_up
from services.actor import OPERATOR
from services.points import claims, judging, summaries
from services.roll import attendance
from tests.service.test_points import SAMPLE, changed_rules
from tests.web.world import OPENIDS, World

ODD = "早退 <b>半场</b> ]]> {{7*7}} =1+1 𬱖"
SHOWN = "早退 &lt;b&gt;半场&lt;/b&gt; ]]&gt; {{7*7}} =1+1 𬱖"


@pytest.fixture
def line(world: World) -> int:
    """A confirmed session of the member and the secretary; the member's line."""
    now = world.clock()
    earlier = world.new_session("11月集体学习", now - timedelta(days=14))
    attendance.call_roll(OPERATOR, earlier.key, AttendanceStatus.PRESENT, ["M001", "M003"], now)
    attendance.confirm(OPERATOR, earlier.key, now)
    return int(HourEntry.get(HourEntry.member == world.members["member"]).id)


@pytest.fixture
def secretary(world: World) -> FlaskClient:
    return world.client("secretary")


def proven(world: World, role: str = "secretary") -> FlaskClient:
    browser, token = world.app.test_client(), login.start(OPENIDS[role], world.clock())
    browser.set_cookie("shuxue", token)
    step_up.prove(OPENIDS[role], step_up.ask(OPENIDS[role], world.clock()), token, world.clock())
    return browser


# ---- hours


@pytest.mark.usefixtures("line")
def test_the_table_is_by_group_and_name_and_explains_whose_gap_it_is(secretary: FlaskClient) -> None:
    page = secretary.get("/s/hours").text
    names = re.findall(r"<strong>([^<]+)</strong>\s*<span><span", page)
    assert names == ["刘建国", "李强", "𬱖祎", "张伟", "王芳"]
    assert re.search(r"王芳</strong>\s*<span><span class=\"whole\">已记 1.5 / 应学 32，</span>", page)
    assert page.count("<span>支部安排不足</span>") == 5
    assert "先安排学习，不算任何人的短缺" in page
    assert '支部已开 1.5，</span><span class="whole">已安排 1.5' in page
    for word in ("sort", "排名", "名次", "%", "<th"):
        assert word not in page
    assert secretary.get("/s/hours?sort=credited").text.count("王芳") == page.count("王芳")


@pytest.mark.usefixtures("line")
def test_the_branch_reads_the_same_lines_as_the_member(world: World, secretary: FlaskClient) -> None:
    theirs, own = secretary.get("/s/hours/M001").text, world.client("member").get("/m/hours").text
    for words in ("11月集体学习", "点名", "由系统确认", "规则：按时到会"):
        assert words in theirs
        assert words in own
    year = hours.view(world.members["member"], 2026, world.clock())
    table = secretary.get("/s/hours").text
    assert (year.credited, year.planned) == (150, 150)
    assert "已记 1.5 / 应学 32" in table


def test_a_correction_stands_on_both_pages_with_its_reason_in_plain_words(
    world: World, secretary: FlaskClient, line: int
) -> None:
    way = f"/s/hours/M001/lines/{line}"
    assert f'href="{way}"' in secretary.get("/s/hours/M001").text
    form = secretary.get(way).text
    assert 'value="1.5"' in form
    assert "请上级党务干部退回重核" in form
    for typed, reason, fault in (
        ("30", ODD, "学时数不对"),
        ("x", ODD, "没有看懂"),
        ("1", " ", "还没有填原因"),
    ):
        answer = secretary.post(way, data={"hours": typed, "reason": reason})
        assert answer.status_code == 400
        assert fault in answer.text
        assert f'value="{typed}"' in answer.text
        assert (SHOWN in answer.text) == (reason == ODD)
    answer = secretary.post(way, data={"hours": "1", "reason": ODD})
    assert answer.location == "/s/hours/M001?year=2026&done=corrected"
    for page in (secretary.get(answer.location).text, world.client("member").get("/m/hours").text):
        assert "更正：11月集体学习" in page
        assert f"这一笔的学时支部作了更正，原因：{SHOWN}。" in page
        assert "张伟 11月21日（周六）更正" in page
        assert "−0.5" in page
    assert "更正以后，这一笔计 1 学时" in secretary.get("/s/hours/M001").text
    assert secretary.post(way, data={"hours": "1", "reason": "再按一次"}).status_code == 400
    secretary.post(way, data={"hours": "1.5", "reason": "原来的对。"})
    page = world.client("member").get("/m/hours").text
    assert "收回更正：11月集体学习" in page
    assert "以前的更正收回，原因：原来的对。" in page
    assert "张伟 11月21日（周六）收回" in page


def test_the_secretarys_own_line_is_for_the_officer_above(
    world: World, secretary: FlaskClient, line: int
) -> None:
    own = HourEntry.get(HourEntry.member == world.members["secretary"]).id
    page = secretary.get("/s/hours/M003").text
    assert "自己的学时不能自己更正" in page
    assert "不对，更正" not in page
    assert secretary.get(f"/s/hours/M003/lines/{own}").status_code == 409
    officer = world.client("officer")
    assert "退回重核</a>" in officer.get(f"/s/hours/M003/lines/{own}").text
    assert officer.get(f"/s/hours/M001/lines/{line}").status_code == 404
    assert secretary.get(f"/s/hours/M001/lines/{10**15}").status_code == 404


def test_a_question_is_answered_beside_its_line(world: World, secretary: FlaskClient, line: int) -> None:
    now, member = world.clock(), world.members["member"]
    key = feedback.ask(member, "hours", str(line), ODD, now)
    page = secretary.get("/s/hours/M001").text
    assert page.index(f'id="line-{line}"') < page.index(SHOWN) < page.index("回复本人")
    assert f'href="/s/hours/M001?year=2026#line-{line}"' in secretary.get(f"/s/feedback/{key}").text
    way = f"/s/hours/M001/answer/{key}"
    fault = secretary.post(way, data={"words": "很" * 1001, "year": "2026"})
    assert (fault.status_code, "多了 1 个字" in fault.text, "很" * 1001 in fault.text) == (400, True, True)
    empty = secretary.post(way, data={"words": "", "year": "2026"})
    assert (empty.status_code, "还没有填" in empty.text) == (400, True)
    answer = secretary.post(way, data={"words": "那天算全场", "year": "2026"})
    assert answer.location == f"/s/hours/M001?year=2026&done=answered#line-{line}"
    assert "那天算全场" in secretary.get("/s/hours/M001").text
    assert "回复本人" not in secretary.get("/s/hours/M001").text
    assert "那天算全场" in world.client("member").get(f"/m/ask/hours/{line}").text
    assert secretary.post(way, data={"words": "再答一次"}).status_code == 409
    assert secretary.post("/s/hours/M001/answer/" + "x" * 20, data={"words": "a"}).status_code == 404


# ---- points


@pytest.mark.usefixtures("line")
def test_points_stand_by_name_with_their_word_and_every_line_says_why(
    world: World, secretary: FlaskClient
) -> None:
    page = secretary.get("/s/points").text
    assert re.search(r"王芳</strong><span>61 分（平稳）", page)
    for word in ("名次", "排名", "百分位", "sort"):
        assert word not in page
    now, member = world.clock(), world.members["member"]
    claim = claims.file(member, "helping", (now - timedelta(days=1)).date(), "帮老人取药", now)
    judging.approve(OPERATOR, claim.key, now)
    page = secretary.get("/s/points/M001").text
    for words in ("11月集体学习", "帮老人取药", "基础分", f'href="/s/claims/{claim.key}"'):
        assert words in page
    judging.reverse(OPERATOR, claim.key, "记错了", now)
    assert f'href="/s/claims/{claim.key}"' not in secretary.get("/s/points/M001").text


@pytest.mark.usefixtures("line")
def test_a_frozen_period_shows_which_revision_it_is(world: World, secretary: FlaskClient) -> None:
    summaries.freeze_due(world.clock())
    assert "定下；第" not in secretary.get("/s/points/M001").text
    held = world.new_session("2月党课", world.clock() - timedelta(days=280))
    attendance.call_roll(OPERATOR, held.key, AttendanceStatus.PRESENT, ["M001"], world.clock())
    attendance.confirm(OPERATOR, held.key, world.clock())
    page = secretary.get("/s/points/M001").text
    assert "定下，第 2 次：这一期的记分后来有更正，重新小结" in page


@pytest.mark.usefixtures("line")
def test_who_is_out_is_written_down_on_the_own_word_and_by_nobody_else(
    world: World, secretary: FlaskClient
) -> None:
    elder = world.members["elder"]
    elder.category = MemberCategory.RETIRED
    elder.save()
    page = secretary.get("/s/points").text
    assert page.index("不参加积分的（1）") < page.index("𬱖祎")
    assert "本人愿意，替他登记参加" in secretary.get("/s/points/M005").text
    answer = secretary.post("/s/points/M005/part", data={"part": "in"}, follow_redirects=True)
    assert "已登记参加" in answer.text
    assert "<strong>60</strong> 分" in answer.text
    audited = AuditLog.get(AuditLog.action == "points.opted_in")
    assert (audited.actor, audited.subject) == (world.members["secretary"].id, str(elder.id))
    answer = secretary.post("/s/points/M005/part", data={"part": "out"}, follow_redirects=True)
    assert "以前记的都在" in answer.text
    assert PointOptIn.get().until is not None
    assert secretary.post("/s/points/M005/part", data={"part": "x"}).status_code == 400
    assert secretary.post("/s/points/M003/part", data={"part": "in"}).status_code == 409
    for role in ("other_secretary", "officer"):
        assert world.client(role).post("/s/points/M005/part", data={"part": "in"}).status_code == 404


@pytest.mark.usefixtures("line")
def test_the_shipped_rules_leave_nothing_to_decide(secretary: FlaskClient) -> None:
    page = secretary.get("/s/points/M001/decision").text
    assert "没有扣分事项" in page
    assert "<fieldset" not in page


@pytest.mark.usefixtures("line")
def test_a_decision_needs_proof_a_body_a_day_and_a_reason_and_can_be_withdrawn(
    world: World, secretary: FlaskClient, tmp_path: object
) -> None:
    changed_rules(tmp_path, SAMPLE, ("enabled = false", "enabled = true"))
    way = "/s/points/M001/decision"
    assert secretary.get(way).location == "/auth/step-up?next=/s/points/M001/decision"
    good = {
        "item": "unexcused", "body": "支部委员会", "day": "2026-11-10", "decided_on": "2026-11-20",
        "reason": ODD, "points": "9900", "member": "M101",
    }  # fmt: skip
    assert secretary.post(way, data=good).status_code == 401
    browser = proven(world)
    assert "一票否决" in browser.get(way).text
    faults = {
        "item": "还没有选是哪一项", "body": "还没有选由谁决定", "day": "还没有填日期",
        "reason": "还没有填原因",
    }  # fmt: skip
    for field, fault in faults.items():
        answer = browser.post(way, data=good | {field: ""})
        assert (answer.status_code, fault in answer.text) == (400, True)
        assert (SHOWN in answer.text) == (field != "reason")
    for wrong in ({"item": "none"}, {"body": "我"}, {"day": "x"}, {"day": "2026-12-30"}):
        assert browser.post(way, data=good | wrong).status_code == 400
    assert PointDecision.select().count() == 0
    assert browser.post(way, data=good).location == "/s/points/M001?done=decided"
    assert points.view(world.members["member"], None, world.clock()).score == 5900
    for page in (browser.get("/s/points/M001").text, world.client("member").get("/m/points").text):
        assert SHOWN in page
        assert "支部委员会" in page
    undo = f"{way}/{PointDecision.get().id}/withdraw"
    empty = browser.post(undo, data={"reason": ""})
    assert (empty.status_code, "还没有填原因" in empty.text) == (400, True)
    assert browser.post(undo, data={"reason": "复核后不成立"}).location == "/s/points/M001?done=withdrawn"
    assert browser.post(undo, data={"reason": "再一次"}).status_code == 409
    assert points.view(world.members["member"], None, world.clock()).score == 6100
    assert "复核后不成立" in browser.get("/s/points/M001").text
    assert browser.post(way, data=good | {"item": "veto"}).status_code == 303
    assert points.view(world.members["member"], None, world.clock()).score == 0


def test_a_question_about_points_is_answered_in_place(
    world: World, secretary: FlaskClient, line: int
) -> None:
    assert line
    member = world.members["member"]
    entry = points.view(member, None, world.clock()).lines[0].entry_id
    key = feedback.ask(member, "points", str(entry), "为什么是 1 分", world.clock())
    assert "为什么是 1 分" in secretary.get("/s/points/M001").text
    answer = secretary.post(f"/s/points/M001/answer/{key}", data={"words": "每次学习 1 分"})
    assert answer.location.endswith(f"done=answered#line-{entry}")
    assert "每次学习 1 分" in secretary.get("/s/points/M001").text
