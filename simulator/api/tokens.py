"""Access tokens, JS tickets, quota and addresses of the platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ApiError
from ..records import Token
from ..state import World
from .calls import Call, Route, done

LIFETIME = 7200
RENEW_BEFORE = 300


def check_account(world: World, app_id: str, secret: str) -> None:
    """Refuse credentials that are not the account's."""
    if not app_id:
        raise ApiError(41002)
    if not secret:
        raise ApiError(41004)
    if app_id != world.settings.app_id:
        raise ApiError(40013)
    if secret != world.settings.app_secret:
        raise ApiError(40125)


def _check(call: Call, given: Mapping[str, Any]) -> None:
    if given.get("grant_type") != "client_credential":
        raise ApiError(40002)
    check_account(call.world, str(given.get("appid", "")), str(given.get("secret", "")))
    allowed = call.world.config.ip_whitelist
    if allowed and call.request.remote_addr not in allowed:
        raise ApiError(40164, f"ip {call.request.remote_addr}")


def _issue(world: World, kind: str) -> Token:
    value = f"{len(world.tokens) + 1}_{world.word(120)}"
    token = Token(value, kind, world.clock.now() + LIFETIME)
    world.tokens[value] = token
    return token


def _live(world: World, kind: str) -> list[Token]:
    now = world.clock.now()
    return [t for t in world.tokens.values() if t.kind == kind and not t.revoked and t.ends > now]


def legacy(call: Call) -> dict[str, Any]:
    """Issue a token of the old kind; the one before stops working at once."""
    _check(call, call.args)
    for former in _live(call.world, "legacy"):
        former.revoked = True
    return {"access_token": _issue(call.world, "legacy").value, "expires_in": LIFETIME}


def stable(call: Call) -> dict[str, Any]:
    """Give the same token until five minutes before its end, unless a new one is forced."""
    given = call.json()
    _check(call, given)
    world = call.world
    live = _live(world, "stable")
    if given.get("force_refresh"):
        for former in live:
            former.revoked = True
        live = []
    token = live[-1] if live and live[-1].ends - world.clock.now() > RENEW_BEFORE else _issue(world, "stable")
    left = int(token.ends - world.clock.now())
    return {"access_token": token.value, "expires_in": left}


def js_ticket(call: Call) -> dict[str, Any]:
    """Give the ticket that signs pages for the JS-SDK."""
    kind = call.args.get("type", "")
    if kind not in ("jsapi", "wx_card"):
        raise ApiError(40097 if kind else 41001, "ticket type")
    now = call.world.clock.now()
    ticket, ends = call.world.js_tickets.get(kind, ("", 0.0))
    if ends - now < RENEW_BEFORE:
        ticket, ends = call.world.word(86), now + LIFETIME
        call.world.js_tickets[kind] = (ticket, ends)
    return done(ticket=ticket, expires_in=int(ends - now))


def clear_quota(call: Call) -> dict[str, Any]:
    """Forget today's calls."""
    if call.json().get("appid") != call.world.settings.app_id:
        raise ApiError(40013)
    kept = (call.world.clock.today(), "cgi-bin/clear_quota")
    used = call.world.used[kept]
    call.world.used.clear()
    call.world.used[kept] = used
    return done()


def addresses(_: Call) -> dict[str, Any]:
    """Name the addresses pushes come from."""
    return {"ip_list": ["127.0.0.1"]}


ROUTES = [
    Route("cgi-bin/token", legacy, token=False),
    Route("cgi-bin/stable_token", stable, token=False, post=True),
    Route("cgi-bin/ticket/getticket", js_ticket),
    Route("cgi-bin/clear_quota", clear_quota, post=True),
    Route("cgi-bin/getcallbackip", addresses),
    Route("cgi-bin/get_api_domain_ip", addresses),
]
