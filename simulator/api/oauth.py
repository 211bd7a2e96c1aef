"""Web login: code, access token, and who the person is."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ..errors import ApiError
from ..records import Code, Grant, Person
from ..state import World
from .calls import Call, Route, done
from .tokens import check_account

CODE_LIFE = 300
GRANT_LIFE = 7200
REFRESH_LIFE = 30 * 86_400
SCOPES = ("snsapi_base", "snsapi_userinfo")
STATE = re.compile(r"^[a-zA-Z0-9]{0,128}$")


class AuthorizeRefused(ValueError):
    """An authorize address for which the phone shows an error page instead of a redirect."""


def authorize(world: World, person: Person, query: dict[str, str]) -> str:
    """Return where the phone goes after authorize: redirect_uri with code and state."""
    target = urlsplit(query.get("redirect_uri", ""))
    if query.get("appid") != world.settings.app_id:
        raise AuthorizeRefused("appid 参数错误")
    if target.scheme not in ("http", "https") or not target.hostname:
        raise AuthorizeRefused("redirect_uri 参数错误")
    allowed = world.config.oauth_domains
    if allowed and target.netloc not in allowed:
        raise AuthorizeRefused("redirect_uri 域名与后台配置不一致，错误码：10003")
    scope, state = query.get("scope", ""), query.get("state", "")
    if query.get("response_type") != "code" or scope not in SCOPES:
        raise AuthorizeRefused("Scope 参数错误或没有 Scope 权限")
    if not STATE.match(state):
        raise AuthorizeRefused("state 只能是字母和数字，最多 128 个")
    with world.lock:
        value = world.word(32)
        ends = world.clock.now() + CODE_LIFE
        world.codes[value] = Code(person.openid, scope, ends, person.snapshot)
    extra = [*parse_qsl(target.query, keep_blank_values=True), ("code", value), ("state", state)]
    return urlunsplit(target._replace(query=urlencode(extra), fragment=""))


def _grant(world: World, code: Code) -> dict[str, Any]:
    now = world.clock.now()
    access, refresh = f"oauth_{world.word(80)}", f"refresh_{world.word(80)}"
    # A snapshot visitor is nobody: the platform invents an openid.
    openid = f"snapshot{world.word(20)}" if code.snapshot else code.openid
    world.grants[access] = Grant(openid, code.scope, now + GRANT_LIFE)
    world.grants[refresh] = Grant(openid, code.scope, now + REFRESH_LIFE)
    answer: dict[str, Any] = {
        "access_token": access,
        "expires_in": GRANT_LIFE,
        "refresh_token": refresh,
        "openid": openid,
        "scope": code.scope,
    }
    if code.snapshot:
        answer["is_snapshotuser"] = 1
    return answer


def access_token(call: Call) -> dict[str, Any]:
    """Exchange a code for the person's openid, once."""
    args, world = call.args, call.world
    check_account(world, args.get("appid", ""), args.get("secret", ""))
    if args.get("grant_type") != "authorization_code":
        raise ApiError(40002)
    if not args.get("code"):
        raise ApiError(41008)
    code = world.codes.get(args["code"])
    if code is None or code.ends <= world.clock.now():
        raise ApiError(40029)
    if code.used:
        raise ApiError(40163)
    code.used = True
    return _grant(world, code)


def _live_grant(call: Call, value: str, error: int) -> Grant:
    grant = call.world.grants.get(value)
    if grant is None:
        raise ApiError(error)
    if grant.ends <= call.world.clock.now():
        raise ApiError(42001 if error == 40001 else error)
    return grant


def refresh_token(call: Call) -> dict[str, Any]:
    """Renew a person's access token."""
    if call.args.get("appid") != call.world.settings.app_id:
        raise ApiError(40013)
    value = call.args.get("refresh_token", "")
    grant = _live_grant(call, value if value.startswith("refresh_") else "", 40030)
    now = call.world.clock.now()
    access = f"oauth_{call.world.word(80)}"
    call.world.grants[access] = Grant(grant.openid, grant.scope, now + GRANT_LIFE)
    return {
        "access_token": access,
        "expires_in": GRANT_LIFE,
        "refresh_token": value,
        "openid": grant.openid,
        "scope": grant.scope,
    }


def userinfo(call: Call) -> dict[str, Any]:
    """Tell the nickname of a person who allowed it."""
    grant = _live_grant(call, call.args.get("access_token", ""), 40001)
    if grant.openid != call.args.get("openid"):
        raise ApiError(40003)
    if grant.scope != "snsapi_userinfo":
        raise ApiError(48001)
    return {
        "openid": grant.openid,
        "nickname": "微信用户",
        "sex": 0,
        "province": "",
        "city": "",
        "country": "",
        "headimgurl": "",
        "privilege": [],
    }


def auth(call: Call) -> dict[str, Any]:
    """Say whether a person's access token still works."""
    grant = _live_grant(call, call.args.get("access_token", ""), 40001)
    if grant.openid != call.args.get("openid"):
        raise ApiError(40003)
    return done()


ROUTES = [
    Route("sns/oauth2/access_token", access_token, token=False),
    Route("sns/oauth2/refresh_token", refresh_token, token=False),
    Route("sns/userinfo", userinfo, token=False),
    Route("sns/auth", auth, token=False),
]
