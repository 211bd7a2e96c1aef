"""Voices of members who speak rather than type: heard by a helper, and written down (R42, F07)."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as Answer

from services.errors import ServiceError
from services.shuxue import voices
from services.shuxue.voices import ToWrite
from web.context import current, now
from web.errors import rescues
from web.member.shuxue import pocket_of
from web.sound import Unplayable, to_wav
from web.visitor import BindingNeeded, Leader, LoginNeeded, require_helping, visitor

pages = Blueprint("voices", __name__)


@pages.get("/s/voices")
def index() -> str:
    """Show the voices that wait to be written down, by name."""
    helper = require_helping()
    return render_template(
        "voices/list.html",
        waiting=voices.waiting(helper.actor, now()),
        word="存好了，等本人在手机上确认。" if request.args.get("done") else "",
        kept=f"{pocket_of(helper.member)}:voice/{request.args.get('done', '')[:24]}",
    )


@pages.get("/s/voices/<key>")
def listen(key: str) -> str:
    """Show one voice: the player, the question, the place for what is heard."""
    helper = require_helping()
    found = voices.read(helper.actor, key, now())
    return _page(helper, found, found.voice.text or _proposed(helper, found))


@pages.post("/s/voices/<key>")
def write_down(key: str) -> Answer | tuple[str, int]:
    """Keep what was heard; a fault shows the page again with every word."""
    helper = require_helping()
    found = voices.read(helper.actor, key, now())
    typed = _typed()
    try:
        voices.write_down(helper.actor, key, typed, now())
    except ServiceError as error:
        if error.kind == "not_found":
            raise
        return _page(
            helper, found, typed, error.message + error.hint
        ), 400 if error.kind == "invalid" else 409
    return redirect(url_for("voices.index", done=key), 303)


@pages.get("/s/voices/<key>/sound")
def sound(key: str) -> Answer:
    """Play the voice; what no browser plays is given as a file."""
    helper = require_helping()
    kept = voices.sound(helper.actor, key, now())
    try:
        body, kind, name = to_wav(kept.body), "audio/wav", ""
    except Unplayable:
        body, kind, name = kept.body, "application/octet-stream", "voice.amr"
    response = Response(body, mimetype=kind)
    if name:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    # A phone asks for the sound in parts and plays nothing when it gets the whole instead.
    return response.make_conditional(request.environ, accept_ranges=True, complete_length=len(body))


@rescues("voices.write_down")
def keep(error: Exception) -> tuple[str, int]:
    """Give back what was written down when the form was too old or the login had ended."""
    key, typed = (request.view_args or {})["key"], _typed()
    if isinstance(error, CSRFError) and visitor().member is not None:
        helper = require_helping()
        found = voices.read(helper.actor, key, now())
        fault = "页面放得太久了，还没有存。写的都在，请再按一次下面的按钮。"
        return _page(helper, found, typed, fault), 400
    expired = isinstance(error, LoginNeeded | BindingNeeded)
    here = url_for("voices.listen", key=key)
    words = render_template(
        "errors/kept.html",
        message="登录已过期，还没有存。" if expired else "现在没有存上。",
        hint="请先复制下面的字，重新进入后再贴上。" if expired else "请先复制下面的字，过一会儿再试。",
        kept=[("听到的话", typed)] if typed.strip() else [],
        way=url_for("auth.login", next=here) if expired else here,
        way_words="重新进入" if expired else "返回",
    )
    return words, 401 if expired else 503


def _page(helper: Leader, found: ToWrite, typed: str, fault: str = "") -> str:
    return render_template(
        "voices/listen.html",
        found=found,
        typed=typed,
        fault=fault,
        pocket=pocket_of(helper.member),
        proposed=bool(typed) and not found.voice.text and not fault,
    )


def _proposed(helper: Leader, found: ToWrite) -> str:
    """Return what a plugged-in recogniser makes of the sound, to be heard and mended; "" without one."""
    transcriber = current().transcriber
    if transcriber is None or not found.has_sound:
        return ""
    kept = voices.sound(helper.actor, found.voice.key, now())
    return transcriber.text(kept.kind, kept.body) or ""


def _typed() -> str:
    return request.form.get("text", "").replace("\r\n", "\n")
