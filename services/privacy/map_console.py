"""What the tables of the secretary's console hold of a member: roll calls, moving, the branch's life."""

from __future__ import annotations

from typing import Any

from models import (
    BranchNotice,
    ContactLog,
    MicroLecture,
    PlanItem,
    RollEntry,
    ScreenLink,
    SessionInvite,
    StepUp,
    Survey,
    SurveyAnswer,
    SurveyTicket,
    Transfer,
)
from services.privacy.held import Fate, Held, Person, of_account, of_member, of_stay
from services.privacy.map_person import NAMELESS

_OWN, _KEY = "就是您自己", "网址里的随机字"


def _given_by(person: Person) -> Any:
    """Return the lectures of the own branch under exactly this name; others are told as mentions."""
    own = MicroLecture.organization == person.member.branch_id
    return own & (MicroLecture.speaker == person.member.name)


CONSOLE = (
    Held(
        RollEntry, "点名传来的记录", Fate.REMOVED, of_member(RollEntry),
        shown={
            "session": "哪次学习", "branch": "谁组织的", "status": "情况", "half": "上半场还是下半场",
            "at": "点名的时间", "received_at": "传到的时间", "by": "谁点的", "outcome": "记上没有",
        },
        hidden={"member": _OWN, "nonce": "手机给这一条编的号"}, when="at",
    ),
    Held(
        Transfer, "组织关系转接", Fate.BLANKED, of_member(Transfer),
        shown={
            "origin": "从哪里", "target": "到哪里", "outside": "外单位", "day": "从哪天起",
            "state": "办到哪里", "asked_by": "谁提的", "asked_at": "提的时间", "decided_by": "谁定的",
            "decided_at": "决定时间",
        },
        hidden={"member": _OWN, "key": _KEY}, blanks={"outside": None}, typed={"key": _KEY}, when="day",
    ),
    Held(
        ContactLog, "在外时支部的联系", Fate.BLANKED, of_stay(ContactLog.mobility),
        shown={"day": "哪一天", "words": "写的几句话", "by": "谁联系的"},
        hidden={"mobility": "在上面「流动」里", "at": "登记的时间"}, blanks={"words": None}, when="day",
    ),
    Held(
        SurveyTicket, "填过的问卷", Fate.REMOVED, of_member(SurveyTicket),
        shown={"survey": "哪份问卷"}, hidden={"member": _OWN},
    ),
    Held(
        MicroLecture, "您讲的微党课", Fate.BLANKED, _given_by,
        shown={
            "title": "题目", "speaker": "谁来讲", "area": "内容", "minutes": "多少分钟", "words": "说明",
            "organization": "哪个支部的", "at": "登记时间", "removed_at": "去掉的时间",
        },
        hidden={"key": _KEY, "by": "别人登记的事"}, blanks={"speaker": NAMELESS},
        typed={"key": _KEY, "title": "课的题目", "words": "课的说明，里面有姓名的会列出来，请人改"},
        when="at",
    ),
    Held(
        StepUp, "再次验证", Fate.REMOVED, of_account(StepUp.openid),
        shown={"openid": "微信标识", "expires_at": "失效时间", "tries": "填错几次"},
        hidden={"code_hash": "只是指纹，看不出原来的字"}, when="expires_at",
    ),
    Held(SessionInvite, "请别的支部参加", Fate.NOBODYS, why="是支部之间的事，不是个人的"),
    Held(ScreenLink, "会场屏的编码", Fate.NOBODYS, why="是那次学习的，不是个人的"),
    Held(PlanItem, "年度计划", Fate.NOBODYS, why="是支部的安排"),
    Held(BranchNotice, "支部的通知", Fate.NOBODYS, why="发给大家的，谁看过不记"),
    Held(Survey, "问卷", Fate.NOBODYS, why="只有题目；您填过哪份，在「填过的问卷」里"),
    Held(SurveyAnswer, "问卷的答案", Fate.NOBODYS, why="不记名，系统也不知道哪份是谁的"),
)  # fmt: skip
