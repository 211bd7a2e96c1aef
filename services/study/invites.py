"""Other branches that are welcome at a session: their members may come and listen (R26, R34).

An invitation gives no place and asks nothing of anybody: who comes scans as a guest, and the home branch
decides about the hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import Member, Organization, SessionInvite, StudySession
from models.terms import OrgKind, SessionState
from services import audit, rulebook, tree
from services.access import require_manage
from services.actor import Actor
from services.clock import civil_day, day_start
from services.errors import ServiceError, not_found
from services.study import sessions
from services.transaction import transaction

#: So many branches stand in an answer to a search, so many invitations on a member's page.
_FOUND, _SHOWN = 20, 10
_OPEN = frozenset({SessionState.DRAFT, SessionState.PUBLISHED, SessionState.OPEN})


@dataclass(frozen=True)
class Branch:
    """A branch by its code and name."""

    code: str
    name: str


def of_session(session: StudySession) -> list[Branch]:
    """Return the branches that are invited to a session, by name."""
    rows = (
        SessionInvite.select(Organization.code, Organization.name)
        .join(Organization)
        .where(SessionInvite.session == session)
        .order_by(Organization.name, Organization.code)
        .tuples()
    )
    return [Branch(code, name) for code, name in rows]


def search(actor: Actor, key: str, typed: str, now: datetime) -> list[Branch]:
    """Return branches under the same committee whose code or name holds what was typed, by name.

    Without words the first ones by name. Those invited already, and the session's own, are left out.

    Raises:
        ServiceError: `not_found` or `forbidden` for a session that the actor does not run.
    """
    session = _run(actor, key, now)
    near = _near(session.organization)
    if near is None:
        return []
    query = Organization.select().where(near, Organization.id.not_in(_invited(session)))
    typed = typed.strip()
    if typed:
        if not typed.isprintable():
            return []
        query = query.where((Organization.code == typed.upper()) | Organization.name.contains(typed))
    found = query.order_by(Organization.name, Organization.code).limit(_FOUND)
    return [Branch(row.code, row.name) for row in found]


def invite(actor: Actor, key: str, code: str, now: datetime) -> Branch:
    """Invite one branch; the same once more changes nothing.

    Raises:
        ServiceError: `not_found` for a branch that is unknown, own, or under another committee: all read
            alike; `wrong_state` once the session is over; `full` with as many as the rules allow.
    """
    with transaction():
        session = _run(actor, key, now, change=True)
        _require_ahead(session, now)
        near = _near(session.organization)
        branch = None
        if near is not None and code.isprintable():
            branch = Organization.select().where(near, Organization.code == code).first()
        if branch is None:
            raise not_found("这个党支部", "只能邀请同一个上级党组织的支部，请核对代码或名称。")
        mine = SessionInvite.session == session
        if not SessionInvite.select().where(mine, SessionInvite.organization == branch).exists():
            most = rulebook.current().sessions(civil_day(now)).invites_most
            if SessionInvite.select().where(mine).count() >= most:
                raise ServiceError("full", f"一次学习最多邀请 {most} 个支部。", "请先去掉用不着的。")
            SessionInvite.insert(
                session=session, organization=branch, by=actor.member_id, at=now
            ).on_conflict_ignore().execute()
            audit.record(actor, now, "session.invited", "session", session.key, organization=branch.id)
    return Branch(branch.code, branch.name)


def withdraw(actor: Actor, key: str, code: str, now: datetime) -> None:
    """Take an invitation back; one that does not stand is none.

    Raises:
        ServiceError: `not_found` or `forbidden` for a session that the actor does not run.
    """
    with transaction():
        session = _run(actor, key, now, change=True)
        branch = tree.named(code)
        gone = branch is not None and (
            SessionInvite.delete()
            .where(SessionInvite.session == session, SessionInvite.organization == branch)
            .execute()
        )
        if branch is not None and gone:
            audit.record(actor, now, "session.uninvited", "session", session.key, organization=branch.id)


def for_member(member: Member, now: datetime) -> list[StudySession]:
    """Return the sessions of today and later to which a member's branch is invited, the next first."""
    rows = (
        StudySession.select(StudySession, Organization)
        .join(Organization)
        .switch(StudySession)
        .join(SessionInvite, on=(SessionInvite.session == StudySession.id))
        .where(
            SessionInvite.organization == member.branch_id,
            StudySession.state == SessionState.PUBLISHED,
            StudySession.starts_at >= day_start(civil_day(now)),
            StudySession.ends_at >= now,
        )
        .order_by(StudySession.starts_at, StudySession.id)
        .limit(_SHOWN)
    )
    return list(rows)


def _run(actor: Actor, key: str, now: datetime, *, change: bool = False) -> StudySession:
    session = sessions.find_to_change(key) if change else sessions.find(key)
    require_manage(actor, session.organization.path, civil_day(now))
    return session


def _require_ahead(session: StudySession, now: datetime) -> None:
    state = sessions.state_of(session, now)
    if state not in _OPEN:
        raise ServiceError("wrong_state", f"这次学习{state.label}，不用再邀请。", "请返回看看现在的情况。")


def _invited(session: StudySession) -> Any:
    return SessionInvite.select(SessionInvite.organization).where(SessionInvite.session == session)


def _near(organization: Organization) -> Any:
    """Return the condition for the branches beside this one, under the nearest committee above it.

    None where no committee stands above: everybody below one is due at its sessions anyway.
    """
    above = [int(part) for part in organization.path.split(".") if part][:-1]
    kinds = [OrgKind.COMMITTEE, OrgKind.GENERAL_BRANCH]
    rows = {row.id: row for row in Organization.select().where(Organization.id.in_(above))}
    nearest = next((rows[each] for each in reversed(above) if rows[each].kind in kinds), None)
    if nearest is None:
        return None
    home = organization.path
    if organization.kind is OrgKind.GROUP:
        home = rows[above[-1]].path
    return (
        (Organization.kind == OrgKind.BRANCH)
        & Organization.path.startswith(nearest.path)
        & ~Organization.path.startswith(home)
    )
