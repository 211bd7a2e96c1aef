"""支部外学习 of a branch: guests' scans with the host's word, proposals, stated figures (R11, R34)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import ExternalKind
from services import deciders, spoken
from services.absence import external_lists, externals
from services.absence.external_lists import Study
from services.actor import Actor
from services.clock import civil_day
from services.deciders import Desk
from services.errors import ServiceError, invalid
from web import typed as reading
from web.context import now
from web.member.external import FAULTS, Typed, typed_form
from web.secretary import row
from web.secretary.leave import NAMES, require_desk

pages = Blueprint("external_desk", __name__)

_FAULTS = frozenset({"hours", "note", "text"})
_DONE_WORDS = {
    "confirm": "已确认，学时已记上",
    "refuse": "已答复不予认定",
    "reverse": "已冲销，本人会看到原因。",
    "stated": "已登记，学时已记上。",
}


def _require() -> tuple[Actor, Desk]:
    return require_desk(external_lists.desk, "支部外学习由支部书记、支委来确认。")


@pages.get("/s/external")
def show() -> str:
    """Show what waits, then what was decided, both by name and day."""
    actor, _ = _require()
    waiting = external_lists.waiting(actor, now())
    return render_template(
        "absence/desk_external.html",
        waiting=waiting,
        decided=external_lists.decided(actor, now()),
        word=row.on_list(_DONE_WORDS, len(waiting)),
    )


@pages.get("/s/external/<key>")
def look(key: str) -> str:
    """Show one study with what may be done."""
    actor, _ = _require()
    return _page(actor, external_lists.find(actor, key, now()))


@pages.post("/s/external/<key>/<any(confirm,refuse,reverse):name>")
def decide(key: str, name: str) -> Answer | tuple[str, int]:
    """Do it; the service decides whether it may be done."""
    actor, _ = _require()
    study, waiting = external_lists.find(actor, key, now()), _keys(actor)
    try:
        _act(actor, study, name)
    except ServiceError as error:
        if error.code not in _FAULTS:
            raise
        return _page(actor, study, name, {error.code: error.message + error.hint}), 400
    return row.on(waiting, key, lambda other: _way(other, name), url_for("external_desk.show", done=name))


@pages.get("/s/external/new")
def ask() -> str:
    """Ask for a stated figure: hours brought along, or studied elsewhere."""
    _, place = _require()
    return _form(place, Typed(kind=ExternalKind.TRANSFER.value, day=civil_day(now()).isoformat()), {})


@pages.post("/s/external/new")
def state() -> Answer | tuple[str, int]:
    """Enter it; it counts at once."""
    actor, place = _require()
    typed = typed_form()
    try:
        if not typed.member:
            raise invalid("member", "还没有选是谁的。", "请选名字。")
        externals.state(actor, typed.member[:32], typed.read(), now())
    except ServiceError as error:
        fields = FAULTS | {"member": "form"}
        if error.code not in fields:
            raise
        return _form(place, typed, {fields[error.code]: error.message + error.hint}), 400
    return redirect(url_for("external_desk.show", done="stated"), 303)


def _act(actor: Actor, study: Study, name: str) -> None:
    form = request.form
    if name == "confirm":
        externals.confirm(actor, study.key, now(), _hours(study, form.get("hours", "")), form.get("note", ""))
    else:
        verb = externals.refuse if name == "refuse" else externals.reverse
        verb(actor, study.key, form.get("reason", ""), now())


def _hours(study: Study, typed: str) -> Decimal | None:
    """Return what is recognised when it differs: a proposal of no hours at all stays one."""
    if not typed.strip() or typed.strip() == spoken.hours(study.hours):
        return None
    return reading.hours(typed)


def _keys(actor: Actor) -> list[str]:
    return [item.key for item in external_lists.waiting(actor, now())]


def _way(key: str, done: str | None = None) -> str:
    return url_for("external_desk.look", key=key, done=done)


def _page(actor: Actor, study: Study, chosen: str = "", faults: dict[str, str] | None = None) -> str:
    form = request.form
    return render_template(
        "absence/desk_external_one.html",
        study=study,
        row=row.on_page(_DONE_WORDS, _keys(actor), study.key, _way),
        hours=form.get("hours", spoken.hours(study.hours)),
        note=form.get("note", ""),
        reason=form.get("reason", ""),
        chosen=chosen,
        faults=faults or {},
    )


def _form(place: Desk, typed: Typed, faults: dict[str, str]) -> str:
    people = deciders.people(place, NAMES)
    only = replace(typed, member=people[0][0]) if len(people) == 1 else typed
    return render_template(
        "absence/desk_external_new.html",
        typed=only,
        people=people,
        kinds=list(ExternalKind),
        faults=faults,
        today=civil_day(now()),
    )
