"""What the tables of persons, accounts and the running of the service hold of a member."""

from __future__ import annotations

from typing import Any

from models import (
    AuditLog,
    BindingCode,
    ChatState,
    Exemption,
    Feedback,
    InboundMessage,
    JobClaim,
    LoginSession,
    Member,
    MemberSetting,
    Mobility,
    OauthCode,
    Organization,
    PendingScan,
    PlatformToken,
    RebindRequest,
    RolePeriod,
    SceneTicket,
    TryCount,
    WechatBinding,
)
from services.privacy.held import Fate, Held, Person, of_account, of_member

#: What stands for a name that is gone; the roster's columns hold at least two characters.
NAMELESS = "已删除"
_HASHED = "只是指纹，看不出原来的字"
_OWN = "就是您自己"


def _my_trail(person: Person) -> Any:
    mine = (AuditLog.subject_kind == "member") & (AuditLog.subject == str(person.member.id))
    return (AuditLog.actor == person.member.id) | mine


PERSON = (
    Held(
        Member, "您是谁", Fate.BLANKED, lambda person: Member.id == person.member.id,
        shown={
            "number": "编号", "name": "姓名", "branch": "支部", "group": "党小组", "phone": "手机号",
            "category": "类别", "joined_on": "入党日期", "full_on": "转正日期",
            "active_from": "从哪天起在本单位", "active_to": "到哪天为止",
        },
        blanks={"name": NAMELESS, "number": "", "phone": None, "joined_on": None, "full_on": None},
    ),
    Held(
        RolePeriod, "党内职务", Fate.BLANKED, of_member(RolePeriod),
        shown={
            "role": "角色", "title": "职务", "organization": "在哪里", "starts": "任职日期",
            "ends": "离任日期",
        },
        hidden={"member": _OWN}, blanks={"title": NAMELESS}, when="starts",
    ),
    Held(
        Exemption, "不作硬性要求", Fate.KEPT, of_member(Exemption),
        shown={
            "kind": "种类", "starts": "起", "ends": "止", "decided_by": "谁定的", "decided_on": "哪天定的",
        },
        hidden={"member": _OWN}, when="starts",
    ),
    Held(
        Mobility, "流动", Fate.BLANKED, of_member(Mobility),
        shown={
            "destination": "去向", "home": "流出地支部", "host": "流入地支部", "since": "起", "until": "止",
            "abroad": "是不是在国（境）外", "host_state": "流入地支部答复了没有",
            "host_by": "谁答复的", "host_at": "答复时间", "contact_person": "联系人",
            "next_contact_due": "下次联系",
        },
        hidden={"member": _OWN}, blanks={"destination": NAMELESS, "contact_person": None}, when="since",
    ),
    Held(
        MemberSetting, "您的设置", Fate.REMOVED, of_member(MemberSetting),
        shown={"reminders": "要不要提醒", "changed_at": "改的时间"}, hidden={"member": _OWN},
        when="changed_at",
    ),
    Held(
        Feedback, "您提的疑问和建议", Fate.BLANKED, of_member(Feedback),
        shown={
            "kind": "种类", "organization": "提给谁", "subject_kind": "关于什么", "subject": "关于哪一个",
            "words": "您写的", "state": "办到哪里", "created_at": "提的时间", "answer": "回复",
            "answered_at": "回复时间", "answered_by": "谁回复的",
        },
        hidden={"member": _OWN, "key": "网址里的随机字"},
        blanks={"member": None, "subject_kind": None, "subject": None, "words": "", "answer": None},
        typed={"key": "随机的字"}, when="created_at",
    ),
)  # fmt: skip

ACCOUNT = (
    Held(
        WechatBinding, "微信绑定", Fate.REMOVED, of_member(WechatBinding),
        shown={
            "openid": "微信标识", "bound_at": "绑定时间", "unbound_at": "解除时间", "following": "是否关注",
            "notice": "绑定时看到的说明",
        },
        hidden={"member": _OWN}, when="bound_at",
    ),
    Held(
        BindingCode, "绑定编码", Fate.REMOVED, of_member(BindingCode),
        shown={
            "printed": "是否印在卡上", "created_at": "生成时间", "expires_at": "失效时间",
            "used_at": "使用时间",
        },
        hidden={"member": _OWN, "code_hash": _HASHED}, when="created_at",
    ),
    Held(
        RebindRequest, "换手机的申请", Fate.REMOVED, of_member(RebindRequest),
        shown={
            "openid": "新手机的微信标识", "asked_at": "申请时间", "state": "办到哪里",
            "decided_by": "谁定的", "decided_at": "决定时间",
        },
        hidden={"member": _OWN}, when="asked_at",
    ),
    Held(
        PendingScan, "等待绑定的扫码", Fate.REMOVED, of_account(PendingScan.openid),
        shown={"openid": "微信标识", "session": "哪次学习", "source": "怎么扫的", "at": "扫码时间"},
        when="at",
    ),
    Held(
        TryCount, "输错次数", Fate.REMOVED, of_account(TryCount.subject),
        shown={"kind": "哪一种", "subject": "微信标识", "day": "哪一天", "count": "几次"}, when="day",
    ),
    Held(
        LoginSession, "网页登录", Fate.REMOVED, of_account(LoginSession.openid),
        shown={
            "openid": "微信标识", "created_at": "登录时间", "expires_at": "失效时间",
            "proved_until": "再次验证到什么时候有效",
        },
        hidden={"token_hash": _HASHED}, when="created_at",
    ),
    Held(
        OauthCode, "微信登录码", Fate.REMOVED, of_account(OauthCode.openid),
        shown={"openid": "微信标识", "at": "使用时间"}, hidden={"code_hash": _HASHED}, when="at",
    ),
    Held(
        ChatState, "聊天里办到哪一步", Fate.REMOVED, of_account(ChatState.openid),
        shown={
            "openid": "微信标识", "topic": "在办什么", "subject": "哪一个", "step": "哪一步",
            "changed_at": "时间",
        },
        when="changed_at",
    ),
)  # fmt: skip

SERVICE = (
    Held(
        AuditLog, "操作记录", Fate.LEDGER, _my_trail,
        shown={"at": "时间", "actor_kind": "谁办的", "action": "办了什么", "reason": "原因"},
        hidden={
            "actor": "内部编号", "subject_kind": "可能是别人的事", "subject": "可能是别人的事",
            "detail": "只有内部编号和状态，可能是别人的",
        },
        typed={
            "actor_kind": "固定的词", "action": "固定的词", "subject_kind": "固定的词", "subject": "内部编号",
            "reason": "取消、退回时写的原因，不许写姓名", "detail": "只有内部编号和状态",
        },
        when="at",
    ),
    Held(
        InboundMessage, "微信推送", Fate.NOBODYS,
        why="只有系统回的话，几天就删，不写是谁的；您发的原文不保存",
    ),
    Held(Organization, "党组织", Fate.NOBODYS, why="是党组织的资料，不是个人的"),
    Held(SceneTicket, "微信二维码", Fate.NOBODYS, why="二维码的网址，不写是谁的，过期就删"),
    Held(PlatformToken, "微信凭据", Fate.NOBODYS, why="服务号自己的凭据"),
    Held(JobClaim, "定时任务", Fate.NOBODYS, why="系统自己的记录"),
)  # fmt: skip
