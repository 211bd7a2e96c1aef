"""Rounds of 述学, reports and voices."""

from __future__ import annotations

from models.terms.term import Term


class CycleType(Term):
    """述学的类型 (R40)."""

    QUARTER = "QUARTER", "季度述学"
    TOPIC = "TOPIC", "专题述学"
    ANNUAL = "ANNUAL", "年度述学"


class CycleState(Term):
    """States of a round of 述学; COMING is derived from its first day."""

    COMING = "COMING", "还没开始"
    OPEN = "OPEN", "进行中"
    CLOSED = "CLOSED", "已截止"


class View(Term):
    """五见: the five views of a report (R41)."""

    UNDERSTANDING = "understanding", "见思想认识"
    SPIRIT = "spirit", "见精神状态"
    GOALS = "goals", "见目标计划"
    GAINS = "gains", "见收获体会"
    METHODS = "methods", "见方法对策"


class ReportChannel(Term):
    """By which way a report was made; all ways are equal (R42)."""

    SELF_CHAT = "SELF_CHAT", "在公众号里写"
    SELF_PAGE = "SELF_PAGE", "在网页上写"
    VOICE = "VOICE", "语音述学"
    ORAL_PROXY = "ORAL_PROXY", "口述，同志代录"


class ReportState(Term):
    """States of a report (DOMAIN part 5)."""

    DRAFT = "DRAFT", "正在写"
    RECORDED = "RECORDED", "已代录，等本人确认"
    SUBMITTED = "SUBMITTED", "已提交"
    RETURNED = "RETURNED", "请再补充"
    ACCEPTED = "ACCEPTED", "支部已收"
    REVIEWED = "REVIEWED", "已评学"
    CLOSED = "CLOSED", "已归档"
    NOT_FILED = "NOT_FILED", "这次没有交"
    NOT_REQUIRED = "NOT_REQUIRED", "不作硬性要求"


class ConfirmedBy(Term):
    """How a member agreed to what somebody else wrote down."""

    IN_PERSON = "IN_PERSON", "当面念给本人听，本人同意"
    PHONE = "PHONE", "电话里念给本人听，本人同意"
    SELF = "SELF", "本人在手机上确认"


class VoiceState(Term):
    """A voice message on its way into a text."""

    RECEIVED = "RECEIVED", "已收到，正在取"
    FETCHED = "FETCHED", "等同志整理成文字"
    WRITTEN = "WRITTEN", "已整理，等您确认"
    CONFIRMED = "CONFIRMED", "已确认，录音已删除"
    DROPPED = "DROPPED", "不用了，录音已删除"
    LOST = "LOST", "没有取到，请再说一次"
