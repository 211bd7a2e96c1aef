"""What the tables of study, 述学, points, leave and make-up hold of a member."""

from __future__ import annotations

from models import (
    Attendance,
    ExternalStudy,
    HourEntry,
    Leave,
    MakeUp,
    PointClaim,
    PointDecision,
    PointEntry,
    PointOptIn,
    PointSummary,
    ReportCycle,
    ShuxueReport,
    ShuxueRevision,
    ShuxueText,
    StudySession,
    VoiceNote,
    VoiceSound,
)
from services.privacy.held import Fate, Held, of_member, of_note, of_report
from services.privacy.map_person import NAMELESS

_OWN, _KEY, _RULE = "就是您自己", "网址里的随机字", "规则的编号和版本"
_REPORT = "在上面「述学」里"
_FIXED = {"rule": _RULE, "edition": _RULE}

STUDY = (
    Held(
        Attendance, "到会", Fate.KEPT, of_member(Attendance),
        shown={
            "session": "哪次学习", "branch": "谁组织的", "status": "情况", "due": "是否应到",
            "half": "上半场还是下半场", "source": "怎么登记的", "at": "时间", "by": "谁登记的",
            "part_credit": "部分参加记的学时",
        },
        hidden={"member": _OWN}, when="at",
    ),
    Held(
        HourEntry, "学时", Fate.LEDGER, of_member(HourEntry),
        shown={
            "day": "哪一天", "hours": "计入学时", "stated": "原本学时", "year": "记在哪年",
            "credit_kind": "种类", "source": "来源", "session": "哪次学习", "external": "哪次支部外学习",
            "reverses": "冲销了哪一笔", "reason": "原因", "branch": "支部", "rule": "规则",
            "edition": "规则版本", "confirmed_by": "谁确认的", "created_at": "记账时间",
        },
        hidden={"member": _OWN, "posting": "内部的次数"},
        typed=_FIXED | {"reason": "退回、更正时写的原因，不许写姓名"}, when="day",
    ),
    Held(
        ExternalStudy, "支部外学习", Fate.BLANKED, of_member(ExternalStudy),
        shown={
            "day": "哪一天", "org_name": "在哪里", "title": "学什么", "hours": "学时",
            "credit_kind": "种类", "kind": "怎么来的", "state": "办到哪里", "words": "您写的",
            "session": "扫的哪次学习", "scanned_at": "扫码时间", "branch": "支部", "proposed_by": "谁报的",
            "decided_by": "谁定的", "decided_at": "决定时间", "reason": "说明",
        },
        hidden={"member": _OWN, "key": _KEY},
        blanks={"org_name": NAMELESS, "title": NAMELESS, "words": None, "reason": None},
        typed={"key": _KEY}, when="day",
    ),
    Held(
        Leave, "请假", Fate.BLANKED, of_member(Leave),
        shown={
            "session": "哪次学习", "kind": "事由", "words": "您写的", "late": "是否补的",
            "state": "办到哪里", "filed_at": "提的时间", "filed_by": "谁提的", "decided_by": "谁定的",
            "decided_at": "决定时间", "reason": "说明", "branch": "支部",
        },
        hidden={"member": _OWN, "key": _KEY}, blanks={"words": None, "reason": None}, typed={"key": _KEY},
        when="filed_at",
    ),
    Held(
        MakeUp, "补学", Fate.BLANKED, of_member(MakeUp),
        shown={
            "session": "补哪次学习", "state": "办到哪里", "due": "补到哪天", "mode": "怎么补",
            "words": "您写的", "done_on": "哪天补的", "submitted_at": "交的时间", "decided_by": "谁定的",
            "decided_at": "决定时间", "reason": "说明", "branch": "支部", "created_at": "登记时间",
        },
        hidden={"member": _OWN, "key": _KEY}, blanks={"words": None, "reason": None}, typed={"key": _KEY},
        when="created_at",
    ),
    Held(StudySession, "学习活动", Fate.NOBODYS, why="是支部的安排；您到没到，在「到会」里"),
)  # fmt: skip

