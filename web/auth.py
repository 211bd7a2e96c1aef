"""Logging in by the platform's silent login, and out again (WECHAT part 1, G16)."""

from __future__ import annotations

import re
import secrets
import threading

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Answer

from services import login as logins
from services.clock import seconds
from services.errors import invalid
from services.ports import Action, PlatformError
from web.context import current, now
from web.errors import page
from web.security import drop_login_cookie, set_login_cookie
from web.visitor import own_path, require_openid

pages = Blueprint("auth", __name__)

_STATE = re.compile(r"^[a-zA-Z0-9]{1,128}$")
#: How long the way through the platform may take, and how many such ways one browser may be on at once.
_WAY_SECONDS, _WAYS = 600, 4
_SNAPSHOT = ("这是微信的预览页面，还认不出您。", "请点页面下方的「使用完整服务」，再进一次。")
#: A parallel second call of the same login waits so often, so long, for the first one's result.
_PATIENCE, _PAUSE = 10, 0.05


@pages.get("/auth/login")
def login() -> Answer:
    """Send the person through the platform; the state ties the way back to this browser."""
    state = secrets.token_hex(16)
    target = own_path(request.args.get("next"))
    started = [way for way in session.get("ways", []) if _fresh(way)][1 - _WAYS :]
    session["ways"] = [*started, [state, target, seconds(now())]]
    return redirect(current().identity.authorize_url(current().public_url + url_for("auth.callback"), state))


@pages.get("/auth/callback")
def callback() -> Answer | tuple[str, int]:
    """Trade the code for the account and open a session, under a new token in any case."""
    state, code = request.args.get("state", ""), request.args.get("code", "")
    way, used = _way_of(state)
    if way is None:
        return _again("/m", "这次登录没有对上。", "可能停留得太久了，请再进入一次。", 400)
    target = way[1]
    if not code or len(code) > 512:
        return _again(target, "登录没有完成。", "请再进入一次。", 400)
    try:
        openid, snapshot = _person(state, code, used)
    except PlatformError as error:
        return _unanswered(error, target)
    if snapshot:
        return page(403, *_SNAPSHOT, way=url_for("auth.login", next=target), way_words="重新进入")
    return _enter(openid, way)


@pages.post("/auth/logout")
def logout() -> Answer:
    """End the session on the server and take the cookie back; a replayed cookie opens nothing."""
    token = request.cookies.get(current().login_cookie)
    if token:
        logins.end(token)
    session.clear()
    response = Answer(render_template("auth/left.html"), mimetype="text/html")
    drop_login_cookie(response, current())
    return response


@pages.post("/auth/logout-everywhere")
def logout_everywhere() -> Answer:
    """End all sessions of the account: a phone that was lost or lent opens nothing at its next request."""
    logins.end_everywhere(require_openid())
    session.clear()
    response = Answer(render_template("auth/left.html", everywhere=True), mimetype="text/html")
    drop_login_cookie(response, current())
    return response


def _fresh(way: list[object]) -> bool:
    return isinstance(way[2], int) and 0 <= seconds(now()) - way[2] <= _WAY_SECONDS


def _way_of(state: str) -> tuple[list[str] | None, bool]:
    """Return the way that this browser began under a state, and whether it has arrived already."""
    if not _STATE.match(state):
        return None, False
    for name in ("ways", "arrived"):
        for way in session.get(name, []):
            if secrets.compare_digest(str(way[0]), state) and _fresh(way):
                return way, name == "arrived"
    return None, False


def _person(state: str, code: str, used: bool) -> tuple[str, bool]:
    """Return (account, is it a snapshot user); a second call of the same login gets the kept result.

    Raises:
        PlatformError: when the platform does not say who it is.
        ServiceError: for a state that has been used with another code.
    """
    kept = logins.recall_code(state, code, now())
    if kept is not None:
        return kept, False
    if used:
        raise invalid("state", "这次登录已经用过了。", "请重新进入。")
    try:
        openid, snapshot = current().identity.person(code)
    except PlatformError as error:
        kept = _parallel(state, code) if error.action is Action.LOGIN_AGAIN else None
        if kept is None:
            raise
        return kept, False
    if not snapshot:
        logins.remember_code(state, code, openid, now())
    return openid, snapshot


def _parallel(state: str, code: str) -> str | None:
    # The platform may call twice at the same time; the code works for one of the two, which needs a
    # moment to write down whose it was.
    pause = threading.Event()
    for _ in range(_PATIENCE):
        kept = logins.recall_code(state, code, now())
        if kept is not None:
            return kept
        pause.wait(_PAUSE)
    return None


def _enter(openid: str, way: list[str]) -> Answer:
    former = request.cookies.get(current().login_cookie)
    token = logins.start(openid, now(), former)
    # Nothing of the visitor's cookie outlives the login but a scan in progress, so that what somebody
    # else may have planted in it (a form token) is worthless.
    kept = {name: session[name] for name in ("scan",) if name in session}
    session.clear()
    session.update(kept)
    session["arrived"] = [way]
    response = redirect(own_path(way[1]))
    set_login_cookie(response, current(), token, int(logins.LIFE.total_seconds()))
    return response


def _unanswered(error: PlatformError, target: str) -> tuple[str, int]:
    if error.action is Action.LOGIN_AGAIN:
        return _again(target, "这次登录已经用过了。", "请重新进入一次。", 409)
    return _again(target, "微信暂时没有应答，还没有登录。", "请过一会儿再进入。", 503)


def _again(target: str, message: str, hint: str, status: int) -> tuple[str, int]:
    return page(status, message, hint, way=url_for("auth.login", next=target), way_words="重新进入")
