"""提醒: whom, the exact words and who is not reached, then one press and a line for each person (R95)."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import Topic
from services.errors import not_found
from services.reminders import push
from services.reminders.pushed import Line, Outcome
from web.context import now
from web.secretary.reminding import HEADS, NAMES, became, require_deskful, said
from web.visitor import Leader

pages = Blueprint("push", __name__)

#: What stands in an address for the boxes of everybody.
_ALL = "*"


@pages.get("/s/push")
def show() -> str:
    """Show whom one may remind, by group and name."""
    leader, typed = require_deskful(), request.args.get("topic", "")
    return _list(leader, _topic(typed) if typed else None)


@pages.post("/s/push/preview")
def look() -> str | tuple[str, int]:
    """Show the exact words, and who is not reached and why; nothing is sent yet."""
    leader, topic = require_deskful(), _topic(request.form.get("topic", ""))
    numbers = request.form.getlist("member")
    if not numbers:
        return _list(leader, topic, "还没有选人。请至少选一位同志。"), 400
    lines = push.preview(leader.actor, topic, numbers, now())
    return render_template(
        "reminders/desk_preview.html",
        topic=topic,
        lines=lines,
        going=[line for line in lines if line.outcome in (Outcome.NOW, Outcome.LATER)],
        listed=[line for line in lines if line.outcome is Outcome.LIST],
        staying=[line for line in lines if not line.goes],
        later=next((line.at for line in lines if line.outcome is Outcome.LATER), None),
        said=said,
    )


@pages.post("/s/push")
def send() -> Answer:
    """Remind them, and show what became of each on a page that may be opened again."""
    leader, topic = require_deskful(), _topic(request.form.get("topic", ""))
    moment = now()
    push.push(leader.actor, topic, request.form.getlist("member"), moment)
    return redirect(url_for("push.result", day=push.day_of(moment).isoformat()), 303)


@pages.get("/s/push/<day>")
def result(day: str) -> str:
    """Show what was pushed for a day, as it stands now."""
    leader, wanted = require_deskful(), _day(day)
    topics = push.sent_on(leader.actor, wanted, now())
    return render_template(
        "reminders/desk_result.html",
        day=wanted,
        topics=topics,
        names=NAMES,
        listed=any(line.outcome is Outcome.LIST for _, lines in topics for line in lines),
        became=became,
    )


def _list(leader: Leader, topic: Topic | None, fault: str = "") -> str:
    sought, everybody = request.args.get("q", "").strip()[:50], bool(request.args.get("all"))
    choice = push.choose(leader.actor, now(), topic, sought, everybody=everybody)
    tick = request.args.get("tick")
    only = len(choice.waiting) == 1
    return render_template(
        "reminders/desk_push.html",
        choice=choice,
        head=HEADS[choice.topic] if not (sought or everybody) else "选出来的同志",
        names=NAMES,
        groups=_groups(choice.waiting),
        ticked=lambda line: only or tick in (_ALL, line.section),
        sought=sought,
        everybody=everybody,
        fault=fault,
        said=said,
    )


def _groups(lines: tuple[Line, ...]) -> list[tuple[str, list[Line]]]:
    return [(section, list(rows)) for section, rows in groupby(lines, key=lambda line: line.section)]


def _topic(typed: str) -> Topic:
    if typed not in set(Topic):
        raise not_found("这一类提醒", "请从「提醒」里选。")
    return Topic(typed)


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed[:10])
    except ValueError as error:
        raise not_found("这一页", "请回到「提醒」。") from error
