"""The life of a session up to its end: planned, published, closed, cancelled (DOMAIN part 5)."""

from __future__ import annotations

import re
from datetime import datetime

from models import Organization, StudySession
from models.terms import SessionState
from services import audit, rulebook, tree
from services.access import Rights, reachable_members, require_manage
from services.actor import Actor
from services.clock import civil_day, seconds
from services.errors import ServiceError, not_found
from services.policy import window
from services.reminders import events
from services.rows import hold
from services.study import consequences, due, session_plan
from services.study.session_plan import SessionPlan
from services.transaction import transaction
from services.words import words

_KEY = re.compile(r"[0-9a-z]{10}")


def find(key: str) -> StudySession:
    """Return a session by its key.

    Raises:
        ServiceError: `not_found`.
    """
    _require_key(key)
    session = (
        StudySession.select(StudySession, Organization)
        .join(Organization)
        .where(StudySession.key == key)
        .first()
    )
    if session is None:
        raise not_found("这次学习")
    return session


def find_to_change(key: str) -> StudySession:
    """Return a session whose row nobody else changes until this transaction ends.

    A scan and a confirmation wait for each other at this row, so that nobody is signed into a session
    whose hours are posted already.

    Raises:
        ServiceError: `not_found`.
    """
    _require_key(key)
    hold(StudySession, StudySession.key == key)
    return find(key)


def _require_key(key: str) -> None:
    """Refuse what no key looks like before a database is asked, for the two refuse it in different ways."""
    if not _KEY.fullmatch(key):
        raise not_found("这次学习")


def state_of(session: StudySession, now: datetime) -> SessionState:
    """Return the state that people see at a moment."""
    rules = rulebook.current().checkin(civil_day(session.starts_at))
    return window.state_at(
        session.state,
        seconds(session.starts_at),
        seconds(session.ends_at),
        seconds(session.closed_at) if session.closed_at else None,
        open_before=rules.open_before,
        now=seconds(now),
    )


def create(actor: Actor, plan: SessionPlan, now: datetime) -> StudySession:
    """Write a session down as a draft.

    Raises:
        ServiceError: `invalid` with the value that cannot be, `not_found` for a foreign organization.
    """
    organization = _organization(plan.organization)
    with transaction():
        rights = _require_runs(actor, organization, now)
        session = StudySession.create(
            **session_plan.columns(plan, organization, actor, now), created_by=actor.member_id
        )
        if plan.due_list:
            due.lay_list(session, reachable_members(rights, plan.due_list))
        audit.record(actor, now, "session.created", "session", session.key)
    return session


def check(actor: Actor, plan: SessionPlan, now: datetime) -> None:
    """Refuse a plan that `create` would refuse, writing nothing; the members of a list are not looked at."""
    organization = _organization(plan.organization)
    _require_runs(actor, organization, now)
    session_plan.columns(plan, organization, actor, now)


def publish(actor: Actor, key: str, now: datetime) -> StudySession:
    """Publish a draft: from now on it can be signed, and everybody due has a place in it.

    Raises:
        ServiceError: `wrong_state` when it is no draft any more.
    """
    with transaction():
        session = find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        if session.state is not SessionState.DRAFT:
            raise ServiceError("wrong_state", f"这次学习{session.state.label}，不用再发布。")
        session.state = SessionState.PUBLISHED
        # A draft is entered when it is published: from then on its day of grace runs (confirm_overdue).
        session.created_at = now
        session.save(only=[StudySession.state, StudySession.created_at])
        due.lay_places(session)
        audit.record(actor, now, "session.published", "session", session.key)
    return session


def publish_new(actor: Actor, plan: SessionPlan, now: datetime) -> StudySession:
    """Create and publish in one step."""
    with transaction():
        return publish(actor, create(actor, plan, now).key, now)


def close(actor: Actor, key: str, now: datetime) -> StudySession:
    """Close the door before the planned end (the chair's word)."""
    with transaction():
        session = find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        if state_of(session, now) is SessionState.OPEN:
            session.closed_at = now
            session.save(only=[StudySession.closed_at])
            audit.record(actor, now, "session.closed", "session", session.key)
    return session


def cancel(actor: Actor, key: str, now: datetime, reason: str | None = None) -> StudySession:
    """Cancel a session that has not ended: no credit for anybody. A second time changes nothing.

    Raises:
        ServiceError: `wrong_state` once it has ended or was confirmed.
    """
    with transaction():
        session = find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        if session.state is SessionState.CANCELLED:
            return session
        published = session.state is not SessionState.DRAFT
        if state_of(session, now) not in {SessionState.DRAFT, SessionState.PUBLISHED, SessionState.OPEN}:
            raise ServiceError(
                "wrong_state", "这次学习已经结束，不能取消。", "如果登记有误，请上级党务干部退回重核。"
            )
        session.state = SessionState.CANCELLED
        session.save(only=[StudySession.state])
        consequences.cancel(session)
        why = words(reason, 200, "原因") if reason else None
        audit.record(actor, now, "session.cancelled", "session", session.key, reason=why)
        if published:
            events.cancelled(session, now)
    return session


def _organization(code: str) -> Organization:
    organization = tree.named(code)
    if organization is None:
        raise _no_organization()
    return organization


def _require_runs(actor: Actor, organization: Organization, now: datetime) -> Rights:
    """Return the rights of an actor who runs an organization's sessions; a foreign one reads like none."""
    try:
        return require_manage(actor, organization.path, civil_day(now))
    except ServiceError as error:
        raise (_no_organization() if error.kind == "not_found" else error) from error


def _no_organization() -> ServiceError:
    return not_found("这个党组织", "请核对代码。")
