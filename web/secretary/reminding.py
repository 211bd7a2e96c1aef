"""What the pages of reminding share: who may open them, and the words for what becomes of a reminder."""

from __future__ import annotations

from typing import Final

from models.terms import ReminderState, SuppressedWhy, Topic
from services import spoken
from services.access import ABOVE, LEADING
from services.clock import civil_day
from services.errors import ServiceError
from services.reminders.pushed import Line, Outcome
from web.context import now
from web.visitor import Leader, require_leader

#: What a topic is called where a secretary chooses it, and how its list is headed.
NAMES: Final = {Topic.HOURS_GAP: "学时", Topic.REPORT_WINDOW: "述学", Topic.MAKE_UP: "补学"}
HEADS: Final = {
    Topic.HOURS_GAP: "学时有缺口的同志",
    Topic.REPORT_WINDOW: "述学还没交的同志",
    Topic.MAKE_UP: "有学习可以补的同志",
}
_CONTENT = {
    Topic.HOURS_GAP: "学时已经够了，不用提醒",
    Topic.REPORT_WINDOW: "没有要交的述学，不用提醒",
    Topic.MAKE_UP: "没有要补的学习，不用提醒",
}
#: Why nothing is sent, as one would say it of a colleague.
_WHY = {
    SuppressedWhy.EXEMPT: "不作硬性要求，不提醒",
    SuppressedWhy.OPTED_OUT: "本人不要这类提醒，见面说一声就好",
    SuppressedWhy.BRANCH_SHORT: "支部安排的学时还不够，先安排学习",
    SuppressedWhy.UNBOUND: "微信还收不到消息",
    SuppressedWhy.QUIET_HOURS: "等过了休息时间就晚了",
    SuppressedWhy.FREQUENCY: "这个月提醒过了",
    SuppressedWhy.STALE: "过了时候，没有发",
    SuppressedWhy.SWITCHED_OFF: "这类提醒现在没有开",
    SuppressedWhy.CANCELLED: "学习取消了，没有发",
}
#: What became of a row, for the page after the press.
_STATES = {
    ReminderState.PLANNED: "正在发",
    ReminderState.DUE: "正在发",
    ReminderState.SENDING: "正在发",
    ReminderState.FAILED: "还没发出去，会自动再试",
    ReminderState.ACCEPTED: "已发出",
    ReminderState.DELIVERED: "已送到",
    ReminderState.INBOX: "消息到不了，在电话名单上",
    ReminderState.REFUSED: "消息没有送到，在电话名单上",
    ReminderState.DEAD: "没有发出去，在电话名单上",
    ReminderState.UNKNOWN: "不知道送到没有，在电话名单上",
}
#: Why somebody is to be called, on the list and on the page of the person.
_CALL = {
    ReminderState.REFUSED: "微信没有收下消息",
    ReminderState.DEAD: "试了几次，消息没有发出去",
    ReminderState.UNKNOWN: "发了，不知道送到没有",
}


def require_deskful() -> Leader:
    """Return somebody who leads a branch, or looks after those who do.

    Raises:
        ServiceError: `forbidden` for a group head, who reminds in person.
    """
    leader = require_leader()
    if not any(grant.role in LEADING | ABOVE for grant in leader.grants):
        raise ServiceError(
            "forbidden", "提醒和电话名单由支部书记、支委来办。", "请联系他们。", kind="forbidden"
        )
    return leader


def said(line: Line, topic: Topic) -> str:
    """Say why somebody gets no message, before the press and after it."""
    if line.why is SuppressedWhy.SATISFIED:
        return _CONTENT[topic]
    if line.outcome is Outcome.BEFORE:
        return "刚才已经排好了，不用再发" if line.state is ReminderState.PLANNED else "今天已经提醒过"
    if line.why is SuppressedWhy.FREQUENCY and line.at is not None:
        if line.at > now():
            return f"已经排好了，{spoken.spoken_moment(line.at, now())} 后发"
        return f"这个月提醒过了（{spoken.full_day(civil_day(line.at), civil_day(now()).year)}）"
    return _WHY[line.why] if line.why else ""


def became(line: Line, topic: Topic) -> str:
    """Say what became of somebody's reminder."""
    if line.state is ReminderState.PLANNED and line.at is not None and line.at > now():
        return f"{spoken.spoken_moment(line.at, now())} 后发"
    if line.state is ReminderState.SUPPRESSED:
        return said(line, topic)
    return _STATES[line.state] if line.state else ""


def why_call(state: ReminderState, why: SuppressedWhy | None) -> str:
    """Say why a message did not do."""
    if why is SuppressedWhy.UNBOUND:
        return "没有绑定微信，或者没有关注"
    if why is SuppressedWhy.QUIET_HOURS:
        return "事情来得急，休息时间不发消息"
    return _CALL.get(state, "微信消息发不出去")
