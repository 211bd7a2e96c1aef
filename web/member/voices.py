"""The member's own voices: how they stand, and the yes to what was written down (F07)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import VoiceState
from services.clock import moment
from services.errors import ServiceError, invalid
from services.shuxue import voices, writing
from services.shuxue.voices import Voice
from web.context import now
from web.visitor import require_member

pages = Blueprint("my_voices", __name__)

_DONE_WORDS = {"confirm": "已记进述学，录音已删除。", "drop": "这段不要了，录音已删除。"}


@pages.get("/m/voices")
def index() -> str:
    """Show the member's voices, those that wait for the yes first."""
    found = voices.of_member(require_member())
    return render_template(
        "voices/mine.html",
        waiting=[voice for voice in found if voice.state is VoiceState.WRITTEN],
        others=[voice for voice in found if voice.state is not VoiceState.WRITTEN],
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.get("/m/voices/<key>")
def show(key: str) -> str:
    """Show what was written down from one voice."""
    return _page(voices.find(require_member(), key))


@pages.post("/m/voices/<key>")
def decide(key: str) -> Answer | tuple[str, int]:
    """Take the words into the report, or take the voice back."""
    member, answer = require_member(), request.form.get("answer", "")
    if answer not in _DONE_WORDS:
        raise invalid("answer", "没有选对还是不对。", "请返回按其中一个按钮。")
    try:
        if answer == "drop":
            voices.drop(member, key, now())
        else:
            voices.confirm(member, key, now(), moment(_seen()))
    except ServiceError as error:
        if error.code != "changed":
            raise
        return _page(voices.find(member, key), error.message + error.hint), 409
    return redirect(url_for("my_voices.index", done=answer), 303)


def _page(voice: Voice, fault: str = "") -> str:
    draft = writing.look(require_member(), voice.cycle_key, now())
    return render_template(
        "voices/confirm.html",
        voice=voice,
        asked=draft.form.view(voice.view),
        editable=draft.editable,
        fault=fault,
    )


def _seen() -> int:
    """Return the stored moment at which the shown text was written; 0 for anything else."""
    typed = request.form.get("seen", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 12 else 0
