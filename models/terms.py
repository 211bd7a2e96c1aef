"""Closed lists of the field: the identifiers of docs/glossary.md, each with its official Chinese.

The stored value is the identifier; people always read the Chinese (`.label`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A word of the field: its value is the identifier, `label` the Chinese a person reads."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:
        """Build a member from its identifier and its Chinese; calling the class finds it again."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def of_label(cls, label: str) -> Self | None:
        """Return the term that people call `label`, or None."""
        return next((term for term in cls if term.label == label), None)


class OrgKind(Term):
    """党组织的类型."""

    COMMITTEE = "COMMITTEE", "党委"
    GENERAL_BRANCH = "GENERAL_BRANCH", "党总支"
    BRANCH = "BRANCH", "党支部"
    GROUP = "GROUP", "党小组"


class Sector(Term):
    """党组织所在的领域."""

    ORGAN = "ORGAN", "机关"
    INSTITUTION = "INSTITUTION", "事业单位"
    ENTERPRISE = "ENTERPRISE", "国有企业"
    RURAL = "RURAL", "农村"
    COMMUNITY = "COMMUNITY", "社区"
    NEW_SECTOR = "NEW_SECTOR", "两新组织"
    UNIVERSITY = "UNIVERSITY", "高校"


class MemberCategory(Term):
    """党员类别."""

    IN_SERVICE = "IN_SERVICE", "在职"
    RETIRED = "RETIRED", "离退休"
    RURAL_NO_POST = "RURAL_NO_POST", "农村无职"
    STUDENT = "STUDENT", "学生"
    NEW_SECTOR = "NEW_SECTOR", "两新"
    OTHER = "OTHER", "其他"


class Role(Term):
    """党内职务的角色; periods of it decide rights (R100) and the required hours (R02)."""

    SECRETARY = "SECRETARY", "书记"
    DEPUTY = "DEPUTY", "副书记"
    COMMITTEE = "COMMITTEE", "支委"
    GROUP_HEAD = "GROUP_HEAD", "党小组长"
    OFFICER = "OFFICER", "上级党务干部"
    ADMIN = "ADMIN", "系统管理员"
    HELPER = "HELPER", "代录同志"


class ExemptionKind(Term):
    """Why a member is not required, not due, or paused (F18: a category and dates, no diagnosis)."""

    NOT_REQUIRED = "NOT_REQUIRED", "不作硬性要求"
    ORG_LIFE_PAUSED = "ORG_LIFE_PAUSED", "停止组织生活"
    EXCLUDED_FROM_DUE = "EXCLUDED_FROM_DUE", "不计入应到"


class SessionKind(Term):
    """学习的形式."""

    GENERAL_MEETING = "GENERAL_MEETING", "党员大会"
    COMMITTEE_MEETING = "COMMITTEE_MEETING", "支委会"
    GROUP_MEETING = "GROUP_MEETING", "党小组会"
    PARTY_LECTURE = "PARTY_LECTURE", "党课"
    THEME_DAY = "THEME_DAY", "主题党日"
    ORG_LIFE_MEETING = "ORG_LIFE_MEETING", "组织生活会"
    CENTRALISED_TRAINING = "CENTRALISED_TRAINING", "集中培训"
    COLLECTIVE_STUDY = "COLLECTIVE_STUDY", "集体学习"
    HOME_VISIT = "HOME_VISIT", "送学上门"
    REMOTE = "REMOTE", "远程学习"
    PRACTICE = "PRACTICE", "实践活动"


class Area(Term):
    """Seven content areas (条例 art. 9–15)."""

    THEORY = "THEORY", "政治理论"
    POLITICAL = "POLITICAL", "政治教育和政治训练"
    RULES = "RULES", "党章党规党纪"
    PURPOSE = "PURPOSE", "党的宗旨"
    TRADITION = "TRADITION", "革命传统"
    SITUATION = "SITUATION", "形势政策"
    SKILLS = "SKILLS", "知识技能"


