"""大字版, the care mode of the whole site: one tap, kept by the browser, with or without a login (G20)."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from web.context import current
from web.visitor import own_path

pages = Blueprint("care", __name__)

#: The cookie says no more than that this browser shows large type.
_COOKIE, _ON = "care", "1"
_YEAR_SECONDS = 365 * 24 * 3600


@pages.post("/care")
def switch() -> Answer:
    """Switch large type on or off and go back to where the person was."""
    response = redirect(own_path(request.form.get("next")), 303)
    secure = current().secure_cookies
    if request.form.get("type") == "large":
        response.set_cookie(
            _COOKIE, _ON, max_age=_YEAR_SECONDS, path="/", secure=secure, httponly=True, samesite="Lax"
        )
    else:
        response.delete_cookie(_COOKIE, path="/", secure=secure, httponly=True, samesite="Lax")
    return response


def care() -> bool:
    """Whether this browser shows large type."""
    return request.cookies.get(_COOKIE) == _ON


def here() -> str:
    """Return the address of this page for coming back to it, or of the home where it has none.

    A page that answers a form may have no address of its own to be asked for.
    """
    if request.method in {"GET", "HEAD"}:
        return own_path(request.full_path.rstrip("?"))
    home = "/s" if request.path.startswith("/s/") else "/m"
    try:
        current_app.url_map.bind("").match(request.path, method="GET")
    except HTTPException:
        return home
    return own_path(request.path)