SHUXUE = (
    Held(ReportCycle, "述学的轮次", Fate.NOBODYS, why="是支部的安排；您交的，在「述学」里"),
    Held(
        ShuxueReport, "述学", Fate.BLANKED, of_member(ShuxueReport),
        shown={
            "cycle": "哪一轮", "state": "办到哪里", "channel": "怎么写的", "revision": "交过几次",
            "prefill": "系统先填的", "recorded_by": "谁代录的", "confirmed_how": "您怎么同意的",
            "confirmed_at": "同意的时间", "begun_at": "开始", "changed_at": "最后改",
            "submitted_at": "交的时间", "decided_at": "收的时间", "decided_by": "谁收的",
            "reason": "退回的说明", "branch": "支部",
        },
        hidden={"member": _OWN}, blanks={"prefill": None, "reason": None}, when="begun_at",
    ),
    Held(
        ShuxueText, "述学的草稿", Fate.REMOVED, of_report(ShuxueText.report),
        shown={
            "report": "哪一份", "view": "哪一见", "body": "您写的", "version": "改过几次",
            "changed_at": "最后改",
        },
        when="changed_at",
    ),
    Held(
        ShuxueRevision, "交过的述学", Fate.BLANKED, of_report(ShuxueRevision.report),
        shown={
            "report": "哪一份", "revision": "第几次", "views": "您写的", "channel": "怎么写的",
            "by": "谁交的", "at": "交的时间",
        },
        blanks={"views": "{}"}, when="at",
    ),
    Held(
        VoiceNote, "语音", Fate.REMOVED, of_report(VoiceNote.report),
        shown={
            "report": "哪一份", "view": "哪一见", "state": "办到哪里", "received_at": "收到时间",
            "text": "整理的文字", "written_by": "谁整理的", "written_at": "整理时间",
            "confirmed_at": "您同意的时间",
        },
        hidden={"key": _KEY, "media_id": "微信的取件号，三天失效", "tries": "内部的次数"}, when="received_at",
    ),
    Held(
        VoiceSound, "录音", Fate.REMOVED, of_note(VoiceSound.note),
        shown={"kind": "格式", "body": "录音", "fetched_at": "取到时间"}, hidden={"note": "在上面「语音」里"},
        when="fetched_at",
    ),
)  # fmt: skip

POINTS = (
    Held(
        PointClaim, "积分申报", Fate.BLANKED, of_member(PointClaim),
        shown={
            "month": "哪个月", "item": "项目", "day": "哪一天", "words": "您写的", "points": "分数",
            "state": "办到哪里", "filed_at": "报的时间", "decided_by": "谁定的", "decided_at": "决定时间",
            "reason": "说明", "objection": "您的异议", "objected_at": "异议时间", "edition": "规则版本",
            "branch": "支部",
        },
        hidden={"member": _OWN, "key": _KEY}, blanks={"words": "", "reason": None, "objection": None},
        typed={"key": _KEY, "month": "年月", "item": "规则里的项目", "edition": _RULE}, when="day",
    ),
    Held(
        PointDecision, "积分的决定", Fate.BLANKED, of_member(PointDecision),
        shown={
            "kind": "种类", "item": "项目", "day": "哪一天", "points": "分数", "body": "谁定的",
            "reason": "原因", "decided_on": "哪天定的", "entered_by": "谁登记的", "entered_at": "登记时间",
            "withdrawn_at": "撤回时间", "withdrawn_why": "撤回原因", "edition": "规则版本",
            "branch": "支部",
        },
        hidden={"member": _OWN}, blanks={"body": "", "reason": "", "withdrawn_why": None},
        typed={"item": "规则里的项目", "edition": _RULE}, when="day",
    ),
    Held(
        PointEntry, "积分", Fate.LEDGER, of_member(PointEntry),
        shown={
            "day": "哪一天", "points": "计入", "stated": "规则给的", "item": "项目", "source": "来源",
            "note": "为什么不同", "year": "哪一年", "quarter": "第几季", "session": "哪次学习",
            "claim": "哪个申报", "decision": "哪个决定", "reverses": "冲销了哪一笔", "rule": "规则",
            "edition": "规则版本", "confirmed_by": "谁确认的", "created_at": "记账时间", "branch": "支部",
        },
        hidden={"member": _OWN}, typed=_FIXED | {"item": "规则里的项目", "note": "系统写的原因"}, when="day",
    ),
    Held(
        PointSummary, "积分小结", Fate.LEDGER, of_member(PointSummary),
        shown={
            "year": "哪一年", "quarter": "第几季（0 是全年）", "revision": "第几次", "score": "得分",
            "gained": "加", "lost": "减", "band": "说法", "edition": "规则版本", "why": "为什么再算",
            "frozen_at": "算的时间", "last_entry": "算到哪一笔", "branch": "支部",
        },
        hidden={"member": _OWN}, typed={"band": "规则里的说法", "edition": _RULE, "why": "系统写的原因"},
        when="frozen_at",
    ),
    Held(
        PointOptIn, "自愿参加积分", Fate.KEPT, of_member(PointOptIn),
        shown={"since": "起", "until": "止"}, hidden={"member": _OWN}, when="since",
    ),
)  # fmt: skip
