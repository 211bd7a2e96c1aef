"""流入的党员: the host branch's side of a stay elsewhere, and its word whether it looks after them (R34)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import Member, Mobility, Organization
from models.terms import HostState
from services import audit, tree
from services.access import ABOVE, LEADING, prefixes
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, not_found
from services.moving.mobility import PAGE, elsewhere
from services.rows import hold
from services.transaction import transaction

_WHAT = "这条流动登记"


@dataclass(frozen=True)
class Hosted:
    """A stay as the host branch sees it: no phone, nothing of hours or points."""

    id: int
    name: str
    home: str
    host: str
    destination: str
    since: date
    state: HostState


def answer(actor: Actor, mobility: int, accepted: bool, now: datetime) -> None:
    """Say for the host branch whether it looks after the member. The same answer again changes nothing.

    Raises:
        ServiceError: `not_found` for all but those who lead the branch asked, `settled` once it is over.
    """
    to = HostState.ACCEPTED if accepted else HostState.REFUSED
    with transaction():
        row = _asked_of(actor, mobility, now)
        if row.host_state is to:
            return
        if row.host_state not in {HostState.ASKED, HostState.ACCEPTED, HostState.REFUSED}:
            raise ServiceError("settled", f"{row.host_state.label}。", "不用再办。")
        Mobility.update(host_state=to, host_by=actor.member_id, host_at=now).where(
            Mobility.id == row.id
        ).execute()
        audit.record(actor, now, "mobility.hosted", "member", row.member_id, mobility=row.id, state=str(to))


def hosted(actor: Actor, now: datetime) -> list[Hosted]:
    """Return the stays for which an actor's branches are asked, or which they look after, by name (F02)."""
    today = civil_day(now)
    host, home = Organization.alias(), Organization.alias()
    below = _asked_below(actor, today, host)
    if below is None:
        return []
    query = (
        Mobility.select(
            Mobility.id,
            Member.name,
            home.name,
            host.name,
            Mobility.destination,
            Mobility.since,
            Mobility.host_state,
        )
        .join(Member, on=(Mobility.member == Member.id))
        .switch(Mobility)
        .join(host, on=(Mobility.host == host.id))
        .switch(Mobility)
        .join(home, on=(Mobility.home == home.id))
        .where(below, elsewhere(today), Mobility.host_state.in_([HostState.ASKED, HostState.ACCEPTED]))
        .order_by(Member.name, Member.number)
        .limit(PAGE)
    )
    return [Hosted(*row) for row in query.tuples()]


def is_host(actor: Actor, now: datetime) -> bool:
    """Whether an actor leads branches that may be asked."""
    return bool(prefixes(actor, LEADING | ABOVE, civil_day(now)))


def _asked_below(actor: Actor, on: date, host: Any) -> Any:
    """Return the condition that a stay's host branch, joined as `host`, is an actor's; None for nobody."""
    return tree.below(prefixes(actor, LEADING | ABOVE, on), host)


def _asked_of(actor: Actor, mobility: int, now: datetime) -> Mobility:
    host = Organization.alias()
    below = _asked_below(actor, civil_day(now), host)
    if below is None or not 0 < mobility < 2**31:
        raise not_found(_WHAT)
    hold(Mobility, Mobility.id == mobility)
    row: Mobility | None = (
        Mobility.select(Mobility)
        .join(host, on=(Mobility.host == host.id))
        .where(Mobility.id == mobility, below, elsewhere(civil_day(now)))
        .first()
    )
    if row is None:
        raise not_found(_WHAT)
    return row