class DueScope(Term):
    """Who is due at a session."""

    ALL = "ALL", "全体党员"
    GROUP = "GROUP", "党小组"
    COMMITTEE = "COMMITTEE", "支委"
    LIST = "LIST", "指定人员"


class CreditKind(Term):
    """学时的种类 (R03 says which of them count)."""

    CENTRALISED = "CENTRALISED", "集中培训"
    COLLECTIVE = "COLLECTIVE", "集体学习"
    SELF = "SELF", "个人自学"
    PRACTICE = "PRACTICE", "实践"
    NONE = "NONE", "不计学时"


class OrganiserLevel(Term):
    """Who organises a session (R12–R14 look at it)."""

    BRANCH = "BRANCH", "党支部"
    BASIC_COMMITTEE = "BASIC_COMMITTEE", "基层党委"
    COUNTY_PLUS = "COUNTY_PLUS", "县级以上"


class SessionState(Term):
    """States of a session; OPEN is derived from the clock, CLOSED from the clock or the chair."""

    DRAFT = "DRAFT", "草稿"
    PUBLISHED = "PUBLISHED", "已发布"
    OPEN = "OPEN", "签到中"
    CLOSED = "CLOSED", "已结束"
    CONFIRMED = "CONFIRMED", "已确认"
    REOPENED = "REOPENED", "已退回重核"
    CANCELLED = "CANCELLED", "已取消"


class AttendanceStatus(Term):
    """到会情况."""

    EXPECTED = "EXPECTED", "未到"
    PRESENT = "PRESENT", "到会"
    LATE = "LATE", "迟到"
    PARTIAL = "PARTIAL", "部分参加"
    LEAVE = "LEAVE", "请假"
    ABSENT = "ABSENT", "缺席"
    EXEMPT = "EXEMPT", "不作要求"


class AttendanceSource(Term):
    """How attendance became known (F04: every way counts the same)."""

    QR = "QR", "扫码签到"
    CODE = "CODE", "数字签到"
    ROLL_CALL = "ROLL_CALL", "点名"
    PAPER = "PAPER", "纸质签到"
    VISIT = "VISIT", "送学上门"
    HOST = "HOST", "流入地支部"
    IMPORT = "IMPORT", "补录"


class EntrySource(Term):
    """Where an hour entry comes from (R111)."""

    ATTENDANCE = "ATTENDANCE", "参加学习"
    MAKE_UP = "MAKE_UP", "补学"
    EXTERNAL = "EXTERNAL", "支部外学习"
    ADJUST = "ADJUST", "更正"
    REVERSAL = "REVERSAL", "冲销"


class ExternalState(Term):
    """A study outside the branch, proposed until the home branch has decided (R34)."""

    PROPOSED = "PROPOSED", "待确认"
    CONFIRMED = "CONFIRMED", "已确认"
    REFUSED = "REFUSED", "未认定"


class ExternalKind(Term):
    """How a study outside the branch came to us (R11, R34)."""

    HOST = "HOST", "在外支部学习"
    TRANSFER = "TRANSFER", "转入前的学时"
    OTHER = "OTHER", "其他组织的学习"


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


class ClaimState(Term):
    """States of a monthly claim."""

    SUBMITTED = "SUBMITTED", "等支部看"
    RETURNED = "RETURNED", "请再补充"
    POSTED = "POSTED", "已记分"
    REFUSED = "REFUSED", "未同意"
    OBJECTED = "OBJECTED", "已提出异议"
    REFUSED_FINAL = "REFUSED_FINAL", "复核后未同意"
    REVERSED = "REVERSED", "已冲销"
    WITHDRAWN = "WITHDRAWN", "已收回"


class DecisionKind(Term):
    """What a body may decide about points (R65, R66)."""

    DEDUCT = "DEDUCT", "扣分"
    VETO = "VETO", "一票否决"


class PointSource(Term):
    """Where a line of points comes from (R111)."""

    BASE = "BASE", "基础分"
    SESSION = "SESSION", "参加学习"
    CLAIM = "CLAIM", "月申报"
    DEDUCT = "DEDUCT", "扣分"
    VETO = "VETO", "一票否决"
    REVERSAL = "REVERSAL", "冲销"


