"""What is said to people and what they say: reminders, messages, surveys."""

from __future__ import annotations

from models.terms.term import Term


class FeedbackKind(Term):
    """What a member sends to the branch."""

    FEEDBACK = "FEEDBACK", "投诉建议"
    QUESTION = "QUESTION", "有疑问"


class FeedbackState(Term):
    """States of feedback."""

    OPEN = "OPEN", "等回复"
    ANSWERED = "ANSWERED", "已回复"


class SurveyState(Term):
    """States of a survey."""

    OPEN = "OPEN", "正在填"
    CLOSED = "CLOSED", "已结束"


class Topic(Term):
    """What a reminder is about (R90)."""

    SESSION_TOMORROW = "SESSION_TOMORROW", "明天有学习"
    SESSION_MOVED = "SESSION_MOVED", "学习改期"
    SESSION_CANCELLED = "SESSION_CANCELLED", "学习取消"
    HOURS_GAP = "HOURS_GAP", "学时还差一些"
    BRANCH_SHORT = "BRANCH_SHORT", "支部安排的学时不够"
    REPORT_WINDOW = "REPORT_WINDOW", "述学快到日子"
    REPORT_RETURNED = "REPORT_RETURNED", "述学请再补充"
    MAKE_UP = "MAKE_UP", "可以补学"
    CLAIM_CLOSING = "CLAIM_CLOSING", "本月申报快截止"
    CONTACT_DUE = "CONTACT_DUE", "该联系流动党员了"
    NEW_SECRETARY = "NEW_SECRETARY", "新任书记培训"
    NEW_MEMBER = "NEW_MEMBER", "新党员培训"
    CARE = "CARE", "请联系关心"


class ReminderState(Term):
    """States of a reminder (DOMAIN part 5)."""

    PLANNED = "PLANNED", "还没到时间"
    DUE = "DUE", "该发了"
    SENDING = "SENDING", "正在发"
    ACCEPTED = "ACCEPTED", "微信已收下"
    DELIVERED = "DELIVERED", "已送到"
    REFUSED = "REFUSED", "对方没有收"
    UNKNOWN = "UNKNOWN", "不知道送到没有"
    FAILED = "FAILED", "没发出去，还会再试"
    DEAD = "DEAD", "没发出去"
    INBOX = "INBOX", "放在页面里，请打电话或上门"
    SUPPRESSED = "SUPPRESSED", "不发"


class SuppressedWhy(Term):
    """Why a reminder was not sent; every one of them is on record (R94)."""

    SATISFIED = "satisfied", "已经够了"
    EXEMPT = "exempt", "不作要求"
    OPTED_OUT = "opted_out", "本人不要提醒"
    QUIET_HOURS = "quiet_hours", "休息时间，改到之后"
    FREQUENCY = "frequency", "这个月已经提醒过"
    UNBOUND = "unbound", "没有绑定微信"
    CANCELLED = "cancelled", "学习已取消"
    BRANCH_SHORT = "branch_short", "支部安排不足，告诉书记"
    STALE = "stale", "过了时候，不再发"
    SWITCHED_OFF = "switched_off", "这类提醒没有开"


class Channel(Term):
    """The ways of a reminder, in the order in which they are tried."""

    TEMPLATE = "TEMPLATE", "模板消息"
    SUBSCRIBE = "SUBSCRIBE", "订阅通知"
    INBOX = "INBOX", "页面和电话名单"


class ReachKind(Term):
    """How somebody without a message was reached."""

    CALLED = "CALLED", "打过电话"
    VISITED = "VISITED", "上门看过"
