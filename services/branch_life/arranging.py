"""Lines of the 年度计划 as sessions: made by the one way into sessions, and which have none yet (R20)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from models import Organization, PlanItem, StudySession
from models.terms import SessionState
from services import audit, tree
from services.actor import Actor
from services.branch_life import plan
from services.errors import not_found
from services.study import sessions
from services.study.session_plan import SessionPlan
from services.transaction import transaction


def to_session(
    actor: Actor,
    key: str,
    starts_at: datetime,
    place: str | None,
    now: datetime,
    *,
    organization: str | None = None,
    publish: bool = True,
) -> StudySession:
    """Make a line into a session, by the one way into sessions; a second press finds the first one.

    Args:
        actor: who leads the organization or looks after it.
        key: the line's key.
        starts_at: when it begins, in whatever month.
        place: where, if known.
        now: this moment.
        organization: the code of one of the branch's groups that holds it (党小组会); None: the plan's own.
        publish: False leaves a draft.

    Raises:
        ServiceError: `not_found`, and whatever sessions.create refuses.
    """
    with transaction():
        item = plan.find(actor, key, now)
        plan.to_change(item.organization)
        item = plan.find(actor, key, now)
        if plan.is_arranged(item):
            return item.session
        wanted = _session_plan(item, starts_at, place, _holder(item, organization))
        make = sessions.publish_new if publish else sessions.create
        session = make(actor, wanted, now)
        PlanItem.update(session=session).where(PlanItem.id == item.id).execute()
        audit.record(actor, now, "plan.arranged", "plan", item.key, session=session.key)
    return session


def unarranged(organization: Organization, today: date) -> int:
    """Return how many lines of this month's plan have no session yet."""
    of_month = (PlanItem.year == today.year) & (PlanItem.month == today.month)
    return int(_without_session().where(PlanItem.organization == organization, of_month).count())


def unarranged_led(paths: Sequence[str], today: date) -> int:
    """Return how many lines of this month have no session yet, in the organizations at these very paths."""
    of_month = (PlanItem.year == today.year) & (PlanItem.month == today.month)
    query = _without_session().join(Organization, on=(PlanItem.organization == Organization.id))
    return int(query.where(Organization.path.in_(list(paths)), of_month).count()) if paths else 0


def _without_session() -> Any:
    gone = StudySession.state == SessionState.CANCELLED
    return (
        PlanItem.select()
        .left_outer_join(StudySession, on=(PlanItem.session == StudySession.id))
        .where(PlanItem.session.is_null() | gone)
        .switch(PlanItem)
    )


def _holder(item: PlanItem, code: str | None) -> str:
    if code is None or code == item.organization.code:
        return str(item.organization.code)
    if code not in {known for known, _ in tree.groups(item.organization)}:
        raise not_found("这个党小组", "请从页面上选。")
    return code


def _session_plan(item: PlanItem, starts_at: datetime, place: str | None, code: str) -> SessionPlan:
    entry = plan.entry_of(item)
    return SessionPlan(
        organization=code,
        kind=entry.kind,
        title=entry.title,
        starts_at=starts_at,
        minutes=entry.minutes,
        areas=entry.areas,
        place=place,
    )
