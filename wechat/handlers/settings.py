"""提醒 开 and 提醒 关: the one choice that can be made in the chat (F13)."""

from __future__ import annotations

from services import binding, settings
from wechat import texts
from wechat.call import Call
from wechat.words import settings as words

_ON = frozenset({"开", "打开", "开启"})
_OFF = frozenset({"关", "关闭", "关掉"})


def reminders(call: Call) -> str:
    """Answer 提醒, with or without the wish behind it."""
    member = binding.member_of(call.openid)
    if member is None:
        return texts.NOT_BOUND
    if call.words in _ON:
        settings.set_reminders(member, True, call.now)
        return words.ON
    if call.words in _OFF:
        settings.set_reminders(member, False, call.now)
        return words.OFF
    return words.standing(settings.of_member(member))
