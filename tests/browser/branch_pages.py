"""The pages of the branch's year, and one of everything that they show."""

from __future__ import annotations

import json
from datetime import timedelta

from models import BranchNotice, MicroLecture, PlanItem, Survey, SurveyAnswer
from models.terms import Area, SessionKind, SurveyState
from services.clock import civil_day
from tests.service.test_desk import k
from tests.web.world import World

#: For a member.
MEMBERS = {
    "branch notices": "/m/branch-notices",
    "a branch notice": "/m/branch-notices/" + k("n"),
    "surveys": "/m/surveys",
    "a survey": "/m/surveys/" + k("s"),
}
#: For those who lead.
DESK = {
    "cadence": ("secretary", "/s/cadence"),
    "branches": ("officer", "/s/branches"),
    "what is not asked of a branch": ("officer", "/s/branches/ZB1/exempt"),
    "about": ("secretary", "/s/about"),
    "plan of the year": ("officer", "/s/plan-year?org=ZB1"),
    "lines of a plan": ("secretary", "/s/plan-year/new"),
    "a line of the plan": ("secretary", "/s/plan-year/" + k("l")),
    "notices of the branch": ("secretary", "/s/notices"),
    "new notice": ("officer", "/s/notices/new"),
    "a notice of the branch": ("secretary", "/s/notices/" + k("n")),
    "surveys of the branch": ("secretary", "/s/surveys"),
    "new survey": ("secretary", "/s/surveys/new"),
    "an open survey": ("secretary", "/s/surveys/" + k("s")),
    "a paper sheet": ("secretary", "/s/surveys/" + k("s") + "/paper"),
    "results": ("secretary", "/s/surveys/" + k("t")),
    "lectures": ("secretary", "/s/lectures"),
    "new lecture": ("secretary", "/s/lectures/new"),
    "session of a lecture": ("secretary", "/s/sessions/new?lecture=" + k("m")),
}
_QUESTIONS = [
    {"ask": "one", "words": "几点开会合适", "choices": ["上午", "下午", "晚上"]},
    {"ask": "some", "words": "想学什么", "choices": ["民法典", "党史", "手机怎么用"]},
    {"ask": "words", "words": "还想说什么", "choices": []},
]


def fill(world: World) -> None:
    """Plan, say, ask and lecture once each; a second survey has ended with four sheets."""
    now, branch = world.clock(), world.branch
    until = civil_day(now) + timedelta(days=7)
    for key, month in ((k("l"), 11), (k("l2"), 12)):
        PlanItem.create(
            key=key, organization=branch, year=2026, month=month, kind=SessionKind.GROUP_MEETING,
            title="学习条例", areas="RULES,SKILLS", minutes=90, at=now,
        )  # fmt: skip
    BranchNotice.create(
        key=k("n"), organization=branch, title="周四学习请带笔记本", at=now, until=until,
        body="地点改在二楼。\n行动不便的同志请先说一声。",
    )  # fmt: skip
    for key, state in ((k("s"), SurveyState.OPEN), (k("t"), SurveyState.CLOSED)):
        Survey.create(
            key=key, organization=branch, title="明年想学什么", questions=json.dumps(_QUESTIONS),
            state=state, until=until, at=now,
        )  # fmt: skip
    ended = Survey.get(Survey.key == k("t"))
    for at in range(4):
        SurveyAnswer.create(key=k(f"a{at}"), survey=ended, answers=json.dumps([at % 3, [0, 1], "讲讲社保"]))
    MicroLecture.create(
        key=k("m"), organization=branch, title="长征路上的半条被子", speaker="王芳", area=Area.TRADITION,
        minutes=15, words="讲稿在活动室。", at=now,
    )  # fmt: skip
