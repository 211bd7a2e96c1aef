"""不作硬性要求 and the like: a kind and dates, who decided and when; never a diagnosis (F18, R04, R22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import Exemption, Member
from models.terms import ExemptionKind
from services import audit
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid, not_found
from services.members.sight import hold_kept
from services.roster.cells import EARLIEST
from services.study import places_ahead
from services.transaction import transaction

#: So far ahead an exemption may begin or end.
_AHEAD = timedelta(days=366 * 5)


@dataclass(frozen=True)
class Wanted:
    """An exemption to enter: an ExemptionKind, the first and the last day, the day of the decision."""

    kind: str
    starts: date
    ends: date | None
    decided_on: date


def give(actor: Actor, number: str, wanted: Wanted, now: datetime) -> None:
    """Enter an exemption; the places in sessions ahead follow it.

    Raises:
        ServiceError: `not_found` beyond reach, `own`, `kind`, `starts`, `ends`, `decided_on`, `same` while
            one of this kind holds at that time.
    """
    today = civil_day(now)
    with transaction():
        member, _ = hold_kept(actor, number, today)
        _require_other(actor, member)
        kind = _checked(wanted, member, today)
        _refuse_overlap(member, kind, wanted)
        row = Exemption.create(
            member=member,
            kind=kind,
            starts=wanted.starts,
            ends=wanted.ends,
            decided_by=actor.member_id,
            decided_on=wanted.decided_on,
        )
        audit.record(
            actor, now, "exemption.given", "member", member.id, exemption=row.id, kind=str(kind),
            starts=wanted.starts.isoformat(), ends=wanted.ends.isoformat() if wanted.ends else None,
        )  # fmt: skip
        places_ahead.settle([number], now)


def end(actor: Actor, number: str, exemption: int, last: date, now: datetime) -> None:
    """Let an exemption end after its last day; one that would never have held is taken back whole.

    Raises:
        ServiceError: `not_found` beyond reach or for another member's, `own`, `ends` for an odd day.
    """
    today = civil_day(now)
    with transaction():
        member, _ = hold_kept(actor, number, today)
        _require_other(actor, member)
        row = None
        # An address may name a number that no table can hold.
        if 0 < exemption < 2**31:
            row = Exemption.get_or_none(Exemption.id == exemption, Exemption.member == member)
        if row is None:
            raise not_found("这一条")
        if not row.starts - timedelta(days=1) <= last <= today + _AHEAD:
            raise invalid("ends", "结束的日子不对。", "请填开始那天以后的日子。")
        if last < row.starts:
            row.delete_instance()
        else:
            row.ends = last
            row.save(only=[Exemption.ends])
        audit.record(
            actor, now, "exemption.ended", "member", member.id, exemption=exemption, ends=last.isoformat()
        )
        places_ahead.settle([number], now)


def _require_other(actor: Actor, member: Member) -> None:
    if actor.member_id is not None and actor.member_id == member.id:
        raise ServiceError("own", "自己的事不能自己办。", "请支部其他委员或上级党务干部来办。")


def _checked(wanted: Wanted, member: Member, today: date) -> ExemptionKind:
    if wanted.kind not in set(ExemptionKind):
        raise invalid("kind", "还没有选是哪一种。", "请选一种。")
    if not max(member.joined_on or EARLIEST, EARLIEST) <= wanted.starts <= today + _AHEAD:
        raise invalid("starts", "开始的日子不对。", "请填入党以后的日子。")
    if wanted.ends is not None and not wanted.starts <= wanted.ends <= today + _AHEAD:
        raise invalid("ends", "结束的日子不对。", "请填开始那天以后的日子，长期的就留空。")
    if not EARLIEST <= wanted.decided_on <= today:
        raise invalid("decided_on", "决定的日子不对。", "请填支部作决定的那一天，不晚于今天。")
    return ExemptionKind(wanted.kind)


def _refuse_overlap(member: Member, kind: ExemptionKind, wanted: Wanted) -> None:
    same = (Exemption.member == member) & (Exemption.kind == kind)
    meets = Exemption.ends.is_null() | (Exemption.ends >= wanted.starts)
    if wanted.ends is not None:
        meets &= Exemption.starts <= wanted.ends
    if Exemption.select().where(same, meets).exists():
        raise ServiceError("same", f"这段时间里已有「{kind.label}」。", "先结束原来的，再登记新的。")
