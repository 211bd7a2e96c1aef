"""投诉建议 in the console: what waits for an answer, one message a page, and the answer (F16)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import FeedbackState
from services import feedback, ledgers, rulebook
from services.clock import civil_day
from services.errors import ServiceError
from services.messages import Item
from web.context import now
from web.visitor import require_leader

pages = Blueprint("feedback_desk", __name__)


@pages.get("/s/feedback")
def show() -> str:
    """List what is addressed to the organizations that this person leads or looks after."""
    items = feedback.inbox(require_leader().actor, now())
    return render_template(
        "feedback/inbox.html",
        waiting=[item for item in items if item.state is FeedbackState.OPEN],
        done=[item for item in items if item.state is FeedbackState.ANSWERED],
        word="已回复。" if request.args.get("done") else "",
    )


@pages.get("/s/feedback/<key>")
def read(key: str) -> str:
    """Show one message, with a field for the answer while it has none."""
    return _page(key)


@pages.post("/s/feedback/<key>")
def answer(key: str) -> Answer | tuple[str, int]:
    """Answer it; the first answer stands."""
    words = request.form.get("words", "")
    try:
        feedback.answer(require_leader().actor, key, words, now())
    except ServiceError as error:
        if error.code != "text":
            raise
        return _page(key, words, error.message + error.hint), 400
    return redirect(url_for("feedback_desk.show", done="answered"), 303)


def _page(key: str, words: str = "", fault: str = "") -> str:
    item = feedback.one(require_leader().actor, key, now())
    longest = rulebook.current().feedback(civil_day(now())).max_chars
    way = _way(item)
    return render_template("feedback/one.html", item=item, words=words, fault=fault, longest=longest, way=way)


def _way(item: Item) -> str:
    """Return the address of the line that a question is about, for those who may read that ledger."""
    if item.about is None or item.writer is None:
        return ""
    number, about = item.writer[0], item.about
    try:
        ledgers.of_member(require_leader().actor, number, now())
    except ServiceError:
        return ""
    page = {"hours": "hours_desk.why", "points": "points_desk.look"}[about.kind]
    year = rulebook.current().point_years.year_of(about.day) if about.kind == "points" else about.day.year
    return url_for(page, number=number, year=year, _anchor=f"line-{about.subject}")
