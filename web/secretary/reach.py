"""A session on behalf of a leader: found and within reach, or not found at all."""

from __future__ import annotations

from dataclasses import dataclass

from models import StudySession
from models.terms import SessionState
from services import access
from services.access import Rights
from services.clock import civil_day
from services.errors import ServiceError, not_found
from services.study import sessions
from web.context import now
from web.visitor import Leader, require_leader, require_member


@dataclass(frozen=True)
class Reached:
    """A session, who asks for it, and what that person may do with it now."""

    leader: Leader
    session: StudySession
    rights: Rights
    state: SessionState


def reach(key: str) -> Reached:
    """Return the session of a key for the person of this request.

    Raises:
        ServiceError: `not_found` for an unknown key and for somebody else's session alike.
    """
    require_member()
    session = sessions.find(key)
    leader = _leader()
    rights = access.session_rights(leader.actor, session.organization.path, civil_day(now()))
    if not rights.prefixes:
        raise not_found("这次学习")
    return Reached(leader, session, rights, sessions.state_of(session, now()))


def _leader() -> Leader:
    # A member who leads nothing must not learn from the kind of refusal which keys exist.
    try:
        return require_leader()
    except ServiceError as error:
        raise not_found("这次学习") from error