class LeaveKind(Term):
    """请假的事由: a kind, never a diagnosis (F18)."""

    DUTY = "DUTY", "工作安排"
    HEALTH = "HEALTH", "身体原因"
    FAMILY = "FAMILY", "家中有事"
    AWAY = "AWAY", "外出"
    OTHER = "OTHER", "其他"


class LeaveState(Term):
    """States of a leave."""

    SUBMITTED = "SUBMITTED", "等同意"
    APPROVED = "APPROVED", "已同意"
    REFUSED = "REFUSED", "未同意"
    WITHDRAWN = "WITHDRAWN", "已收回"
    VOID = "VOID", "已到会，请假作废"


class MakeUpMode(Term):
    """补学的方式."""

    READING = "READING", "自己读材料"
    ONLINE = "ONLINE", "线上学习"
    VISIT = "VISIT", "送学上门"
    NEXT_SESSION = "NEXT_SESSION", "参加另一次学习"
    TALK = "TALK", "与支部同志交流"


class MakeUpState(Term):
    """States of a make-up; an expired one may still be confirmed (R31)."""

    OWED = "OWED", "可以补学"
    SUBMITTED = "SUBMITTED", "等支部确认"
    RETURNED = "RETURNED", "请再补充"
    CONFIRMED = "CONFIRMED", "已补上"
    WAIVED = "WAIVED", "不用补"
    EXPIRED = "EXPIRED", "过了日子，仍可以补"


class FeedbackKind(Term):
    """What a member sends to the branch."""

    FEEDBACK = "FEEDBACK", "投诉建议"
    QUESTION = "QUESTION", "有疑问"


class FeedbackState(Term):
    """States of feedback."""

    OPEN = "OPEN", "等回复"
    ANSWERED = "ANSWERED", "已回复"


class HostState(Term):
    """Whether a host branch looks after a mobile member (R34)."""

    NONE = "NONE", "没有流入地支部"
    ASKED = "ASKED", "等流入地支部答复"
    ACCEPTED = "ACCEPTED", "流入地支部已接收"
    REFUSED = "REFUSED", "流入地支部未接收"
    RETURNED = "RETURNED", "已回来"


class TransferState(Term):
    """States of a transfer between branches."""

    PROPOSED = "PROPOSED", "等接收"
    DONE = "DONE", "已转接"
    REFUSED = "REFUSED", "未接收"
    WITHDRAWN = "WITHDRAWN", "已收回"


class RollOutcome(Term):
    """What became of an entry that a device sent."""

    TAKEN = "TAKEN", "已记上"
    KNOWN = "KNOWN", "原来已经有了"
    REFUSED = "REFUSED", "没有记上"


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


class HoursFlag(Term):
    """Why credited hours are below the required ones (R09)."""

    HOURS_SHORT = "HOURS_SHORT", "学时不足"
    BRANCH_SHORT = "BRANCH_SHORT", "支部安排不足"


class RequestState(Term):
    """A request that waits for the secretary."""

    PENDING = "PENDING", "待确认"
    APPROVED = "APPROVED", "已同意"
    REFUSED = "REFUSED", "未同意"


#: What people write in the roster's 党内职务 column, and the role that it gives.
DUTIES: dict[str, Role] = {
    "书记": Role.SECRETARY,
    "党支部书记": Role.SECRETARY,
    "支部书记": Role.SECRETARY,
    "副书记": Role.DEPUTY,
    "组织委员": Role.COMMITTEE,
    "宣传委员": Role.COMMITTEE,
    "纪检委员": Role.COMMITTEE,
    "青年委员": Role.COMMITTEE,
    "统战委员": Role.COMMITTEE,
    "保密委员": Role.COMMITTEE,
    "群工委员": Role.COMMITTEE,
    "委员": Role.COMMITTEE,
    "支委": Role.COMMITTEE,
    "党小组长": Role.GROUP_HEAD,
    "党务干部": Role.OFFICER,
}
