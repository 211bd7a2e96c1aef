"""The scene of the simulator's desk: whose phones there are, and what stands beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from demo import cast
from models import Member
from services import addresses, binding
from services.actor import OPERATOR

ACCOUNT = "述学通"
LINES = ("换个人看看", "扫屏幕上的码", "用书记的手机点名、确认", "看看学时为什么是这个数")


def compose(session_key: str, service: str, now: datetime) -> dict[str, Any]:
    """Return the scene file's content.

    Args:
        session_key: the session that the meeting screen shows.
        service: the origin of the service, without a slash at the end.
        now: this moment; whoever is not bound gets a fresh card.
    """
    screen = {
        "title": "会场屏",
        "url": service + addresses.screen_path(session_key),
        "qr": service + addresses.screen_qr_path(session_key),
    }
    return {
        "account": ACCOUNT,
        "lines": list(LINES),
        "people": [_person(part, now) for part in cast.CAST],
        "screens": [screen],
        "tabs": [
            {"title": "书记今日", "url": f"{service}/s", "as": cast.SECRETARY.openid},
            {"title": "我的学时", "url": f"{service}/m/hours", "as": cast.MEMBER.openid},
        ],
    }


def _person(part: cast.Part, now: datetime) -> dict[str, Any]:
    """Describe one person: bound people follow already, the others hold a card."""
    member = Member.get(Member.number == part.number)
    person: dict[str, Any] = {"name": member.name, "openid": part.openid, "note": part.note}
    owner = binding.member_of(part.openid)
    if owner is not None and owner.number == part.number:
        return person | {"follow": True}
    code = binding.issue_code(OPERATOR, part.number, now, printed=True)
    return person | {"card_scene": code.scene}
