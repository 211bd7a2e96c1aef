"""补学: what can be made up, until when and for how much, in words only (R31, F07, F14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models import Member
from models.terms import MakeUpMode
from services import rulebook
from services.absence import make_up_lists, make_ups
from services.absence.make_up_lists import MyMakeUp
from services.absence.make_ups import Done
from services.clock import civil_day
from services.errors import ServiceError, not_found
from web import typed as reading
from web.context import now
from web.visitor import require_member

pages = Blueprint("make_ups", __name__)

_FAULTS = frozenset({"mode", "day", "text"})
_DONE_WORDS = {
    "handed": "补学已交，等支部确认。",
    "asked": "已告诉支部，会跟您约时间。",
}


@dataclass(frozen=True)
class Typed:
    """What stands in the form."""

    mode: str = MakeUpMode.READING.value
    day: str = ""
    words: str = ""


@pages.get("/m/make-ups")
def show() -> str:
    """Show what can be made up first, then what waits or is done."""
    mine = make_up_lists.of_member(require_member(), now())
    return render_template(
        "absence/make_ups.html",
        to_do=[item for item in mine if item.may_submit],
        others=[item for item in mine if not item.may_submit],
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.get("/m/make-ups/<key>")
def ask(key: str) -> str:
    """Ask how it was made up."""
    return _form(_mine(require_member(), key=key))


@pages.post("/m/make-ups/<key>")
def hand_in(key: str) -> Answer | tuple[str, int]:
    """Hand it in, or ask somebody to come."""
    member = require_member()
    item = _mine(member, key=key)
    return _taken(item, lambda done: make_ups.submit(member, key, done, now()))


@pages.get("/m/make-ups/rest/<session>")
def ask_rest(session: str) -> str:
    """Ask how the rest of a session attended in part was made up: voluntary."""
    return _form(_mine(require_member(), session=session))


@pages.post("/m/make-ups/rest/<session>")
def hand_in_rest(session: str) -> Answer | tuple[str, int]:
    """Hand the rest in."""
    member = require_member()
    item = _mine(member, session=session)
    return _taken(item, lambda done: make_ups.file_for_partial(member, session, done, now()))


def _mine(member: Member, key: str | None = None, session: str | None = None) -> MyMakeUp:
    """Return the member's own item: by its key, or by its session where nothing was filed yet."""
    for item in make_up_lists.of_member(member, now()):
        if (item.key == key) if key is not None else (item.session_key == session):
            return item
    raise not_found("这项补学")


def _taken(item: MyMakeUp, act: Callable[[Done], object]) -> Answer | tuple[str, int]:
    form = request.form
    typed = Typed(form.get("mode", ""), form.get("day", ""), form.get("words", ""))
    try:
        act(Done(typed.mode, reading.day_or_none(typed.day), typed.words))
    except ServiceError as error:
        if error.code not in _FAULTS:
            raise
        return _form(item, typed, {error.code: error.message + error.hint}), 400
    asked = not typed.day.strip()
    return redirect(url_for("make_ups.show", done="asked" if asked else "handed"), 303)


def _form(item: MyMakeUp, typed: Typed | None = None, faults: dict[str, str] | None = None) -> str:
    today = civil_day(now())
    kept = Typed(
        item.mode.value if item.mode else MakeUpMode.READING.value, today.isoformat(), item.words or ""
    )
    return render_template(
        "absence/make_up.html",
        item=item,
        typed=typed or kept,
        modes=rulebook.current().leave(today).modes,
        first=civil_day(item.held_at),
        today=today,
        faults=faults or {},
    )
