"""The branch's year on its pages: what is typed stays, what is planned becomes a session, no name shows."""

from __future__ import annotations

from models import MicroLecture, PlanItem, StudySession, Survey, SurveyAnswer
from tests.web.authorisation.branch_life import prepare
from tests.web.world import World


def test_a_year_is_planned_and_a_line_becomes_a_session(world: World) -> None:
    browser = world.client("secretary")
    form = {
        "organization": "ZB1", "year": "2026", "count": "3", "month-0": "11", "kind-0": "THEME_DAY",
        "title-0": "学习党章", "areas-0": ["RULES", "THEORY"], "minutes-0": "90", "month-2": "12",
        "kind-2": "PARTY_LECTURE", "title-2": "书记上党课", "areas-2": "THEORY", "minutes-2": "60",
    }  # fmt: skip
    assert browser.post("/s/plan-year/new", data=form).status_code == 303
    assert "本月计划里还有 1 次没安排" in browser.get("/s").text
    assert "本月计划里还有 1 次没安排" in browser.get("/s/cadence").text
    page = browser.get("/s/plan-year").text
    assert page.index("学习党章") < page.index("书记上党课")
    key = PlanItem.get(title="学习党章").key
    assert 'value="党员活动室"' in browser.get(f"/s/plan-year/{key}").text
    bad = browser.post(
        f"/s/plan-year/{key}/session", data={"day": "2026-02-31", "time": "9", "place": "礼堂"}
    )
    assert (bad.status_code, 'value="礼堂"' in bad.text, "请选日期" in bad.text) == (400, True, True)
    far = browser.post(f"/s/plan-year/{key}/session", data={"day": "2031-02-01", "time": "09:00"})
    assert (far.status_code, "开始时间不对" in far.text) == (400, True)
    done = browser.post(f"/s/plan-year/{key}/session", data={"day": "2026-11-25", "time": "14:00"})
    session = StudySession.get(title="学习党章")
    assert done.location.startswith(f"/s/sessions/{session.key}")
    assert "没安排" not in browser.get("/s").text
    assert "已安排在" in browser.get(f"/s/plan-year/{key}").text


def test_a_fault_in_one_line_keeps_all_that_was_typed(world: World) -> None:
    browser = world.client("secretary")
    form = {
        "organization": "ZB1",
        "year": "2026",
        "count": "2",
        "title-0": "甲",
        "month-0": "11",
        "minutes-0": "x",
    }
    answer = browser.post("/s/plan-year/new", data=form)
    assert answer.status_code == 400
    for words in ('value="甲"', "请填分钟数", "请选一种学习形式", "请至少选一项学习内容"):
        assert words in answer.text
    assert "请至少填一行" in browser.post("/s/plan-year/new", data={"organization": "ZB1"}).text
    more = browser.post("/s/plan-year/new", data=form | {"more": "1"})
    assert (more.status_code, "第 5 项" in more.text, 'value="甲"' in more.text) == (200, True, True)
    assert not PlanItem.select().exists()
    for year in ("1999", "abcd", "２０２６"):
        assert browser.get(f"/s/plan-year?year={year}").status_code == 400


def test_those_above_see_branches_by_name_and_no_member(world: World) -> None:
    page = world.client("officer").get("/s/branches").text
    assert page.index("城东第一党支部") < page.index("城西第三党支部")
    assert "已安排 1 次" in page
    for member in world.members.values():
        assert member.name not in page
    for page_ in ("0", "x", "99999", "9999"):
        assert world.client("officer").get(f"/s/branches?page={page_}").status_code == 200
    assert "各支部的安排" in world.client("officer").get("/s").text
    assert "支部一年" not in world.client("group_head").get("/s").text


def test_the_branchs_own_page_names_what_is_missing_as_advice(world: World) -> None:
    page = world.client("secretary").get("/s/cadence").text
    for words in (
        "本月",
        "主题党日",
        "已安排 1 次",
        "还没有安排",
        "（第一党小组）",
        "民主评议党员",
        "不考核、不排名",
    ):
        assert words in page
    assert "革命传统" in page[page.index("今年还没有学到") :]


def test_a_notice_is_one_line_on_the_home_and_a_page_of_its_own(world: World) -> None:
    desk, reader = world.client("secretary"), world.client("member")
    form = {"organization": "ZB1", "title": "周四开会", "body": "<b>请带</b>\n笔记本", "until": "2026-12-01"}
    assert desk.post("/s/notices/new", data=form).status_code == 303
    home = reader.get("/m").text
    assert "通知：周四开会" in home
    page = reader.get("/m/branch-notices").text
    assert "周四开会" in page
    key = page.split('href="/m/branch-notices/')[1][:20]
    assert "&lt;b&gt;请带&lt;/b&gt;\n笔记本" in reader.get(f"/m/branch-notices/{key}").text
    assert "周四开会" not in world.client("other_member").get("/m").text
    desk.post(f"/s/notices/{key}/withdraw")
    assert "周四开会" not in reader.get("/m").text
    assert reader.get(f"/m/branch-notices/{key}").status_code == 404


