"""Identifiers in the words of people, for the copy that is read and printed."""

from __future__ import annotations

from models.terms import PointSource, View
from services import rulebook

_SUBJECTS = {
    "binding": "微信绑定", "claim": "积分申报", "cycle": "述学轮次", "external": "支部外学习",
    "feedback": "疑问和建议", "helper": "代录同志", "leave": "请假", "lecture": "微党课", "make_up": "补学",
    "member": "个人数据", "notice": "通知", "plan": "年度计划", "survey": "问卷",
    "points": "积分", "report": "述学", "roster": "名册", "session": "学习", "voice": "语音",
}  # fmt: skip
_ACTS = {
    "accepted": "收下", "added": "添加", "answered": "回复", "arranged": "安排成学习", "changed": "更改",
    "removed": "去掉", "appointed": "指定", "approved": "同意", "bound": "绑定",
    "called": "点名", "cancelled": "取消", "closed": "结束", "code_issued": "发编码", "confirmed": "确认",
    "created": "新建", "dismissed": "不再担任", "dropped": "不用了", "erased": "删除", "exported": "交给本人",
    "filed": "提出", "frozen": "小结", "import": "导入", "left": "本人删除", "move_refused": "不同意换手机",
    "moved": "换手机", "objected": "提出异议", "opened": "开始", "opted_in": "愿意参加",
    "opted_out": "不再参加", "posted": "记分", "proposed": "报上", "published": "发布",
    "recalled": "收回", "recorded": "代录", "rescheduled": "改时间地点",
    "refused": "未同意", "released": "解除", "reopened": "退回重核", "resubmitted": "补充后再报",
    "returned": "请再补充", "reversed": "冲销", "submitted": "提交", "unbound": "本人解除",
    "unfollowed": "取消关注", "waived": "不用补", "withdrawn": "收回", "written": "写成文字",
}  # fmt: skip
_KINDS = {
    "member": "党员", "operator": "管理员", "system": "系统", "bind": "绑定编码", "digits": "六位数字",
    "shuxue": "述学", "hour_entry": "学时的一笔", "hours": "学时", "point_entry": "积分的一笔",
    "points": "积分",
}  # fmt: skip
_VIEWS = {str(view): view.label for view in View}
#: Lines that no item of the rules gives.
_SOURCES = {str(source).lower(): source.label for source in PointSource}


def view(name: str) -> str:
    """Return the Chinese of one of the five views, the name itself for any other word."""
    return _VIEWS.get(name, name)


def item(key: str) -> str:
    """Return the label of a point item by any edition that knows it, the newest first."""
    years = rulebook.current().point_years
    rules = next((each for each in reversed(years.editions) if key in each.items), None)
    return rules.items[key].label if rules else _SOURCES.get(key, key)


def action(name: str) -> str:
    """Return what was done, as 学习：确认; what has no word here is shown as it is stored."""
    subject, _, act = name.partition(".")
    return f"{_SUBJECTS[subject]}：{_ACTS[act]}" if subject in _SUBJECTS and act in _ACTS else name


def kind(name: str) -> str:
    """Return the word for a stored kind that belongs to no closed list."""
    return _KINDS.get(name, name)


#: column → how its identifiers are read.
READ = {"view": view, "item": item, "action": action, "actor_kind": kind, "subject_kind": kind, "topic": kind}
