"""补学 of a branch or group: what was handed in, visits asked for, and what members told (R31, F04)."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models import MakeUp
from models.terms import MakeUpMode, MakeUpState
from services import rulebook
from services.absence import make_up_decisions, make_up_lists
from services.absence.make_ups import Done
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError
from services.study import consequences
from web import typed as reading
from web.context import now
from web.secretary import row
from web.secretary.leave import require_desk

pages = Blueprint("make_ups_desk", __name__)

_FAULTS = frozenset({"mode", "day", "text"})
_DONE_WORDS = {
    "confirm": "已确认，学时已记上",
    "record": "已登记，学时已记上。",
    "return": "已请本人补充",
    "waive": "已记为不用补",
    "again": "又可以补了。",
}


def _require() -> Actor:
    """Return who confirms make-ups: leaders, group heads, and helpers for the visits they made."""
    actor, _ = require_desk(
        lambda who, at: make_up_lists.desk(who, at, MakeUpMode.VISIT),
        "补学由党小组长、支部书记、支委和送学上门的同志来确认。",
    )
    return actor


@pages.get("/s/make-ups")
def show() -> str:
    """Show what waits, and below it what is still owed, by name."""
    actor = _require()
    waiting = make_up_lists.waiting(actor, now())
    return render_template(
        "absence/desk_make_ups.html",
        waiting=waiting,
        owed=make_up_lists.owed(actor, now(), reading.page(request.args.get("p", "1"))),
        paging="p" in request.args,
        word=row.on_list(_DONE_WORDS, len(waiting)),
    )


@pages.get("/s/make-ups/<key>")
def look(key: str) -> str:
    """Show one make-up with what may be done."""
    actor = _require()
    return _page(actor, make_up_lists.find(actor, key, now()))


@pages.post("/s/make-ups/<key>/<any(confirm,record,return,waive,again):name>")
def decide(key: str, name: str) -> Answer | tuple[str, int]:
    """Do it; the service decides whether it may be done."""
    actor = _require()
    found, waiting = make_up_lists.find(actor, key, now()), _keys(actor)
    try:
        _act(actor, key, name)
    except ServiceError as error:
        if error.code not in _FAULTS:
            raise
        return _page(actor, found, name, {error.code: error.message + error.hint}), 400
    return row.on(waiting, key, lambda other: _way(other, name), url_for("make_ups_desk.show", done=name))


def _act(actor: Actor, key: str, name: str) -> None:
    form = request.form
    if name == "confirm":
        make_up_decisions.confirm(actor, key, now(), reading.day_or_none(form.get("day", "")))
    elif name == "record":
        done = Done(form.get("mode", ""), reading.day_or_none(form.get("day", "")), form.get("words", ""))
        make_up_decisions.record(actor, key, done, now())
    elif name == "again":
        make_up_decisions.ask_again(actor, key, now())
    else:
        verb = make_up_decisions.give_back if name == "return" else make_up_decisions.waive
        verb(actor, key, form.get("reason", ""), now())


def _keys(actor: Actor) -> list[str]:
    return [item.key for item in make_up_lists.waiting(actor, now())]


def _way(key: str, done: str | None = None) -> str:
    return url_for("make_ups_desk.look", key=key, done=done)


def _page(actor: Actor, found: MakeUp, chosen: str = "", faults: dict[str, str] | None = None) -> str:
    today, form = civil_day(now()), request.form
    place = make_up_lists.place_of(found.session, found.member_id)
    return render_template(
        "absence/desk_make_up.html",
        row=found,
        around=row.on_page(_DONE_WORDS, _keys(actor), found.key, _way),
        worth=consequences.worth_of(found.session).of(make_up_lists.had(place)) if place else 0,
        modes=rulebook.current().leave(today).modes,
        mode=form.get("mode", MakeUpMode.TALK.value),
        day=form.get("day", (found.done_on or today).isoformat()),
        words=form.get("words", found.words or ""),
        reason=form.get("reason", ""),
        first=civil_day(found.session.starts_at),
        today=today,
        to_do=found.state in make_up_lists.TO_DO,
        visit=found.state is MakeUpState.SUBMITTED and found.done_on is None,
        by_roll=found.reason == consequences.CAME_AFTER_ALL,
        chosen=chosen,
        faults=faults or {},
    )
