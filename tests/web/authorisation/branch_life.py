"""The branch's year: its leaders and those above; notices and surveys: the members whom they are for."""

from __future__ import annotations

from datetime import timedelta

from models.terms import Area, SessionKind
from services.actor import member_actor
from services.branch_life import branch_notices, lectures, plan, surveys
from services.branch_life.branch_notices import NewNotice
from services.branch_life.lectures import NewLecture
from services.branch_life.plan import Entry as Planned
from services.branch_life.surveys import NewSurvey
from services.clock import civil_day
from services.policy.surveys import Ask, Question
from tests.web.authorisation.entry import MEMBERS, Entry
from tests.web.world import World

#: Those who lead a branch or look after one; a group's head does not.
LEADING = (302, 302, 403, 403, 403, 200, 200, 200, 403)
#: A thing of the secretary's branch: also the officer above; 404 to another branch's secretary.
OWN = (302, 302, 403, 403, 403, 200, 404, 200, 403)
OWN_POST = (401, 303, 403, 403, 403, 303, 404, 303, 403)
#: Unknown to everybody who leads.
NONE = (302, 302, 403, 403, 403, 404, 404, 404, 403)
NONE_POST = (401, 303, 403, 403, 403, 404, 404, 404, 403)
#: For the members of the branch, whatever they hold; the others are of the branch next door.
OURS = (302, 302, 200, 404, 200, 200, 404, 404, 200)
OURS_POST = (401, 303, 303, 404, 303, 303, 404, 404, 303)
#: Settled from above: the branch itself hears that nothing is there.
ABOVE = (302, 302, 403, 403, 403, 404, 404, 200, 403)
ABOVE_POST = (401, 303, 403, 403, 403, 404, 404, 303, 403)
_EXEMPT = "/s/branches/<code>/exempt"
_GONE = "x" * 20
_LINE = {"month-0": "12", "kind-0": "THEME_DAY", "title-0": "学习党章", "areas-0": "RULES", "minutes-0": "90"}
_WHERE = {"organization": "ZB1"}
_WHEN = {"day": "2026-12-01", "time": "14:00"}
_CHANGED = {"month": "12", "kind": "THEME_DAY", "title": "别的", "areas": "RULES", "minutes": "60"}
_LECTURE = {"title": "长征路上", "speaker": "王芳", "area": "TRADITION", "minutes": "15"}
_SURVEY = {
    "title": "想学什么", "until": "2026-12-01", "count": "1", "words-0": "还想说什么", "ask-0": "words",
}  # fmt: skip


def prepare(world: World) -> dict[str, str]:
    """Give the secretary's branch a line of the plan, a notice, a survey and a lecture."""
    now, actor = world.clock(), member_actor(world.members["secretary"].id)
    until = civil_day(now) + timedelta(days=7)
    line = Planned(11, SessionKind.THEME_DAY, "学习党章", (Area.RULES,), 90)
    plan.add(actor, "ZB1", 2025, [line], now)
    plan.add(actor, "ZB1", 2026, [line], now)
    question = Question(Ask.ONE, "几点合适", ("上午", "下午"))
    return {
        "line": plan.of_year(actor, "ZB1", 2026, now)[1][0].key,
        "notice": branch_notices.publish(actor, "ZB1", NewNotice("开会", "请带笔记本", until), now),
        "survey": surveys.create(actor, "ZB1", NewSurvey("几点", (question,), until), now),
        "lecture": lectures.add(actor, "ZB1", NewLecture("党史", "王芳", "TRADITION", 15), now),
    }


