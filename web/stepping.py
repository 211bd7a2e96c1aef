"""Before a step of weight: prove once more who is asking, with a code from the chat."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services import step_up
from services.errors import ServiceError
from web.context import current, now
from web.visitor import own_path, require_member, require_openid

pages = Blueprint("stepping", __name__)

_LONGEST = 32


class ProofNeeded(Exception):
    """The person has to prove who they are first; `web/errors.py` leads there and back to `way`."""

    def __init__(self, way: str) -> None:
        """Keep where the person was going."""
        super().__init__(way)
        self.way = way


def require_proof() -> None:
    """Let only those on who proved within the last minutes who they are; call it after `require_leader`.

    A page whose form does something of weight calls it as well when it is shown, so that nothing is typed
    in vain: a POST cannot be continued after the detour and leads back to the page with the form.

    Raises:
        ProofNeeded: otherwise.
    """
    if not step_up.is_proved(request.cookies.get(current().login_cookie, ""), now()):
        raise ProofNeeded(_way_back())


@pages.get("/auth/step-up")
def ask() -> str:
    """Say in large words what to do, and take the code."""
    require_member()
    return _form(own_path(request.args.get("next"), "/s"), "")


@pages.post("/auth/step-up")
def prove() -> Answer | tuple[str, int]:
    """Compare the code; then on to where the person was going."""
    require_member()
    way = own_path(request.form.get("next"), "/s")
    typed = request.form.get("code", "")[:_LONGEST]
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed))
    try:
        step_up.prove(require_openid(), plain, request.cookies.get(current().login_cookie, ""), now())
    except ServiceError as error:
        return _form(way, typed, error.message + error.hint), 400
    return redirect(way, 303)


def detour(error: ProofNeeded) -> Answer:
    """Lead to the page that asks for the code."""
    return redirect(url_for("stepping.ask", next=error.way), 303 if request.method == "POST" else 302)


def _way_back() -> str:
    if request.method in {"GET", "HEAD"}:
        return own_path(request.full_path.rstrip("?"), "/s")
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host:
        return "/s"
    return own_path(f"{came.path}?{came.query}".rstrip("?"), "/s")


def _form(way: str, typed: str, fault: str = "") -> str:
    return render_template("auth/step_up.html", way=way, typed=typed, fault=fault)
