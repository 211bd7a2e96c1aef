"""What the branch says and asks: notices, and surveys that are answered without a name (F04, F09)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services import rulebook
from services.branch_life import answering, branch_notices
from services.clock import civil_day
from services.errors import ServiceError
from web.context import commit, now
from web.sheets import faults_of_sheet, read_sheet
from web.visitor import require_member

pages = Blueprint("branch_life", __name__)


@pages.get("/m/branch-notices")
def notices() -> str:
    """List what the branch and those above say at present."""
    return render_template(
        "branch/my_notices.html", notices=branch_notices.of_member(require_member(), now())
    )


@pages.get("/m/branch-notices/<key>")
def notice(key: str) -> str:
    """Show one notice; nothing is noted (F09)."""
    return render_template("branch/my_notice.html", notice=branch_notices.read(require_member(), key, now()))


@pages.get("/m/surveys")
def index() -> str:
    """List the open surveys that were not answered yet."""
    return render_template("branch/my_surveys.html", sheets=answering.for_member(require_member(), now()))


@pages.get("/m/surveys/<key>")
def survey(key: str) -> str:
    """Show a survey to fill in, or that it is over."""
    return _page(key, {}, {})


@pages.post("/m/surveys/<key>")
def answer(key: str) -> Answer | tuple[str, int]:
    """Hand the sheet in, without the name."""
    member = require_member()
    sheet, _ = answering.look(member, key, now())
    answers = read_sheet(sheet.questions, request.form)
    try:
        commit(lambda at: answering.answer(member, key, answers, at))
    except ServiceError as error:
        if error.code == "answered":
            raise
        return _page(key, request.form.to_dict(flat=False), faults_of_sheet(error)), 400
    return redirect(url_for("branch_life.survey", key=key), 303)


def _page(key: str, typed: dict[str, list[str]], faults: dict[str, str]) -> str:
    sheet, done = answering.look(require_member(), key, now())
    return render_template(
        "branch/my_survey.html",
        sheet=sheet,
        done=done,
        typed=typed,
        faults=faults,
        longest=rulebook.current().cadence(civil_day(now())).answer_chars,
    )
