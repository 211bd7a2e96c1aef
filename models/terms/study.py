"""Sessions, attendance, hours, and what stands in for being there."""

from __future__ import annotations

from models.terms.term import Term


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


class RollOutcome(Term):
    """What became of an entry that a device sent."""

    TAKEN = "TAKEN", "已记上"
    KNOWN = "KNOWN", "原来已经有了"
    REFUSED = "REFUSED", "没有记上"


class HoursFlag(Term):
    """Why credited hours are below the required ones (R09)."""

    HOURS_SHORT = "HOURS_SHORT", "学时不足"
    BRANCH_SHORT = "BRANCH_SHORT", "支部安排不足"
