"""Before a step of weight: prove once more who is asking, with a code from the chat.

A form that was filled in is not lost on the way. The page that asks for the code carries its fields along and
sends them again with the code. And because many leave the page for the chat and come back by its link, what
is short enough is also kept in a sealed cookie, which opens for the same member alone and for half an hour.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, after_this_request, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models import Member
from services import keyring, step_up
from services.clock import seconds
from services.errors import ServiceError
from web.context import current, now
from web.visitor import own_path, require_member, require_openid

pages = Blueprint("stepping", __name__)

#: The field in which a form that is sent again brings the code.
CODE = "proof_code"
_LONGEST = 32
#: What belongs to this page alone and is not carried along.
_NOT_CARRIED = frozenset({CODE, "csrf_token"})
#: How long a form waits for its person to come back from the chat, and what a browser keeps of one cookie.
_LIFE = timedelta(minutes=30)
_ROOM = 3500
_PURPOSE = "step"
#: What is saved and not shown.
_FILE = re.compile(r"\.(docx|pdf|xlsx)(\?|$)")


@dataclass(frozen=True)
class Form:
    """A form on its way: the address it is sent to, and its fields in order."""

    action: str
    fields: tuple[tuple[str, str], ...]


_Response = TypeVar("_Response", bound=Answer)


class ProofNeeded(Exception):
    """The person has to prove who they are first; `web/errors.py` shows the page that asks for the code.

    Attributes:
        way: where the person was going, or the page with the form.
        typed: the code that was typed and does not fit.
        fault: what is wrong with it, empty before the first try.
    """

    def __init__(self, way: str, typed: str = "", fault: str = "") -> None:
        """Keep where the person was going."""
        super().__init__(way)
        self.way, self.typed, self.fault = way, typed, fault


def require_proof() -> None:
    """Let only those on who proved within the last minutes who they are; call it once reach is settled.

    A form may bring the code along: that is how the page that asks for it sends the form again.

    Raises:
        ProofNeeded: otherwise.
    """
    token = _token()
    if not step_up.is_proved(token, now()):
        typed = request.form.get(CODE) if request.method == "POST" else None
        if typed is None:
            raise ProofNeeded(_way_back())
        try:
            step_up.prove(require_openid(), _plain(typed), token, now())
        except ServiceError as error:
            raise ProofNeeded(_way_back(), typed[:_LONGEST], error.message + error.hint) from error
    if request.method == "POST" and current().step_cookie in request.cookies:
        after_this_request(_let_go)


@pages.get("/auth/step-up")
def ask() -> Answer:
    """Say in large words what to do, and take the code; a form that waits here goes on from here."""
    member = require_member()
    way, form = own_path(request.args.get("next"), ""), None
    if not way:
        way, form = _kept(member)
    if form is None and _FILE.search(way) and step_up.is_proved(_token(), now()):
        return Answer(render_template("auth/proved.html", way=way), mimetype="text/html")
    return _form(way or "/s", "", form=form)


@pages.post("/auth/step-up")
def prove() -> Answer:
    """Compare the code; then on to where the person was going."""
    require_member()
    way = own_path(request.form.get("next"), "/s")
    typed = request.form.get(CODE, "")
    try:
        step_up.prove(require_openid(), _plain(typed), _token(), now())
    except ServiceError as error:
        return _form(way, typed[:_LONGEST], error.message + error.hint, status=400)
    # Saving a file leaves the page as it stands, and nobody would know that it went well: this page says so.
    return _let_go(redirect(url_for("stepping.ask", next=way) if _FILE.search(way) else way, 303))


def detour(error: ProofNeeded) -> Answer:
    """Lead to the page that asks for the code, or show it with the form that was just sent."""
    if request.method != "POST":
        return _keep(redirect(url_for("stepping.ask", next=error.way)), error.way, None)
    fields = tuple(
        (name, value) for name, value in request.form.items(multi=True) if name not in _NOT_CARRIED
    )
    form = Form(own_path(request.full_path.rstrip("?"), "/s"), fields)
    answer = _form(error.way, error.typed, error.fault, form=form, status=400 if error.fault else 401)
    return _keep(answer, error.way, form)


def _way_back() -> str:
    if request.method in {"GET", "HEAD"}:
        return own_path(request.full_path.rstrip("?"), "/s")
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host:
        return "/s"
    return own_path(f"{came.path}?{came.query}".rstrip("?"), "/s")


def _token() -> str:
    return request.cookies.get(current().login_cookie, "")


def _plain(typed: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", typed[:_LONGEST]))


def _form(way: str, typed: str, fault: str = "", *, form: Form | None = None, status: int = 200) -> Answer:
    page = render_template("auth/step_up.html", way=way, typed=typed, fault=fault, form=form, field=CODE)
    return Answer(page, status, mimetype="text/html")


def _keep(answer: Answer, way: str, form: Form | None) -> Answer:
    """Let the browser keep the way and, if it is short, the form, sealed for this member."""
    said: dict[str, Any] = {"by": require_member().id, "until": seconds(now() + _LIFE), "way": way}
    sealed = _sealed(said | {"form": [form.action, form.fields]}) if form is not None else ""
    if not 0 < len(sealed) <= _ROOM:
        sealed = _sealed(said)
    answer.set_cookie(
        current().step_cookie, sealed, max_age=int(_LIFE.total_seconds()), path="/", httponly=True,
        secure=current().secure_cookies, samesite="Lax",
    )  # fmt: skip
    return answer


def _sealed(said: dict[str, Any]) -> str:
    # A half character, which a browser never sends, stays what it is by being written as its number.
    return keyring.current().carry(zlib.compress(json.dumps(said).encode(), 9), _PURPOSE)


def _kept(member: Member) -> tuple[str, Form | None]:
    """Return the way and the form that wait in this browser for this member."""
    content = keyring.current().carried(request.cookies.get(current().step_cookie, ""), _PURPOSE)
    said: dict[str, Any] = json.loads(zlib.decompress(content)) if content else {}
    if said.get("by") != member.id or said.get("until", 0) < seconds(now()):
        return "", None
    action, fields = said.get("form", ("", ()))
    form = Form(action, tuple((name, value) for name, value in fields)) if action else None
    return str(said["way"]), form


def _let_go(answer: _Response) -> _Response:
    answer.delete_cookie(
        current().step_cookie, path="/", secure=current().secure_cookies, httponly=True, samesite="Lax"
    )
    return answer
