"""What the pages of a member's particulars share: of whom, what was just done, what a form got wrong."""

from __future__ import annotations

from flask import request

from services.errors import ServiceError, not_found
from services.members import one
from services.members.one import Profile
from web.context import now
from web.visitor import require_leader

_DONE_WORDS = {
    "saved": "已保存。",
    "entered": "已加到名册里。接下来可以给本人做身份卡。",
    "exempted": "已登记。",
    "ended": "已改好结束的日子。",
    "left": "已登记离开，职务和提醒都停了，记录都留着。",
    "restored": "已恢复到名册上。",
    "released": "已解除绑定，记录都留着。本人可以用新的编码再绑定。",
    "moving": "已发给对方支部，等对方接收。",
    "moved": "已登记转出。",
    "away": "已登记外出。",
    "back": "已登记回来。",
    "host": "已请对方支部接收，等对方答复。",
    "contacted": "已记下这次联系。",
}


def word() -> str:
    """Return what was done just before, in words."""
    return _DONE_WORDS.get(request.args.get("done", ""), "")


def profile(number: str) -> Profile:
    """Return a member whom the person of this request keeps.

    Raises:
        ServiceError: `not_found` also for the head of the member's group.
    """
    found = one.one(require_leader().actor, number, now())
    if found.kept is None:
        raise not_found(f"编号为 {number[:32]} 的党员")
    return found


def fault_of(error: ServiceError, *fields: str) -> dict[str, str]:
    """Return a refusal as the fault of its field, or of the form; what is nobody's fault goes on.

    Raises:
        ServiceError: `not_found` and `forbidden`.
    """
    if error.kind in {"not_found", "forbidden"}:
        raise error
    return {error.code if error.code in fields else "form": error.message + error.hint}