ENTRIES = [
    Entry("GET", _EXEMPT, "/s/branches/ZB1/exempt", ABOVE),
    Entry("GET", _EXEMPT, "/s/branches/DW/exempt", NONE),
    Entry(
        "POST", _EXEMPT, "/s/branches/ZB1/exempt", ABOVE_POST, {"kinds": "THEME_DAY", "reason": "只有三位"},
        proved=True,
    ),
    Entry("GET", "/s/cadence", "/s/cadence", LEADING),
    Entry("GET", "/s/cadence", "/s/cadence?org=ZB1", OWN),
    Entry("GET", "/s/cadence", "/s/cadence?org=DW", NONE),
    Entry("GET", "/s/branches", "/s/branches", LEADING),
    Entry("GET", "/s/about", "/s/about", LEADING),
    Entry("GET", "/s/plan-year", "/s/plan-year", LEADING),
    Entry("GET", "/s/plan-year", "/s/plan-year?org=ZB1", OWN),
    Entry("GET", "/s/plan-year/new", "/s/plan-year/new?org=ZB1", OWN),
    Entry("POST", "/s/plan-year/new", "/s/plan-year/new", OWN_POST, _WHERE | {"year": "2026"} | _LINE),
    Entry("POST", "/s/plan-year/copy", "/s/plan-year/copy", OWN_POST, _WHERE | {"year": "2026"}),
    Entry("GET", "/s/plan-year/<key>", "/s/plan-year/{line}", OWN),
    Entry("GET", "/s/plan-year/<key>", f"/s/plan-year/{_GONE}", NONE),
    Entry("POST", "/s/plan-year/<key>/session", "/s/plan-year/{line}/session", OWN_POST, _WHEN),
    Entry(
        "POST", "/s/plan-year/<key>/session", "/s/plan-year/{line}/session", NONE_POST,
        _WHEN | {"group": "ZB2"},
    ),
    Entry("POST", "/s/plan-year/<key>/change", "/s/plan-year/{line}/change", OWN_POST, _CHANGED),
    Entry("POST", "/s/plan-year/<key>/remove", "/s/plan-year/{line}/remove", OWN_POST),
    Entry("GET", "/s/notices", "/s/notices", LEADING),
    Entry("GET", "/s/notices/new", "/s/notices/new", LEADING),
    Entry(
        "POST", "/s/notices/new", "/s/notices/new", OWN_POST,
        _WHERE | {"title": "开会", "body": "请带笔记本", "until": "2026-12-01"},
    ),
    Entry("GET", "/s/notices/<key>", "/s/notices/{notice}", OWN),
    Entry("POST", "/s/notices/<key>/withdraw", "/s/notices/{notice}/withdraw", OWN_POST),
    Entry("GET", "/s/surveys", "/s/surveys", LEADING),
    Entry("GET", "/s/surveys/new", "/s/surveys/new", LEADING),
    Entry("POST", "/s/surveys/new", "/s/surveys/new", OWN_POST, _WHERE | _SURVEY),
    Entry("GET", "/s/surveys/<key>", "/s/surveys/{survey}", OWN),
    Entry("POST", "/s/surveys/<key>/close", "/s/surveys/{survey}/close", OWN_POST),
    Entry("GET", "/s/surveys/<key>/paper", "/s/surveys/{survey}/paper", OWN),
    Entry(
        "POST", "/s/surveys/<key>/paper", "/s/surveys/{survey}/paper", OWN_POST, {"member": "M005", "a0": "1"}
    ),
    Entry(
        "POST", "/s/surveys/<key>/paper", "/s/surveys/{survey}/paper", NONE_POST,
        {"member": "M101", "a0": "1"},
    ),
    Entry("GET", "/s/lectures", "/s/lectures", LEADING),
    Entry("GET", "/s/lectures/new", "/s/lectures/new", LEADING),
    Entry("POST", "/s/lectures/new", "/s/lectures/new", OWN_POST, _WHERE | _LECTURE),
    Entry("POST", "/s/lectures/<key>/remove", "/s/lectures/{lecture}/remove", OWN_POST),
    Entry(
        "GET", "/s/sessions/new", "/s/sessions/new?lecture={lecture}",
        (302, 302, 403, 403, 404, 200, 404, 200, 403),
    ),
    Entry("GET", "/m/branch-notices", "/m/branch-notices", MEMBERS),
    Entry("GET", "/m/branch-notices/<key>", "/m/branch-notices/{notice}", OURS),
    Entry("GET", "/m/surveys", "/m/surveys", MEMBERS),
    Entry("GET", "/m/surveys/<key>", "/m/surveys/{survey}", OURS),
    Entry("POST", "/m/surveys/<key>", "/m/surveys/{survey}", OURS_POST, {"a0": "0"}),
]  # fmt: skip
