"""The lists of 支部外学习: a member's own, and what waits for the home branch with the host's word (R34)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import ExternalStudy, Member, Organization, StudySession
from models.terms import CreditKind, ExternalKind, ExternalState, SessionState
from services import deciders
from services.actor import Actor
from services.clock import civil_day
from services.deciders import Desk
from services.rows import named
from services.study import sessions

#: No list is longer than this (RELIABILITY part 3).
PAGE = 100
WHAT = "这条支部外学习"


@dataclass(frozen=True)
class Study:
    """A study outside the branch; `hours` is hundredths, as proposed or as confirmed.

    `host` is how the host's session stands (None: there is none in this system), `scanned_at` when the
    guest signed there.
    """

    key: str
    number: str
    name: str
    kind: ExternalKind
    org_name: str
    title: str
    day: date
    hours: int
    credit_kind: CreditKind
    state: ExternalState
    words: str | None
    reason: str | None
    decided_by: str | None
    scanned_at: datetime | None
    host: SessionState | None

    @property
    def host_settled(self) -> bool:
        """Whether the host has said that it was held, or nobody here can say."""
        return self.host is None or self.host is SessionState.CONFIRMED


def desk(actor: Actor, now: datetime) -> Desk:
    """Return whose studies elsewhere an actor decides: the leaders' of the home branch (R11, R34)."""
    return deciders.desk(actor, civil_day(now))


def of_member(member: Member, now: datetime) -> list[Study]:
    """Return a member's studies elsewhere, the latest day first."""
    return _rows(ExternalStudy.member == member, now, ExternalStudy.day.desc(), ExternalStudy.id.desc())


def waiting(actor: Actor, now: datetime) -> list[Study]:
    """Return what waits for this person's word, by the member's name and the day (F02)."""
    return _of_desk(actor, now, ExternalStudy.state == ExternalState.PROPOSED)


def decided(actor: Actor, now: datetime) -> list[Study]:
    """Return what was decided within reach, by the member's name and the day: it can be corrected."""
    return _of_desk(actor, now, ExternalStudy.state != ExternalState.PROPOSED)


def load(key: str) -> ExternalStudy:
    """Return a study by its key.

    Raises:
        ServiceError: `not_found`, also for what no key looks like.
    """
    found: ExternalStudy = named(ExternalStudy.select(), key, WHAT)
    return found


def find(actor: Actor, key: str, now: datetime) -> Study:
    """Return a study that this person may decide, for the page that asks.

    Raises:
        ServiceError: `not_found` for outsiders, `own`.
    """
    deciders.require(desk(actor, now), load(key).member, WHAT)
    return _rows(ExternalStudy.key == key, now)[0]


def _of_desk(actor: Actor, now: datetime, condition: Any) -> list[Study]:
    branch, group = Organization.alias(), Organization.alias()
    mine = deciders.lying_on(desk(actor, now), branch, group)
    if mine is None:
        return []
    people = (
        Member.select(Member.id)
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(mine)
    )
    order = (Member.name, Member.number, ExternalStudy.day, ExternalStudy.id)
    return _rows(ExternalStudy.member.in_(people) & condition, now, *order)


def _rows(condition: Any, now: datetime, *order: Any) -> list[Study]:
    decider = Member.alias()
    query = (
        ExternalStudy.select(ExternalStudy, Member, StudySession, decider.name)
        .join(Member, on=(ExternalStudy.member == Member.id))
        .switch(ExternalStudy)
        .left_outer_join(StudySession, on=(ExternalStudy.session == StudySession.id))
        .switch(ExternalStudy)
        .left_outer_join(decider, on=(ExternalStudy.decided_by == decider.id), attr="decider")
        .where(condition)
        .order_by(*order)
        .limit(PAGE)
    )
    return [_study(row, now) for row in query]


def _study(row: ExternalStudy, now: datetime) -> Study:
    host = sessions.state_of(row.session, now) if row.session_id else None
    return Study(
        row.key, row.member.number, row.member.name, row.kind, row.org_name, row.title, row.day, row.hours,
        row.credit_kind, row.state, row.words, row.reason,
        row.decider.name if row.decided_by_id else None, row.scanned_at, host,
    )  # fmt: skip
