"""Whom somebody may call at a session: those with a place, and members within reach who have none (R24)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models import Attendance, Member, Organization, StudySession
from services import tree
from services.access import Rights, session_rights
from services.actor import Actor
from services.clock import civil_day
from services.errors import not_found
from services.periods import active
from services.roll import attendance
from services.study import sessions

#: No list of a page is longer than this (RELIABILITY part 3).
PAGE = 100


def roll(actor: Actor, session_key: str, now: datetime) -> list[attendance.Place]:
    """Return the places within the actor's reach as they stand, for a page that was open for long.

    Raises:
        ServiceError: `not_found`.
    """
    session = sessions.find(session_key)
    rights = session_rights(actor, session.organization.path, civil_day(now))
    if not rights.prefixes:
        raise not_found("这次学习")
    numbers = reached_numbers(session, rights)
    return [place for place in attendance.roll(session_key, now).places if place.number in numbers]


def reached_numbers(session: StudySession, rights: Rights) -> frozenset[str]:
    """Return the numbers of the members with a place whom these rights reach; all, for who runs the session.

    A member who has moved to another branch since stays on the roll of the one that held it.
    """
    mine = Attendance.select(Attendance.member).where(Attendance.session == session)
    if rights.manage:
        rows = Member.select(Member.number).where(Member.id.in_(mine)).tuples()
        return frozenset(number for (number,) in rows)
    return frozenset(number for number, _ in _members(rights, Member.id.in_(mine)))


def unlisted(session: StudySession, rights: Rights, now: datetime) -> list[tuple[str, str]]:
    """Return (number, name) of members within reach who have no place, by name: they may have come."""
    placed = Attendance.select(Attendance.member).where(Attendance.session == session)
    day = civil_day(now)
    return _members(rights, Member.id.not_in(placed) & active(day), PAGE)


def _members(rights: Rights, condition: Any, limit: int | None = None) -> list[tuple[str, str]]:
    branch, group = Organization.alias(), Organization.alias()
    reach = tree.below(rights.prefixes, branch, group)
    if reach is None:
        return []
    query = (
        Member.select(Member.number, Member.name)
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(condition, reach)
        .order_by(Member.name, Member.number)
    )
    return list((query.limit(limit) if limit else query).tuples())
