"""Deciding claims: the branch's queue, and each answer with its reason (DOMAIN part 5, R27)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from models import Member, Organization, PointClaim
from models.terms import ClaimState
from services import audit, deciders, rulebook
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError
from services.points import claim_lists, claimable, claims
from services.points.claim_lists import Claim
from services.points.settling import settle
from services.transaction import transaction
from services.words import words as clean

_LONGEST = 200
#: A branch has some twenty members; no list of a page is longer.
_PAGE = 300
#: Days during which an approved claim stays in sight, so that a mistake can be taken back.
_LOOKING_BACK = 60
_WAITING = (ClaimState.SUBMITTED, ClaimState.OBJECTED)
_COMES_FROM = {
    ClaimState.RETURNED: ClaimState.SUBMITTED,
    ClaimState.REFUSED: ClaimState.SUBMITTED,
    ClaimState.REFUSED_FINAL: ClaimState.OBJECTED,
    ClaimState.REVERSED: ClaimState.POSTED,
}


@dataclass(frozen=True)
class Queue:
    """What waits for this person: new claims, and objections apart; each by member name and day (F02)."""

    claims: list[Claim]
    objections: list[Claim]

    @property
    def in_order(self) -> list[Claim]:
        """Return all of them in the order of the page."""
        return [*self.claims, *self.objections]

    @property
    def size(self) -> int:
        """Return how many wait."""
        return len(self.claims) + len(self.objections)


def waiting(actor: Actor, now: datetime) -> Queue:
    """Return the claims that this person may decide: of branches led, and of leaders of branches below."""
    on = civil_day(now)
    rows = _within_reach(actor, on, PointClaim.state.in_(_WAITING))
    found = [claim_lists.read(claim, claim.member) for claim in rows]
    return Queue(
        [claim for claim in found if claim.state is ClaimState.SUBMITTED],
        [claim for claim in found if claim.state is ClaimState.OBJECTED],
    )


def posted(actor: Actor, now: datetime) -> list[Claim]:
    """Return what this person's branches have approved in the last weeks, by name and day (F02)."""
    since = PointClaim.decided_at >= now - timedelta(days=_LOOKING_BACK)
    rows = _within_reach(actor, civil_day(now), (PointClaim.state == ClaimState.POSTED) & since)
    return [claim_lists.read(claim, claim.member) for claim in rows]


def members(actor: Actor, now: datetime) -> list[tuple[str, str]]:
    """Return (number, name) of the members for whom this person may write a claim down, by name."""
    return deciders.people(deciders.desk(actor, civil_day(now)), _PAGE)


def look(actor: Actor, key: str, now: datetime) -> Claim:
    """Return a claim to somebody who may decide it.

    Raises:
        ServiceError: `not_found` for everybody else, `own` for one's own.
    """
    claim = _reach(actor, key, now)
    return claim_lists.read(claim, claim.member)


def approve(actor: Actor, key: str, now: datetime) -> Claim:
    """Approve a claim and post it; approving a posted one again changes nothing.

    Raises:
        ServiceError: `wrong_state`, or `credited` when a session of that day was credited meanwhile (R71).
    """
    with transaction():
        claim = _reach(actor, key, now)
        if claim.state is ClaimState.POSTED:
            return claim_lists.read(claim, claim.member)
        _require(claim, ClaimState.SUBMITTED)
        return _post(actor, claim, None, now)


def give_back(actor: Actor, key: str, reason: str, now: datetime) -> Claim:
    """Return a claim to be completed; it keeps its month (R70)."""
    return _answer(actor, key, ClaimState.RETURNED, reason, now)


def refuse(actor: Actor, key: str, reason: str, now: datetime) -> Claim:
    """Refuse a claim with a reason; the member may object once."""
    return _answer(actor, key, ClaimState.REFUSED, reason, now)


def decide_objection(actor: Actor, key: str, agree: bool, reason: str, now: datetime) -> Claim:
    """Decide an objection with a reason: the claim is posted after all, or refused for good."""
    if not agree:
        return _answer(actor, key, ClaimState.REFUSED_FINAL, reason, now)
    with transaction():
        claim = _reach(actor, key, now)
        why = clean(reason, _LONGEST, "原因")
        _require(claim, ClaimState.OBJECTED)
        return _post(actor, claim, why, now)


def reverse(actor: Actor, key: str, reason: str, now: datetime) -> Claim:
    """Take a posted claim back by a line of its own (R64).

    Raises:
        ServiceError: `wrong_state` unless it is posted.
    """
    with transaction():
        claim = _answer(actor, key, ClaimState.REVERSED, reason, now)
        _settle(actor, claim_lists.find(key), now)
    return claim


def _answer(actor: Actor, key: str, to: ClaimState, reason: str, now: datetime) -> Claim:
    with transaction():
        claim = _reach(actor, key, now)
        why = clean(reason, _LONGEST, "原因")
        _require(claim, _COMES_FROM[to])
        claims.move(claim, to, {"reason": why, "decided_at": now, "decided_by": actor.member_id})
        audit.record(actor, now, f"claim.{to.lower()}", "claim", claim.key)
    return claim_lists.read(claim, claim.member)


def _post(actor: Actor, claim: PointClaim, reason: str | None, now: datetime) -> Claim:
    item = rulebook.current().points(claim.day).items.get(claim.item)
    title = claimable.credited_on(claim.member_id, claim.day, sorted(item.not_on)) if item else None
    if title is not None:
        raise ServiceError(
            "credited",
            f"这一天的「{title}」已经随学习记分，同一件事不重复记。",
            "请退回并请本人说明，或不同意并写明原因。",
        )
    values = {"reason": reason, "decided_at": now, "decided_by": actor.member_id}
    claims.move(claim, ClaimState.POSTED, values)
    audit.record(actor, now, "claim.posted", "claim", claim.key)
    _settle(actor, claim, now)
    return claim_lists.read(claim, claim.member)


def _settle(actor: Actor, claim: PointClaim, now: datetime) -> None:
    settle([claim.member_id], rulebook.current().point_years.year_of(claim.day), now, actor)


def _reach(actor: Actor, key: str, now: datetime) -> PointClaim:
    claim = claim_lists.find(key)
    deciders.require_decider(actor, claim.member, civil_day(now), claim_lists.WHAT)
    return claim


def _require(claim: PointClaim, state: ClaimState) -> None:
    if claim.state is not state:
        raise ServiceError(
            "wrong_state", f"这份申报{claim.state.label}，不用办这一步。", "请返回看看现在的情况。"
        )


def _within_reach(actor: Actor, on: date, which: Any) -> list[Any]:
    branch, group = Organization.alias(), Organization.alias()
    condition = deciders.lying_on(deciders.desk(actor, on), branch, group)
    if condition is None:
        return []
    return list(
        PointClaim.select(PointClaim, Member, branch)
        .join(Member, on=(PointClaim.member == Member.id))
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(which, condition)
        .order_by(Member.name, Member.number, PointClaim.day, PointClaim.id)
    )
