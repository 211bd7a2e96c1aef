"""验证: the code that a page asks for before a step of weight."""

from __future__ import annotations

from services import binding, step_up
from services.inbox import Covered
from wechat import texts
from wechat.call import Call
from wechat.words import proving as words


def code(call: Call) -> str:
    """Answer 验证 with six digits that are good for a few minutes."""
    if binding.member_of(call.openid) is None:
        return texts.NOT_BOUND
    return Covered(words.code(step_up.ask(call.openid, call.now), f"{call.public_url}/auth/step-up"))
