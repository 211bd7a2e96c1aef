"""What waits on the desk of a branch: the pages where one thing after another is decided."""

from __future__ import annotations

from datetime import datetime, timedelta

from models import ExternalStudy, Leave, MakeUp, Member, PointClaim
from models.terms import (
    AttendanceStatus,
    ClaimState,
    CreditKind,
    ExternalKind,
    LeaveKind,
    MakeUpMode,
    MakeUpState,
    ReportChannel,
    View,
)
from services import cards
from services.actor import OPERATOR
from services.clock import civil_day
from services.roll import attendance
from services.shuxue import writing
from tests.service.test_desk import k
from tests.web.world import World

DESK = {
    "a claim to decide": ("secretary", "/s/claims/" + k("c4")),
    "an objection": ("secretary", "/s/claims/" + k("c5")),
    "a claim told": ("secretary", "/s/claims/new"),
    "a leave to decide": ("secretary", "/s/leave/" + k("l2")),
    "a make-up to decide": ("secretary", "/s/make-ups/" + k("u2")),
    "an external to decide": ("secretary", "/s/external/" + k("e")),
    "a report to accept": ("secretary", "/s/shuxue/A/M002"),
    "who changed a report for leaders": ("secretary", "/s/trail/report/A/M002"),
    "whose roles": ("officer", "/s/roles"),
    "roles": ("secretary", "/s/roles"),
    "roles of a committee": ("officer", "/s/roles?org=DW"),
    "handed over": ("former_secretary", "/s/roles/handed-over"),
    "a screen": ("anonymous", "/s/sessions/{key}/screen?k={screen}"),
    "a list that is empty": ("other_secretary", "/s/claims"),
    "today of a group head": ("group_head", "/s"),
    "today of an officer": ("officer", "/s"),
    "home of a guest": ("other_member", "/m"),
    "hours from nothing": ("other_member", "/m/hours"),
}
_SAID = {
    View.UNDERSTANDING: "这个季度学习了全会精神，对高质量发展有了更深的认识。",
    View.SPIRIT: "参加学习比以前积极，也带动了邻居一起来听。",
    View.GOALS: "下个季度读完民法典的两编，讲一次微党课。",
    View.GAINS: "学会了用手机办社保。\n帮三位老人办好了认证。",
    View.METHODS: "每天读半小时，周五写几句。",
}


def fill(world: World) -> dict[str, str]:
    """Let the head of the group wait for one answer of each kind; return the names that addresses need."""
    now, who, branch = world.clock(), world.members["group_head"], world.branch
    _claims(world, who)
    asked = dict(branch=branch, session=world.session, member=who)
    Leave.create(key=k("l2"), kind=LeaveKind.FAMILY, words="送孙子上学", filed_at=now, **asked)
    held = world.new_session("10月党课 · 长征精神", now - timedelta(days=22))
    attendance.call_roll(OPERATOR, held.key, AttendanceStatus.PARTIAL, ["M001"], now)
    attendance.confirm(OPERATOR, held.key, now)
    _make_up(MakeUp.get(MakeUp.session == held, MakeUp.member == who), now)
    ExternalStudy.create(
        key=k("e"), member=who, branch=branch, org_name="市委党校", title="支部书记培训班", hours=800,
        day=civil_day(now) - timedelta(days=9), credit_kind=CreditKind.CENTRALISED, kind=ExternalKind.OTHER,
        words="两天，有结业证书",
    )  # fmt: skip
    for view, body in _SAID.items():
        writing.write(who, "A", view, body, None, ReportChannel.SELF_PAGE, now)
    writing.submit(who, "A", ReportChannel.SELF_PAGE, now)
    card = cards.make(OPERATOR, ["M005"], world.scene_qr, now)[0]
    return {"part": str(held.key), "card": card.issued.code}


def _claims(world: World, who: Member) -> None:
    now = world.clock()
    for key, item, state, more in (
        ("c4", "service", ClaimState.SUBMITTED, {}),
        (
            "c5",
            "helping",
            ClaimState.OBJECTED,
            {"reason": "日期不对。", "objection": "那天确实去了，李强同志也在。"},
        ),
    ):
        PointClaim.create(
            key=k(key), branch=world.branch, member=who, month="2026-11", item=item, points=200,
            edition="2026版", day=civil_day(now) - timedelta(days=3), state=state, filed_at=now,
            words="帮社区清理楼道，和三位邻居一起。", objected_at=now if more else None, **more,
        )  # fmt: skip


def _make_up(row: MakeUp, now: datetime) -> None:
    row.key, row.state, row.mode = k("u2"), MakeUpState.SUBMITTED, MakeUpMode.READING
    row.words, row.submitted_at, row.done_on = (
        "读了长征精神的讲稿，记了两页笔记。",
        now,
        row.due - timedelta(days=40),
    )
    row.save()
