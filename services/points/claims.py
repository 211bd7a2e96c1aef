"""月申报: what a member says was done, from filing to the objection (R62, R70, R71)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from models import Member, PointClaim
from models.terms import ClaimState
from services import audit, rulebook
from services.actor import Actor, member_actor
from services.clock import civil_day
from services.deciders import require_decider
from services.errors import ServiceError, invalid
from services.keys import new_key
from services.people import member_by_number
from services.points.claim_lists import Claim, own_row, read
from services.points.claimable import item_of, require_open, require_part, require_uncredited
from services.rulebook.points import PointItem
from services.transaction import transaction
from services.words import words as clean

LONGEST = 200
_ALREADY = {
    ClaimState.SUBMITTED: ("这件事已经报过了，支部还没有看。", "不用再报，等支部看就好。"),
    ClaimState.RETURNED: ("这件事已经报过，支部请您再补充。", "请在那一份上补充后再交。"),
    ClaimState.POSTED: ("这件事已经记过分了。", "同一天同一项只记一次。"),
    ClaimState.REFUSED: ("这件事报过，支部没有同意。", "有不同看法，可以在那一份上提出异议。"),
    ClaimState.OBJECTED: ("这件事您已经提出异议，支部还在复核。", "请等复核的结果。"),
    ClaimState.REFUSED_FINAL: ("这件事已经复核过，支部没有同意。", "请向支部书记当面了解。"),
    ClaimState.REVERSED: ("这件事记过分，后来冲销了。", "请向支部书记了解。"),
}


def file(  # noqa: PLR0917 - whose, what, when, in which words, at which moment; another's hand is rare
    member: Member, item: str, day: date, words: str, now: datetime, actor: Actor | None = None
) -> Claim:
    """File a claim for a day of an open month.

    Raises:
        ServiceError: an unknown item, a day ahead or of a closed month, the same thing twice (R71), a day
            whose session is credited already.
    """
    with transaction():
        known = item_of(item, day)
        require_open(day, now)
        require_part(member, day, now)
        text = clean(words, LONGEST, "做了什么")
        require_uncredited(member, known, day)
        claim = _again(member, known, day) or PointClaim(key=new_key())
        _fill(claim, member, known, day, text)
        claim.state, claim.filed_at = ClaimState.SUBMITTED, now
        claim.decided_at = claim.decided_by = claim.reason = None
        claim.save()
        audit.record(actor or member_actor(member.id), now, "claim.filed", "claim", claim.key)
    return read(claim, member)


def file_for(actor: Actor, number: str, now: datetime, *, item: str, day: date, words: str) -> Claim:
    """File what a member without a phone has told the branch; decided like every other claim (F04, F10).

    Raises:
        ServiceError: `not_found` for a member whom the actor does not lead, `own`, and as in `file`.
    """
    with transaction():
        member = member_by_number(number)
        require_decider(actor, member, civil_day(now))
        return file(member, item, day, words, now, actor)


def resubmit(member: Member, key: str, now: datetime, *, item: str, day: date, words: str) -> Claim:
    """Hand in a returned claim again, changed; it keeps its month, also after that has closed (R70).

    Raises:
        ServiceError: `wrong_state` unless it was returned, `day` for another month's day, R71 as in `file`.
    """
    with transaction():
        claim = own_row(member, key)
        if claim.state is not ClaimState.RETURNED:
            raise _unfit(claim, "不用再交。")
        known, text = item_of(item, day), clean(words, LONGEST, "做了什么")
        if f"{day:%Y-%m}" != claim.month or day > civil_day(now):
            raise invalid("day", "这一份是另一个月的。", f"请填 {claim.month} 里的日期。")
        if (claim.item, claim.day) != (known.key, day) and _same_thing(member, known, day) is not None:
            raise ServiceError("duplicate", "同一天的这一项已经报过了。", "请看看申报记录。")
        require_uncredited(member, known, day)
        _fill(claim, member, known, day, text)
        values = {name: getattr(claim, name) for name in ("item", "day", "words", "points", "edition")}
        move(claim, ClaimState.SUBMITTED, values)
        audit.record(member_actor(member.id), now, "claim.resubmitted", "claim", claim.key)
    return read(claim, member)


def withdraw(member: Member, key: str, now: datetime) -> Claim:
    """Take a claim back before it is decided; a second time changes nothing.

    Raises:
        ServiceError: `wrong_state` once it is decided.
    """
    with transaction():
        claim = own_row(member, key)
        if claim.state is ClaimState.WITHDRAWN:
            return read(claim, member)
        if claim.state not in {ClaimState.SUBMITTED, ClaimState.RETURNED}:
            raise _unfit(claim, "不能收回了。")
        move(claim, ClaimState.WITHDRAWN, {})
        audit.record(member_actor(member.id), now, "claim.withdrawn", "claim", claim.key)
    return read(claim, member)


def object_to(member: Member, key: str, words: str, now: datetime) -> Claim:
    """Object to a refusal, once; the branch then decides again with a reason.

    Raises:
        ServiceError: `wrong_state` unless it was refused.
    """
    with transaction():
        claim = own_row(member, key)
        text = clean(words, LONGEST, "您的看法")
        if claim.state is not ClaimState.REFUSED:
            raise _unfit(claim, "现在不能提出异议。")
        move(claim, ClaimState.OBJECTED, {"objection": text, "objected_at": now})
        audit.record(member_actor(member.id), now, "claim.objected", "claim", claim.key)
    return read(claim, member)


def _same_thing(member: Member, item: PointItem, day: date) -> PointClaim | None:
    return PointClaim.get_or_none(
        PointClaim.member == member, PointClaim.item == item.key, PointClaim.day == day
    )


def _again(member: Member, item: PointItem, day: date) -> PointClaim | None:
    """Return the withdrawn claim of the same thing, to be used again (R71).

    Raises:
        ServiceError: `duplicate` for a claim that stands, in words that fit its state.
    """
    before = _same_thing(member, item, day)
    if before is not None and before.state is not ClaimState.WITHDRAWN:
        raise ServiceError("duplicate", *_ALREADY[before.state])
    return before


def _fill(claim: PointClaim, member: Member, item: PointItem, day: date, text: str) -> None:
    claim.member, claim.branch = member, member.branch_id
    claim.item, claim.day, claim.month = item.key, day, f"{day:%Y-%m}"
    claim.words, claim.points = text, item.points
    claim.edition = rulebook.current().points(day).edition


def move(claim: PointClaim, to: ClaimState, values: Mapping[str, object]) -> None:
    """Take a claim from the state it was read in to another; of two at once, one wins.

    Raises:
        ServiceError: `wrong_state` for the other.
    """
    changed = (
        PointClaim.update(state=to, **values)
        .where(PointClaim.id == claim.id, PointClaim.state == claim.state)
        .execute()
    )
    if changed != 1:
        raise ServiceError("wrong_state", "这份申报刚刚有了变化。", "请刷新看看现在的情况。")
    claim.state = to
    for name, value in values.items():
        setattr(claim, name, value)


def _unfit(claim: PointClaim, ending: str) -> ServiceError:
    return ServiceError("wrong_state", f"这份申报{claim.state.label}，{ending}", "请看看现在的情况。")
