"""Organizations, people and their offices."""

from __future__ import annotations

from models.terms.term import Term


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
