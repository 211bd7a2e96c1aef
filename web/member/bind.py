"""Tying the account to a member by the code of a card (R26, R101)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services import binding
from services.binding import Bound, Step
from services.errors import ServiceError
from web.context import current, now
from web.member.result import result_of
from web.visitor import require_openid, visitor

pages = Blueprint("bind", __name__)

#: Longer than any code with all its spaces; what is longer is no code.
_LONGEST = 64


@pages.get("/m/bind")
def show() -> str | Answer:
    """Ask for the code; a member who is bound already goes home."""
    require_openid()
    if visitor().member is not None:
        return redirect(url_for("home.show"))
    return render_template("member/bind.html", typed="", fault="")


@pages.post("/m/bind")
def bind() -> str | tuple[str, int]:
    """Bind by the code; a scan that waited becomes the check-in."""
    openid = require_openid()
    typed = request.form.get("code", "")[:_LONGEST]
    if not typed.strip():
        return _form(typed, "还没有填编码，请看卡片上的 8 位编码。")
    moment = now()
    try:
        bound = current().runner.run(lambda: binding.bind(openid, typed, moment))
    except ServiceError as error:
        return _form(typed, error.message + error.hint, 409)
    if bound.step is Step.WRONG:
        return _form(typed, _wrong(bound))
    return _done(bound)


def _form(typed: str, fault: str, status: int = 400) -> tuple[str, int]:
    return render_template("member/bind.html", typed=typed, fault=fault), status


def _wrong(bound: Bound) -> str:
    if not bound.tries_left:
        return "编码没有对上。请明天再试，或请支部书记帮您绑定。"
    return f"编码没有对上，请照卡片再输一遍，今天还可以试 {bound.tries_left} 次。"


def _done(bound: Bound) -> str:
    result = result_of(bound.check_in) if bound.check_in else None
    return render_template("member/bound.html", bound=bound, asked=bound.step is Step.ASKED, result=result)
