"""The scene of the simulator's desk: whose phones there are, and what stands beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from demo import cast
from demo.rules import NOTE
from models import Member, Organization, WechatBinding
from services import addresses, binding
from services.actor import OPERATOR
from services.study import sessions

ACCOUNT = "述学通"
_PUSH = "发提醒"
LINES = (
    "换个人看看",
    "扫屏幕上的码",
    "用书记的手机点名、确认",
    {"words": "给学时不够的人发提醒", "tab": _PUSH},
)


def compose(
    session_key: str, service: str, now: datetime, templates: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return the scene file's content.

    Args:
        session_key: the session that the meeting screen shows.
        service: the origin of the service, without a slash at the end.
        now: this moment; whoever is not bound gets a fresh card.
        templates: of the account, as the rules in force name them.
    """
    session = sessions.find(session_key)
    screen = {
        "title": "会场屏",
        "url": service + addresses.screen_path(session),
        "qr": service + addresses.screen_qr_path(session),
    }
    return {
        "account": ACCOUNT,
        "lines": list(LINES),
        "note": NOTE,
        "people": [*(_person(part, now) for part in cast.CAST), *_others()],
        "templates": list(templates),
        "screens": [screen],
        "tabs": [
            {"title": "书记今日", "url": f"{service}/s", "as": cast.SECRETARY.openid},
            {"title": _PUSH, "url": f"{service}/s/push", "as": cast.SECRETARY.openid},
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


def _others() -> list[dict[str, Any]]:
    """Describe everybody else who follows: a reminder may go to any of them.

    The phone offers those of the scene's branch; all the others are only there for the account.
    """
    played = {part.openid for part in cast.CAST}
    rows = (
        WechatBinding.select(WechatBinding.openid, Member.name, Organization.code)
        .join(Member)
        .join(Organization, on=(Member.branch == Organization.id))
        .where(WechatBinding.unbound_at.is_null(), WechatBinding.openid.startswith("demo-"))
        .order_by(Member.number)
        .tuples()
    )
    return [
        {"name": name, "openid": openid, "note": "本支部党员", "follow": True, "offered": code == cast.BRANCH}
        for openid, name, code in rows
        if openid not in played
    ]
