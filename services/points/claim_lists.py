"""Claims as their owners and deciders read them, and where one is found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models import Member, PointClaim
from models.terms import ClaimState
from services.errors import not_found
from services.points.viewing import label
from services.rows import named

WHAT = "这份申报"


@dataclass(frozen=True)
class Claim:
    """A claim as its owner and its decider read it; `points` is what the rule gives, in hundredths.

    `open_to_change` says that the member may change or withdraw it, `may_object` that an objection is open.
    """

    key: str
    number: str
    name: str
    item: str
    label: str
    day: date
    month: str
    words: str
    points: int
    state: ClaimState
    filed_at: datetime
    decided_at: datetime | None
    reason: str | None
    objection: str | None

    @property
    def open_to_change(self) -> bool:
        """Whether the member may withdraw it."""
        return self.state in {ClaimState.SUBMITTED, ClaimState.RETURNED}

    @property
    def may_object(self) -> bool:
        """Whether the member may object, which is possible once."""
        return self.state is ClaimState.REFUSED


def of_member(member: Member, limit: int = 50) -> list[Claim]:
    """Return a member's claims, the newest filed first."""
    query = PointClaim.select().where(PointClaim.member == member)
    newest = query.order_by(PointClaim.filed_at.desc(), PointClaim.id.desc()).limit(limit)
    return [read(claim, member) for claim in newest]


def returned(member: Member) -> list[Claim]:
    """Return the claims that wait for the member, by day."""
    query = PointClaim.select().where(PointClaim.member == member, PointClaim.state == ClaimState.RETURNED)
    return [read(claim, member) for claim in query.order_by(PointClaim.day, PointClaim.id)]


def own(member: Member, key: str) -> Claim:
    """Return one claim of the member's own.

    Raises:
        ServiceError: `not_found`, for another member's claim too.
    """
    return read(own_row(member, key), member)


def own_row(member: Member, key: str) -> PointClaim:
    """Return the row of a claim of the member's own.

    Raises:
        ServiceError: `not_found`, for another member's claim too.
    """
    claim = find(key)
    if claim.member_id != member.id:
        raise not_found(WHAT)
    return claim


def find(key: str) -> PointClaim:
    """Return a claim by its key, with its member.

    Raises:
        ServiceError: `not_found`.
    """
    query = PointClaim.select(PointClaim, Member).join(Member, on=PointClaim.member)
    claim: PointClaim = named(query, key, WHAT)
    return claim


def read(claim: PointClaim, member: Member) -> Claim:
    """Return a claim as people read it."""
    return Claim(
        claim.key,
        member.number,
        member.name,
        claim.item,
        label(claim.item, claim.edition),
        claim.day,
        claim.month,
        claim.words,
        claim.points,
        claim.state,
        claim.filed_at,
        claim.decided_at,
        claim.reason,
        claim.objection,
    )
