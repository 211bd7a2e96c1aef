"""What the tables of reminders hold of a member."""

from __future__ import annotations

from typing import Any

from models import (
    ChannelPause,
    OptOut,
    OutgoingFence,
    QueuedTask,
    ReachNote,
    Reminder,
    ReminderAttempt,
    SubscribeCredit,
)
from models.terms import Topic
from services.privacy.held import Fate, Held, Person, of_account, of_member, of_reminder

_OWN, _KEY = "就是您自己", "网址里的随机字"
_INNER = "发送时的内部编号"
#: Topics whose words name other members: several of them speak of more than the one they are about.
_NAMING = (Topic.CARE, Topic.CONTACT_DUE)


def _about(person: Person) -> Any:
    """Rows to a secretary that are about the member, or name the member among others (R32, R34)."""
    named = Reminder.topic.in_(_NAMING) & Reminder.words.contains(person.member.name)
    return (Reminder.about == person.member) | named


REMINDERS = (
    Held(
        Reminder, "给您的提醒", Fate.REMOVED, of_member(Reminder), also=_about,
        shown={
            "topic": "什么事", "words": "说的话", "state": "到了哪里", "why": "为什么没有发",
            "channel": "走哪条路", "created_at": "决定的时间", "due_at": "可以发的时间",
            "sent_at": "发出的时间", "pushed_by": "谁发的", "branch": "支部", "edition": "规则版本",
        },
        hidden={
            "member": _OWN, "key": _KEY, "about": "可能是别人", "session": "在说的话里",
            "fields": "和说的话一样", "way": "网址", "period": _INNER, "not_after": _INNER, "claim": _INNER,
            "claimed_at": _INNER, "tries": _INNER, "msgid": _INNER, "closed_at": _INNER, "code": _INNER,
        },
        when="created_at",
    ),
    Held(
        ReminderAttempt, "提醒发过几次", Fate.REMOVED, of_reminder(ReminderAttempt.reminder),
        shown={"at": "时间", "channel": "走哪条路", "state": "结果"},
        hidden={"reminder": "在上面「给您的提醒」里", "code": "微信的代码"}, when="at",
    ),
    Held(
        OptOut, "您不要提醒的事", Fate.REMOVED, of_member(OptOut),
        shown={"topic": "什么事", "at": "关的时间"}, hidden={"member": _OWN}, when="at",
    ),
    Held(
        SubscribeCredit, "您同意收的订阅通知", Fate.REMOVED, of_account(SubscribeCredit.openid),
        shown={"openid": "微信标识", "granted_at": "同意的时间", "used_at": "用掉的时间"},
        hidden={"template": "模板的编号", "reminder": "在上面「给您的提醒」里"}, when="granted_at",
    ),
    Held(
        ReachNote, "支部打电话、上门", Fate.REMOVED, of_member(ReachNote),
        shown={"kind": "怎样联系的", "day": "哪一天", "words": "写的几句话", "by": "谁", "branch": "支部"},
        hidden={"member": _OWN, "reminder": "在上面「给您的提醒」里", "at": "登记的时间"}, when="day",
    ),
    Held(ChannelPause, "暂停的路", Fate.NOBODYS, why="服务号自己的情况"),
    Held(OutgoingFence, "不许外发", Fate.NOBODYS, why="系统自己的记录"),
    Held(QueuedTask, "叫醒发送的任务", Fate.NOBODYS, why="只说有东西要发，不写是谁的"),
)  # fmt: skip
