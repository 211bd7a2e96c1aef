"""组织关系转接 as both branches read it: who waits to come, who waits to go, what was settled lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from models import Member, Organization, Transfer
from models.terms import TransferState
from services import tree
from services.access import ABOVE, LEADING, prefixes
from services.actor import Actor
from services.clock import civil_day
from services.errors import not_found
from services.rows import named

_WHAT = "这次转接"
#: No list is longer than this (RELIABILITY part 3); settled ones stay in sight for a quarter of a year.
PAGE = 100
_RECENT = timedelta(days=92)


@dataclass(frozen=True)
class Moving:
    """A transfer as both branches read it; `into` is None when it leads out of the service."""

    key: str
    number: str
    name: str
    origin: str
    into: str | None
    outside: str | None
    day: date
    state: TransferState
    asked_at: datetime
    decided_at: datetime | None


def find(actor: Actor, key: str, now: datetime) -> Moving:
    """Return a transfer that this person may answer.

    Raises:
        ServiceError: `not_found`.
    """
    row = load(key)
    require_of(actor, row.target, now)
    return _moving(row)


def groups(actor: Actor, key: str, now: datetime) -> list[str]:
    """Return the names of the groups of the branch that is asked."""
    row = load(key)
    require_of(actor, row.target, now)
    return [name for _, name in tree.groups(row.target)]


def coming(actor: Actor, now: datetime) -> list[Moving]:
    """Return the members who wait to be taken into the branches of an actor, by name (F02)."""
    return _of_reach(actor, now, Transfer.target, Transfer.state == TransferState.PROPOSED)


def going(actor: Actor, now: datetime) -> list[Moving]:
    """Return the members of an actor's branches who wait to be taken elsewhere, by name."""
    return _of_reach(actor, now, Transfer.origin, Transfer.state == TransferState.PROPOSED)


def settled(actor: Actor, now: datetime) -> list[Moving]:
    """Return what was settled lately, to or from the branches of an actor, by name."""
    lately = (Transfer.state != TransferState.PROPOSED) & (Transfer.decided_at >= now - _RECENT)
    both = _of_reach(actor, now, Transfer.origin, lately) + _of_reach(actor, now, Transfer.target, lately)
    found = {each.key: each for each in both}
    return sorted(found.values(), key=lambda each: (each.name, each.number, each.asked_at))


def led_paths(actor: Actor, on: date) -> tuple[str, ...]:
    """Return the paths below which an actor answers for branches."""
    return prefixes(actor, LEADING | ABOVE, on)


def load(key: str) -> Transfer:
    """Return a transfer by its key.

    Raises:
        ServiceError: `not_found`.
    """
    row: Transfer = named(Transfer.select(), key, _WHAT)
    return row


def require_of(actor: Actor, organization: Organization | None, now: datetime) -> None:
    """Let only those on who answer for a branch of the transfer.

    Raises:
        ServiceError: `not_found`, also where there is no such branch.
    """
    if organization is None or not tree.covers(led_paths(actor, civil_day(now)), organization.path):
        raise not_found(_WHAT)


def _of_reach(actor: Actor, now: datetime, side: Any, condition: Any) -> list[Moving]:
    organization = Organization.alias()
    below = tree.below(led_paths(actor, civil_day(now)), organization)
    if below is None:
        return []
    query = (
        Transfer.select(Transfer, Member)
        .join(Member, on=(Transfer.member == Member.id))
        .switch(Transfer)
        .join(organization, on=(side == organization.id), attr="side")
        .where(below, condition)
        .order_by(Member.name, Member.number)
        .limit(PAGE)
    )
    return [_moving(row) for row in query]


def _moving(row: Transfer) -> Moving:
    return Moving(
        row.key, row.member.number, row.member.name, row.origin.name,
        row.target.name if row.target_id else None, row.outside, row.day, row.state, row.asked_at,
        row.decided_at,
    )  # fmt: skip
