"""A member's new phone: it asks, and the secretary decides (R101)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from models import Member, Organization, RebindRequest, WechatBinding
from models.terms import RequestState
from services import accounts, audit, rulebook
from services.actor import Actor
from services.arrival import pending
from services.clock import civil_day, seconds
from services.errors import ServiceError, not_found
from services.rows import hold
from services.transaction import transaction

#: The same answer within this time is a second press of the same button.
_SECOND_PRESS = timedelta(minutes=10)


def ask(member: Member, openid: str, now: datetime) -> None:
    """Leave the secretary a request; asking again renews it."""
    RebindRequest.insert(member=member, openid=openid, asked_at=now).on_conflict(
        conflict_target=[RebindRequest.member, RebindRequest.openid],
        update={RebindRequest.asked_at: now, RebindRequest.state: RequestState.PENDING},
    ).execute()


def approve(actor: Actor, number: str, now: datetime, asked: int | None = None) -> Member:
    """Let a member's new phone take the place of the old one (R101).

    A scan that the new phone made shortly before becomes its check-in (R26); other phones that asked
    for the same member are refused. A second press changes nothing.

    Args:
        actor: who looks after the member.
        number: the member's.
        now: this moment.
        asked: when the phone asked that the page has shown, in seconds; None takes the latest one.

    Raises:
        ServiceError: `not_found` when no new phone asks, `newer` when one has asked since the page was shown:
            nobody has talked with the member about that one; `other_member` when it has become another
            member's in the meantime.
    """
    with transaction():
        member = accounts.member_in_reach(actor, number, now)
        hold(Member, Member.id == member.id)
        request = _latest(member)
        if request is None and _approved_just_now(member, now):
            return member
        if request is None:
            raise not_found("等待确认的新手机", "请让对方先扫卡片或发「绑定 + 编码」。")
        if asked is not None and asked != seconds(request.asked_at):
            message = f"{member.name}同志刚才又提出了一次换手机。"
            raise ServiceError("newer", message, "请返回刷新，再跟本人核实一次。")
        mine = accounts.in_force(request.openid)
        if mine is not None and mine.member_id != member.id:
            raise accounts.somebody_elses()
        accounts.end(WechatBinding.member == member, now)
        # The new phone saw the notice when it asked.
        shown = rulebook.current().notice(civil_day(request.asked_at)).edition
        WechatBinding.insert(openid=request.openid, member=member, bound_at=now, notice=shown).execute()
        _decide(RebindRequest.id == request.id, RequestState.APPROVED, actor, now)
        _decide(_pending_of(member), RequestState.REFUSED, actor, now)
        pending.redeem(request.openid, now)
        audit.record(actor, now, "binding.moved", "member", member.id)
    return member


def refuse(actor: Actor, number: str, now: datetime) -> Member:
    """Leave the old phone in its place."""
    with transaction():
        member = accounts.member_in_reach(actor, number, now)
        if _decide(_pending_of(member), RequestState.REFUSED, actor, now):
            audit.record(actor, now, "binding.move_refused", "member", member.id)
    return member


def waiting(path: str) -> list[tuple[str, str, datetime]]:
    """Return (number, name, asked at) of the new phones that wait, for the branches below `path`."""
    query = (
        RebindRequest.select(Member.number, Member.name, RebindRequest.asked_at)
        .join(Member, on=(RebindRequest.member == Member.id))
        .join(Organization, on=(Member.branch == Organization.id))
        .where(RebindRequest.state == RequestState.PENDING, Organization.path.startswith(path))
        .order_by(Member.name, RebindRequest.asked_at)
    )
    return list(query.tuples())


def _pending_of(member: Member) -> Any:
    return (RebindRequest.member == member) & (RebindRequest.state == RequestState.PENDING)


def _latest(member: Member) -> RebindRequest | None:
    return RebindRequest.select().where(_pending_of(member)).order_by(RebindRequest.asked_at.desc()).first()


def _approved_just_now(member: Member, now: datetime) -> bool:
    mine = (RebindRequest.member == member) & (RebindRequest.state == RequestState.APPROVED)
    return bool(RebindRequest.select().where(mine, RebindRequest.decided_at > now - _SECOND_PRESS).exists())


def _decide(which: Any, state: RequestState, actor: Actor, now: datetime) -> int:
    changed = (
        RebindRequest.update(state=state, decided_by=actor.member_id, decided_at=now).where(which).execute()
    )
    return int(changed)
