"""微党课: a list by area; each of them leads to a new session that is filled in already."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import Area, SessionKind
from services import leading
from services.branch_life import lectures
from services.branch_life.lectures import NewLecture
from services.clock import civil_day
from services.errors import ServiceError
from web.context import now
from web.secretary import plan_form
from web.secretary.leading import faults_of, require_leading
from web.visitor import Leader

pages = Blueprint("lectures", __name__)

_FIELDS = {
    "text": "title", "speaker": "speaker", "area": "area", "minutes": "minutes", "words": "words",
}  # fmt: skip
_DONE = {"added": "已放进清单。", "removed": "已去掉。"}
#: No shorter session is held; a short lecture stands in a longer one.
_SHORTEST = 30


@dataclass(frozen=True)
class Typed:
    """What stands in the form."""

    organization: str = ""
    title: str = ""
    speaker: str = ""
    area: str = ""
    minutes: str = "15"
    words: str = ""


@pages.get("/s/lectures")
def show() -> str:
    """List the lectures by area."""
    found = lectures.listed(require_leading().actor, now())
    return render_template(
        "branch/lectures.html",
        areas=[(area, [each for each in found if each.area is area]) for area in Area],
        some=bool(found),
        word=_DONE.get(request.args.get("done", ""), ""),
    )


@pages.get("/s/lectures/new")
def ask() -> str:
    """Show the form."""
    return _form(require_leading(), Typed(), {})


@pages.post("/s/lectures/new")
def add() -> Answer | tuple[str, int]:
    """Add it; a fault shows the form again."""
    leader = require_leading()
    names = ("organization", "title", "speaker", "area", "minutes", "words")
    typed = Typed(**{name: request.form.get(name, "").strip() for name in names})
    number = typed.minutes
    minutes = int(number) if number.isascii() and number.isdigit() and len(number) <= 4 else 0
    new = NewLecture(typed.title, typed.speaker, typed.area, minutes, typed.words)
    try:
        lectures.add(leader.actor, typed.organization[:32], new, now())
    except ServiceError as error:
        return _form(leader, typed, faults_of(error, _FIELDS)), 400
    return redirect(url_for("lectures.show", done="added"), 303)


@pages.post("/s/lectures/<key>/remove")
def remove(key: str) -> Answer:
    """Take it out of the list."""
    lectures.remove(require_leading().actor, key, now())
    return redirect(url_for("lectures.show", done="removed"), 303)


def suggested(leader: Leader, usual: plan_form.Typed) -> plan_form.Typed:
    """Return the form of a new session with the lecture that the address asks for, unchanged without one.

    Raises:
        ServiceError: `not_found` for an unknown lecture and for somebody else's alike.
    """
    key = request.args.get("lecture")
    if not key:
        return usual
    lecture = lectures.one(leader.actor, key, now())
    return replace(
        usual,
        kind=SessionKind.PARTY_LECTURE.value,
        title=f"微党课 · {lecture.title}"[:60],
        minutes=str(max(lecture.minutes, _SHORTEST)),
        areas=(lecture.area.value,),
    )


def _form(leader: Leader, typed: Typed, faults: dict[str, str]) -> str:
    return render_template(
        "branch/lecture_new.html",
        organizations=leading.organizations(leader.actor, civil_day(now())),
        typed=typed,
        faults=faults,
        areas=list(Area),
    )
