"""Who asks for a page: the account behind the cookie, its member, and what the member leads."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import g, request

from models import Member
from services import access, login
from services.access import Grant
from services.actor import Actor, member_actor
from services.clock import civil_day
from services.errors import ServiceError
from web.context import current, now

_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


class LoginNeeded(Exception):
    """Nobody is logged in; `web/errors.py` sends the person through the login and back."""


class BindingNeeded(Exception):
    """The account is no member's yet; `web/errors.py` leads to the form for the code."""


@dataclass(frozen=True)
class Visitor:
    """The person of this request, as far as known."""

    openid: str | None
    member: Member | None


@dataclass(frozen=True)
class Leader:
    """A member who leads organizations today, with the roles that say so."""

    member: Member
    actor: Actor
    grants: tuple[Grant, ...]


def visitor() -> Visitor:
    """Return the person of this request; looked up once, and anew at every request (G16)."""
    if "visitor" not in g:
        token = request.cookies.get(current().login_cookie, "")
        g.visitor = Visitor(*login.person(token, now())) if token else Visitor(None, None)
    found: Visitor = g.visitor
    return found


def require_openid() -> str:
    """Return the account, bound or not.

    Raises:
        LoginNeeded: when nobody is logged in.
    """
    openid = visitor().openid
    if openid is None:
        raise LoginNeeded
    return openid


def require_member() -> Member:
    """Return the member.

    Raises:
        LoginNeeded: when nobody is logged in.
        BindingNeeded: when the account is no member's.
    """
    require_openid()
    member = visitor().member
    if member is None:
        raise BindingNeeded
    return member


def require_leader() -> Leader:
    """Return the member together with what is led today.

    Raises:
        ServiceError: `forbidden` for a member who leads nothing, also for yesterday's secretary (R113).
    """
    member = require_member()
    grants = access.led_organizations(member.id, civil_day(now()))
    if not grants:
        raise ServiceError(
            "forbidden",
            "这里是支部书记、支委和党小组长用的页面。",
            "您的学习和学时在「我的学习」里。",
            kind="forbidden",
        )
    return Leader(member, member_actor(member.id), tuple(grants))


def require_helping() -> Leader:
    """Return the member together with the organizations for whose members words are written down (R42).

    Raises:
        ServiceError: `forbidden` for a member who neither leads a branch or group nor was named a helper.
    """
    member = require_member()
    grants = access.helped_organizations(member.id, civil_day(now()))
    if not grants:
        raise ServiceError(
            "forbidden",
            "这里是替同志代录述学用的页面。",
            "您自己的述学在「述学」里写。",
            kind="forbidden",
        )
    return Leader(member, member_actor(member.id), tuple(grants))


def helps() -> bool:
    """Whether the member of this request may write down what others say, so that the way there is shown."""
    member = visitor().member
    return member is not None and bool(access.helped_organizations(member.id, civil_day(now())))


def leads() -> bool:
    """Whether the member of this request leads anything today, so that the way to that page is shown."""
    member = visitor().member
    return member is not None and bool(access.led_organizations(member.id, civil_day(now())))


def own_path(offered: str | None, otherwise: str = "/m") -> str:
    """Return a path of our own to go back to; an address of somebody else's gives `otherwise`."""
    if offered and len(offered) <= 512 and _OWN_PATH.fullmatch(offered) and not offered.startswith("/auth/"):
        return offered
    return otherwise
