"""投诉 and 建议 in the chat: the words after it are the message, kept as they were typed (F16)."""

from __future__ import annotations

import re

from services import binding, feedback
from services.feedback import To
from wechat.call import Call
from wechat.words import feedback as words

#: The command as it may stand in what was really typed; the rest keeps its capitals and its lines.
_COMMAND = re.compile(r"^\s*(?:我要|我的)?(?:投诉建议|投诉|建议)[\s:：,，+＋]*")


def give(call: Call) -> str:
    """Take the message in; who is not bound writes without a name, to those above."""
    page = f"{call.public_url}/feedback"
    said = _COMMAND.sub("", call.inbound.text, count=1).strip()
    if not said:
        return words.how(page)
    member = binding.member_of(call.openid)
    feedback.give(member, said, To.BRANCH, member is not None, call.now)
    return words.taken(member is not None, page)
