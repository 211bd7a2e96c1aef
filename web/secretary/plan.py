"""A new session, created and published by one short form that keeps what was typed (R06, F12)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models import Organization, StudySession
from models.terms import Area
from services import agenda, rulebook, sessions
from services.clock import civil_day
from services.errors import ServiceError
from services.policy.amounts import hundredths
from services.policy.credit import default_credit
from services.sessions import SessionPlan
from services.spoken import hours
from web.context import current, now
from web.secretary import lectures
from web.secretary.plan_form import KINDS, Typed, defaults, fault_of, read
from web.visitor import Leader, require_leader

pages = Blueprint("plan", __name__)


@pages.get("/s/sessions/new")
def ask() -> str:
    """Show the form with what the last session suggests."""
    leader = require_leader()
    organizations = _organizations(leader)
    usual = defaults(organizations, agenda.last_held(organizations), now())
    return _page(organizations, lectures.suggested(leader, usual), {})


@pages.post("/s/sessions/new")
def create() -> Answer | tuple[str, int]:
    """Create and publish; a fault shows the form again, with the words beside the field."""
    leader = require_leader()
    organizations = _organizations(leader)
    typed = Typed.of(request.form)
    plan, faults = read(typed)
    if plan is None:
        return _page(organizations, typed, faults), 400
    try:
        session, again = current().runner.run(lambda: _publish(leader, plan))
    except ServiceError as error:
        if error.kind != "invalid":
            raise
        return _page(organizations, typed, fault_of(error)), 400
    return redirect(url_for("roll.show", key=session.key, done="twin" if again else "published"), 303)


def _publish(leader: Leader, plan: SessionPlan) -> tuple[StudySession, bool]:
    """Publish, unless a first tap on the button has done so already."""
    first = agenda.twin(plan.organization, plan.title, plan.starts_at)
    if first is not None and first.created_by_id == leader.member.id:
        return first, True
    return sessions.publish_new(leader.actor, plan, now()), False


def _organizations(leader: Leader) -> list[Organization]:
    return agenda.organizations(leader.grants)


def _page(organizations: list[Organization], typed: Typed, faults: dict[str, str]) -> str:
    rules = rulebook.current().hours(civil_day(now()))
    minutes = int(typed.minutes) if typed.minutes.isascii() and typed.minutes.isdigit() else 0
    default = default_credit(min(minutes, 10_000), rules.minutes_per_hour, rules.step)
    return render_template(
        "secretary/plan.html",
        organizations=organizations,
        typed=typed,
        faults=faults,
        kinds=KINDS,
        areas=list(Area),
        rules=rules,
        default_credit=hours(hundredths(default)),
    )
