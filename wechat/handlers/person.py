"""Who somebody is to us: following, binding, my hours, my page."""

from __future__ import annotations

from models import Member
from services import access, binding, hours
from services.arrival import codes
from services.clock import civil, civil_day
from services.delivery import receipts
from services.study import agenda
from wechat import texts
from wechat.call import Call
from wechat.handlers.checkin import by_scene


def follow(call: Call) -> str:
    """Greet a new follower, who may have come through a session's QR or a card."""
    receipts.follows(call.openid)
    return scan(call) if call.inbound.scene else texts.welcome(call.public_url) + texts.SCAN_AGAIN


def scan(call: Call) -> str:
    """Answer a scanned parametric QR: a session's, a member card's, or one we do not know."""
    code = codes.card_code(call.inbound.scene)
    if code is not None:
        return texts.bound(binding.bind(call.openid, code, call.now), call.public_url)
    if (answer := by_scene(call)) is not None:
        return answer
    return texts.welcome(call.public_url) if binding.member_of(call.openid) is None else texts.NOT_A_CODE


def unfollow(call: Call) -> str:
    """Let go of what is the account's; nobody is there to read an answer."""
    binding.unfollow(call.openid, call.now)
    return ""


def bind(call: Call) -> str:
    """Answer 绑定 with a code, or say where the code stands when there is none."""
    if not call.words:
        return texts.welcome(call.public_url)
    return texts.bound(binding.bind(call.openid, call.words, call.now), call.public_url)


def my_hours(call: Call) -> str:
    """Answer 学时."""
    member = binding.member_of(call.openid)
    if member is None:
        return texts.NOT_BOUND
    year = civil(call.now).year
    return texts.hours(
        hours.view(member, year, call.now),
        hours.recent(member, year, limit=2),
        agenda.coming(member, call.now),
        call.now,
        f"{call.public_url}/m/hours",
    )


def me(call: Call) -> str:
    """Answer 我的."""
    member = binding.member_of(call.openid)
    if member is None:
        return texts.NOT_BOUND
    return texts.about_me(
        [member.name, member.branch.name, *([member.group.name] if member.group else [])],
        hours.view(member, civil(call.now).year, call.now),
        agenda.coming(member, call.now),
        call.now,
        _pages(member, call),
    )


def _pages(member: Member, call: Call) -> list[str]:
    pages = [f"我的页面：{call.public_url}/m"]
    if access.led_organizations(member.id, civil_day(call.now)):
        pages.append(f"支部工作：{call.public_url}/s")
    return pages
