"""A new session, filled in as it usually is, for one day or for the months to come (R06, F12)."""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models import Organization, StudySession
from models.terms import Area, SessionKind, SessionState
from services import rulebook
from services.clock import civil_day
from services.errors import ServiceError, invalid
from services.policy.amounts import hundredths
from services.policy.credit import default_credit
from services.spoken import full_day, hours
from services.study import agenda, series, sessions, suggesting
from services.study.session_plan import KINDS, SessionPlan, spans
from web.context import commit, now
from web.secretary import lectures
from web.secretary.plan_form import Typed, count_of, fault_of, read, refilled, start_of, suggested
from web.visitor import Leader, require_leader

pages = Blueprint("plan", __name__)


@pages.get("/s/sessions/new")
def ask() -> str:
    """Show the form as the session usually is: of a kind, like an earlier one, or with a lecture."""
    leader = require_leader()
    organizations = _organizations(leader)
    like = request.args.get("like")
    if like:
        found = suggesting.like(leader.actor, like[:32], now())
        return _page(organizations, suggested(found), {}, follows=found.follows)
    found = suggesting.usual(organizations, _kind(request.args.get("kind", "")), now())
    typed = lectures.suggested(leader, suggested(found))
    return _page(organizations, typed, {}, follows=found.follows)


@pages.post("/s/sessions/new")
def create() -> Answer | str | tuple[str, int]:
    """Create and publish; a fault shows the form again, several days are shown before they are made."""
    leader = require_leader()
    organizations = _organizations(leader)
    typed = Typed.of(request.form)
    if "fill" in request.form:
        return _refilled(organizations, typed)
    plan, faults = read(typed)
    if plan is None:
        return _page(organizations, typed, faults), 400
    if typed.repeat not in {"", "1"}:
        return _days(leader, organizations, typed, plan)
    try:
        session, again = commit(lambda at: _make(leader, plan, at, draft=bool(typed.draft)))
    except ServiceError as error:
        if error.kind != "invalid":
            raise
        return _page(organizations, typed, fault_of(error)), 400
    if session.state is SessionState.DRAFT:
        return redirect(url_for("around.show", key=session.key, done="draft"), 303)
    done = "twin" if again else "published"
    return redirect(url_for("roll.show", key=session.key, done=done), 303)


@pages.post("/s/sessions/series")
def repeat() -> Answer | tuple[str, int]:
    """Make one session for each day that was left standing, all or none."""
    leader = require_leader()
    organizations = _organizations(leader)
    typed = Typed.of(request.form)
    plan, faults = read(typed)
    if plan is None:
        return _page(organizations, typed, faults), 400
    shown = [day.strip()[:20] for day in request.form.getlist("days")[:12]]
    try:
        days = [_day(day, typed) for day in shown if day]
        publish = not typed.draft
        commit(lambda at: series.repeat(leader.actor, plan, days, at, publish=publish))
    except ServiceError as error:
        if error.kind != "invalid":
            raise
        return _series(typed, [(day, "") for day in shown], error.message + error.hint), 400
    return redirect(url_for("today.show", done="drafts" if typed.draft else "series"), 303)


def _make(leader: Leader, plan: SessionPlan, at: datetime, *, draft: bool) -> tuple[StudySession, bool]:
    """Publish or keep a draft, unless a first tap on the button has done so already."""
    first = series.standing(leader.actor, plan)
    if first is not None:
        return first, True
    make = sessions.create if draft else sessions.publish_new
    return make(leader.actor, plan, at), False


def _days(
    leader: Leader, organizations: list[Organization], typed: Typed, plan: SessionPlan
) -> str | tuple[str, int]:
    """Show the days for the months to come, before anything is made."""
    try:
        found = series.days_ahead(civil_day(plan.starts_at), count_of(typed), now())
        # What the first one refuses, all would refuse: it is said beside its field, before the days.
        sessions.check(leader.actor, plan, now())
    except ServiceError as error:
        if error.kind != "invalid":
            raise
        return _page(organizations, typed, fault_of(error)), 400
    return _series(typed, [(each.day.isoformat(), each.hint) for each in found])


def _series(typed: Typed, days: list[tuple[str, str]], fault: str = "") -> str:
    return render_template("secretary/plan_series.html", typed=typed, days=days, fault=fault)


def _day(typed_day: str, typed: Typed) -> date:
    starts_at, faults = start_of(typed_day, typed.time)
    if starts_at is None:
        raise invalid("day", next(iter(faults.values())), "")
    return civil_day(starts_at)


def _refilled(organizations: list[Organization], typed: Typed) -> str:
    """Fill the form for another kind or organization; what somebody has typed stays."""
    kind, was_kind = _kind(typed.kind), _kind(request.form.get("was", ""))
    was, _ = _usual(organizations, was_kind, request.form.get("was_organization", ""))
    fresh, follows = _usual(organizations, kind, typed.organization)
    return _page(organizations, refilled(typed, was, fresh), {}, follows=follows)


def _usual(organizations: list[Organization], kind: SessionKind, code: str) -> tuple[Typed, date | None]:
    """Return the usual form for a kind, of one organization when it is known."""
    chosen = [each for each in organizations if each.code == code] or organizations
    found = suggesting.usual(chosen, kind, now())
    return suggested(found), found.follows


def _kind(value: str) -> SessionKind:
    return SessionKind(value) if value in KINDS else SessionKind.THEME_DAY


def _organizations(leader: Leader) -> list[Organization]:
    return agenda.organizations(leader.grants)


def _page(
    organizations: list[Organization], typed: Typed, faults: dict[str, str], follows: date | None = None
) -> str:
    today = civil_day(now())
    rules, of_sessions = rulebook.current().hours(today), rulebook.current().sessions(today)
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
        spans=spans(today),
        scope=of_sessions.of(_kind(typed.kind)).due_scope,
        repeat_most=of_sessions.repeat_most,
        follows=full_day(follows, today.year) if follows else "",
        default_credit=hours(hundredths(default)),
    )
