"""投诉建议 on every page's foot, and 「有疑问」 beside each line of the own ledgers (F16, R111)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services import feedback, rulebook
from services.clock import civil_day
from services.errors import ServiceError
from services.feedback import To
from web.context import now
from web.visitor import require_member, visitor

pages = Blueprint("feedback", __name__)

#: The refusals whose place is beside the words.
_FAULTS = frozenset({"text", "asked", "too_many"})
_WORDS = {
    "named": "已经交到，回复会写在这一页。",
    "unnamed": "已经交到。没有写您的名字，所以没有办法回复您。",
}


@dataclass(frozen=True)
class Typed:
    """What stands in the form: as it was typed, or as a fresh page has it."""

    words: str = ""
    to: str = To.BRANCH
    unnamed: bool = False


@pages.get("/feedback")
def show() -> str:
    """Show the form, and to a member what was written and answered before."""
    return _form(Typed(), word=_WORDS.get(request.args.get("done", ""), ""))


@pages.post("/feedback")
def give() -> Answer | tuple[str, int]:
    """Take the words in; who is not logged in writes without a name."""
    member = visitor().member
    to = To.ABOVE if request.form.get("to") == To.ABOVE else To.BRANCH
    unnamed = member is None or request.form.get("unnamed") == "1"
    typed = Typed(request.form.get("words", ""), to, unnamed)
    try:
        feedback.give(member, typed.words, to, not unnamed, now())
    except ServiceError as error:
        return _form(typed, fault=_beside(error)), 400
    return redirect(url_for("feedback.show", done="unnamed" if unnamed else "named"), 303)


@pages.get("/m/ask/<any(hours,points):kind>/<subject>")
def ask(kind: str, subject: str) -> str:
    """Show the line and a field for the question."""
    return _question(kind, subject)


@pages.post("/m/ask/<any(hours,points):kind>/<subject>")
def put(kind: str, subject: str) -> Answer | tuple[str, int]:
    """Put the question; the service decides whether the line is the member's own."""
    words = request.form.get("words", "")
    try:
        feedback.ask(require_member(), kind, subject, words, now())
    except ServiceError as error:
        return _question(kind, subject, words, _beside(error)), 400
    return redirect(url_for("feedback.ask", kind=kind, subject=subject, done="asked"), 303)


def _form(typed: Typed, *, word: str = "", fault: str = "") -> str:
    member = visitor().member
    return render_template(
        "feedback/form.html",
        member=member,
        above=feedback.above(member) if member else None,
        sent=feedback.of_member(member) if member else [],
        typed=typed,
        longest=_longest(),
        word=word,
        fault=fault,
    )


def _question(kind: str, subject: str, words: str = "", fault: str = "") -> str:
    member = require_member()
    return render_template(
        "feedback/ask.html",
        about=feedback.about_own(member, kind, subject),
        asked=feedback.asked(member, kind, subject),
        words=words,
        longest=_longest(),
        word="已经交到，支部回复后会写在这一页。" if request.args.get("done") else "",
        fault=fault,
    )


def _longest() -> int:
    return rulebook.current().feedback(civil_day(now())).max_chars


def _beside(error: ServiceError) -> str:
    """Return the words to stand beside the field; another refusal is a page of its own."""
    if error.code not in _FAULTS:
        raise error
    return error.message + error.hint
