"""Headers of every answer, limits of every request, cookies, and the token in every form."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.wrappers import Response as Answer

from web.context import WebContext

#: Every POST needs the token; app.py exempts the platform's callback, which proves itself by signature.
csrf = CSRFProtect()

#: The largest body that is read at all, and the largest form (RELIABILITY part 3).
LARGEST_FORM = 1024 * 1024
#: Pages to which a file is sent, or that carry what was read from one to the next step.
_LARGER = {"roster_upload.preview": 6 * LARGEST_FORM, "roster_upload.confirm": 4 * LARGEST_FORM}

_POLICY = "; ".join(
    (
        "default-src 'self'",
        # WeUI draws its arrows and ticks from data: addresses within its style sheet.
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_DENIED = (
    "accelerometer autoplay camera display-capture encrypted-media fullscreen geolocation gyroscope hid"
    " magnetometer microphone midi payment publickey-credentials-get screen-wake-lock serial usb"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: over https the form protection compares the Referer with our own host, and with
    # no-referrer browsers would send none, so that every form would be refused. To other hosts
    # same-origin tells just as little.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in _DENIED.split()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
_HSTS = "max-age=31536000"


def protect(app: Flask, context: WebContext) -> None:
    """Set what holds for the whole application."""
    app.secret_key = context.secret_key
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_NAME=context.visit_cookie,
        SESSION_COOKIE_SECURE=context.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        # Lax, not Strict: the platform's login comes back by a top-level GET from its own host.
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        # A roll stays open for a whole meeting; the token lives as long as the visitor's cookie.
        WTF_CSRF_TIME_LIMIT=None,
    )
    # Before the form token is looked for: that reads the body.
    app.before_request(_allow_files)
    csrf.init_app(app)

    def dress(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if context.secure_cookies:
            response.headers.setdefault("Strict-Transport-Security", _HSTS)
        if request.endpoint != "assets.file":
            # Android's browser in WeChat keeps pages otherwise, and a shared phone shows the last reader's.
            response.headers["Cache-Control"] = "no-store"
        return response

    app.after_request(dress)


def _allow_files() -> None:
    limit = _LARGER.get(request.endpoint or "")
    if limit is not None:
        request.max_content_length = request.max_form_memory_size = limit


def set_login_cookie(response: Answer, context: WebContext, token: str, seconds: int) -> None:
    """Give the browser the token of its session."""
    response.set_cookie(
        context.login_cookie,
        token,
        max_age=seconds,
        path="/",
        secure=context.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def drop_login_cookie(response: Answer, context: WebContext) -> None:
    """Take the token from the browser, and with it a form that waits for a proof."""
    for name in (context.login_cookie, context.step_cookie):
        response.delete_cookie(name, path="/", secure=context.secure_cookies, httponly=True, samesite="Lax")