def test_a_notice_that_cannot_be_keeps_what_was_typed(world: World) -> None:
    browser = world.client("secretary")
    form = {"organization": "ZB1", "title": "周四开会", "body": "", "until": "2031-01-01"}
    answer = browser.post("/s/notices/new", data=form)
    assert (answer.status_code, 'value="周四开会"' in answer.text) == (400, True)
    assert "请选今天到 90 天以内的一天" in answer.text
    assert "还没有填日期" in browser.post("/s/notices/new", data=form | {"until": ""}).text
    assert browser.post("/s/notices/new", data=form | {"organization": "ZB2"}).status_code in (400, 404)


def test_a_survey_is_asked_answered_and_read(world: World) -> None:
    desk = world.client("secretary")
    form = {
        "organization": "ZB1", "title": "想学什么", "until": "2026-12-01", "count": "3", "words-0": "几点",
        "ask-0": "one", "choices-0": "上午\n下午\n", "words-2": "还想说什么", "ask-2": "words",
    }  # fmt: skip
    more = desk.post("/s/surveys/new", data=form | {"more": "1"})
    assert (more.status_code, "第 6 题" in more.text, 'value="几点"' in more.text) == (200, True, True)
    wrong = desk.post("/s/surveys/new", data=form | {"words-2": ""} | {"choices-2": "是"})
    assert (wrong.status_code, 'id="fault-q2"' in wrong.text) == (400, True)
    assert desk.post("/s/surveys/new", data=form).status_code == 303
    key = Survey.get().key
    for role in ("member", "group_head", "former_secretary"):
        browser = world.client(role)
        assert "问卷：想学什么" in browser.get("/m").text
        empty = browser.post(f"/m/surveys/{key}", data={"a1": " "})
        assert (empty.status_code, "请至少答一题" in empty.text) == (400, True)
        forged = browser.post(f"/m/surveys/{key}", data={"a0": "9", "a1": "话"})
        assert (forged.status_code, "没有这一项" in forged.text, "话</textarea>" in forged.text) == (
            400,
            True,
            True,
        )
        assert browser.post(f"/m/surveys/{key}", data={"a0": "1", "a1": f"{role}写的"}).status_code == 303
        assert "您已经填好了" in browser.get(f"/m/surveys/{key}").text
        assert browser.post(f"/m/surveys/{key}", data={"a0": "1"}).status_code == 409
    paper = {"member": "M005", "a0": "0"}
    assert "还没有选是谁的一份" in desk.post(f"/s/surveys/{key}/paper", data={"a0": "0"}).text
    assert desk.post(f"/s/surveys/{key}/paper", data=paper).status_code == 303
    again = desk.post(f"/s/surveys/{key}/paper", data=paper)
    assert (again.status_code, "一人一份" in again.text) == (400, True)
    page = desk.get(f"/s/surveys/{key}").text
    assert "结束以后才看得到" in page
    assert "写的" not in page
    desk.post(f"/s/surveys/{key}/close")
    page = desk.get(f"/s/surveys/{key}").text
    assert "<td>3</td>" in page
    assert "member写的" in page
    assert "王芳" not in page
    assert "%" not in page.split("<main")[1]
    assert SurveyAnswer.select().count() == 4


def test_a_lecture_fills_in_a_new_session(world: World) -> None:
    browser = world.client("secretary")
    form = {
        "organization": "ZB1",
        "title": "长征路上",
        "speaker": "王芳",
        "area": "TRADITION",
        "minutes": "15",
    }
    wrong = browser.post("/s/lectures/new", data=form | {"minutes": "很久", "words": "讲稿"})
    assert (wrong.status_code, "时长不对" in wrong.text, "讲稿</textarea>" in wrong.text) == (400, True, True)
    assert browser.post("/s/lectures/new", data=form).status_code == 303
    key = MicroLecture.get().key
    assert f"lecture={key}" in browser.get("/s/lectures").text
    page = browser.get(f"/s/sessions/new?lecture={key}").text
    for words in (
        'value="微党课 · 长征路上"',
        'value="30"',
        'value="TRADITION" checked',
        'value="PARTY_LECTURE" selected',
    ):
        assert words in page
    assert browser.get("/s/sessions/new?lecture=unknown").status_code == 404


def test_a_long_silence_is_said_with_the_way_to_an_orderly_end(world: World) -> None:
    assert "好久没有用了" not in world.client("secretary").get("/s").text
    world.clock.move(days=62)
    page = world.client("secretary").get("/s").text
    assert "好久没有用了" in page
    assert "上一次用是" in world.client("secretary").get("/s/about").text
    assert "备案" in world.client("secretary").get("/s/about").text


def test_prepared_things_are_found_by_their_addresses(world: World) -> None:
    made = prepare(world)
    browser = world.client("secretary")
    for path in ("/s/plan-year/{line}", "/s/notices/{notice}", "/s/surveys/{survey}", "/m/surveys/{survey}"):
        assert browser.get(path.format(**made)).status_code == 200
    copied = browser.post("/s/plan-year/copy", data={"organization": "ZB1", "year": "2027"})
    assert copied.location.endswith("done=copied")
    assert browser.post("/s/plan-year/copy", data={"organization": "ZB1", "year": "2027x"}).status_code == 400
