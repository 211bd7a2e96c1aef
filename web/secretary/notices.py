"""通知: to all members of an organization, on their pages; nobody notes who has read it (F09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services import leading, rulebook
from services.branch_life import branch_notices
from services.branch_life.branch_notices import NewNotice
from services.clock import civil_day
from services.errors import ServiceError
from web import typed as reading
from web.context import now
from web.secretary.leading import faults_of, require_leading
from web.visitor import Leader

pages = Blueprint("branch_notices", __name__)

_FIELDS = {"title": "title", "text": "body", "until": "until", "day": "until"}
_WORDS = {"published": "已发出，同志们打开「我的学习」就看得到。", "withdrawn": "已收回。"}
#: How long a notice stands when nobody says otherwise.
_USUAL = timedelta(days=14)


@dataclass(frozen=True)
class Typed:
    """What stands in the form."""

    organization: str = ""
    title: str = ""
    body: str = ""
    until: str = ""


@pages.get("/s/notices")
def show() -> str:
    """List the notices, those that stand first."""
    notices = branch_notices.listed(require_leading().actor, now())
    return render_template(
        "branch/notices.html",
        current=[notice for notice in notices if notice.current],
        past=[notice for notice in notices if not notice.current],
        word=_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.get("/s/notices/new")
def ask() -> str:
    """Show the form."""
    leader = require_leading()
    return _form(leader, Typed(until=(civil_day(now()) + _USUAL).isoformat()), {})


@pages.post("/s/notices/new")
def publish() -> Answer | tuple[str, int]:
    """Publish it; a fault shows the form again."""
    leader = require_leading()
    names = ("organization", "title", "body", "until")
    typed = Typed(**{name: request.form.get(name, "") for name in names})
    try:
        new = NewNotice(typed.title, typed.body, reading.day(typed.until))
        branch_notices.publish(leader.actor, typed.organization[:32], new, now())
    except ServiceError as error:
        return _form(leader, typed, faults_of(error, _FIELDS)), 400
    return redirect(url_for("branch_notices.show", done="published"), 303)


@pages.get("/s/notices/<key>")
def look(key: str) -> str:
    """Show one notice."""
    notice = branch_notices.one(require_leading().actor, key, now())
    return render_template("branch/notice_desk.html", notice=notice)


@pages.post("/s/notices/<key>/withdraw")
def withdraw(key: str) -> Answer:
    """Take it back."""
    branch_notices.withdraw(require_leading().actor, key, now())
    return redirect(url_for("branch_notices.show", done="withdrawn"), 303)


def _form(leader: Leader, typed: Typed, faults: dict[str, str]) -> str:
    rules = rulebook.current().cadence(civil_day(now()))
    return render_template(
        "branch/notice_new.html",
        organizations=leading.organizations(leader.actor, civil_day(now())),
        typed=typed,
        faults=faults,
        longest=rules.notice_chars,
        days=rules.notice_days,
    )
