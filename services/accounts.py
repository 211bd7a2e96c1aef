"""Which account is whose at this moment: what binding, a new phone and letting go have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from models import (
    ChatState,
    LoginSession,
    Member,
    OauthCode,
    PendingScan,
    RebindRequest,
    StepUp,
    SubscribeCredit,
    TryCount,
    WechatBinding,
)
from services.access import require_manage
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, not_found
from services.people import member_by_number


def in_force(openid: str) -> WechatBinding | None:
    """Return the binding of an account that is in force."""
    return WechatBinding.get_or_none(WechatBinding.openid == openid, WechatBinding.unbound_at.is_null())


def somebody_elses() -> ServiceError:
    """Refuse an account that is another member's."""
    return ServiceError(
        "other_member", "这个微信已经绑定了另一位同志。", "要换人使用，请先联系支部书记解除绑定。"
    )


def end(condition: object, now: datetime) -> list[int]:
    """End the bindings in force that fit a condition and return whose they were."""
    in_force = WechatBinding.unbound_at.is_null() & condition
    members = [member for (member,) in WechatBinding.select(WechatBinding.member).where(in_force).tuples()]
    WechatBinding.update(unbound_at=now).where(in_force).execute()
    return members


def forget(openids: Iterable[str]) -> None:
    """Remove what hangs on accounts and on nobody's record: logins, codes, scans, tries, a begun talk."""
    gone = list(openids)
    for column in (
        LoginSession.openid,
        OauthCode.openid,
        PendingScan.openid,
        TryCount.subject,
        ChatState.openid,
        RebindRequest.openid,
        SubscribeCredit.openid,
        StepUp.openid,
    ):
        column.model.delete().where(column.in_(gone)).execute()


def member_in_reach(actor: Actor, number: str, now: datetime) -> Member:
    """Return a member whom the actor looks after.

    Raises:
        ServiceError: `not_found` for an unknown number and for another branch's member alike.
    """
    member = member_by_number(number)
    try:
        require_manage(actor, member.branch.path, civil_day(now))
    except ServiceError as error:
        if error.kind == "not_found":
            raise not_found(f"编号为 {number} 的党员") from error
        raise
    return member
