"""投诉建议 in the console: what waits for an answer, one message a page, and the answer (F16)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import FeedbackState
from services import feedback, rulebook
from services.clock import civil_day
from services.errors import ServiceError
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
    return render_template("feedback/one.html", item=item, words=words, fault=fault, longest=longest)
