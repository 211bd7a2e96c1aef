"""电话名单: whom no message reached, the number on tap, what to say, and that it was done (R94)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services import reaching
from services.clock import civil_day
from services.errors import ServiceError
from services.reaching import Reached
from web import typed as reading
from web.context import now
from web.secretary.reminding import require_deskful, why_call
from web.visitor import Leader

pages = Blueprint("unreached", __name__)

_FAULTS = frozenset({"kind", "day", "text"})
_DONE_WORDS = {"CALLED": "已记下，打过电话了。", "VISITED": "已记下，上门看过了。"}


@pages.get("/s/unreached")
def show() -> str:
    """Show who is to be called or visited, by group and name."""
    leader = require_deskful()
    return render_template(
        "reminders/desk_unreached.html",
        people=reaching.waiting(leader.actor, now()),
        why=why_call,
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.get("/s/unreached/print")
def paper() -> str:
    """Show the sheet for calling from paper."""
    leader = require_deskful()
    people = reaching.for_paper(leader.actor, now())
    return render_template("reminders/desk_paper.html", people=people, today=civil_day(now()))


@pages.get("/s/unreached/<number>")
def look(number: str) -> str:
    """Show one person: the number, what to say, earlier calls and visits."""
    return _page(require_deskful(), number, {})


@pages.post("/s/unreached/<number>")
def note(number: str) -> Answer | tuple[str, int]:
    """Write down that it was done; a fault keeps what was typed."""
    leader, form = require_deskful(), request.form
    kind = form.get("kind", "")
    try:
        day = reading.day(form.get("day", ""))
        reaching.note(leader.actor, number, Reached(kind, day, form.get("words", "")), now())
    except ServiceError as error:
        if error.code not in _FAULTS:
            raise
        return _page(leader, number, {error.code: error.message + error.hint}), 400
    return redirect(url_for("unreached.show", done=kind), 303)


def _page(leader: Leader, number: str, faults: dict[str, str]) -> str:
    today = civil_day(now()).isoformat()
    return render_template(
        "reminders/desk_person.html",
        person=reaching.person(leader.actor, number, now()),
        why=why_call,
        day=request.form.get("day", today),
        words=request.form.get("words", ""),
        longest=reaching.LONGEST,
        today=today,
        faults=faults,
    )
