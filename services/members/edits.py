"""What is kept of a member, changed by hand: through the checks of the roster, with a line in the audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from models import Member, Organization, WechatBinding
from models.terms import OrgKind
from services import accounts, audit, keyring, offices
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid
from services.members.sight import Sight, hold_kept, require_keeper
from services.periods import active
from services.roster import cells
from services.roster.cells import CellFault
from services.roster.single import write_row
from services.study import places_ahead
from services.transaction import transaction

#: What may be changed by hand, by the headers of the roster; the phone by the branch's own leaders alone.
HEADERS = ("姓名", "党小组", "类别", "入党日期", "转正日期", "手机号")
SINCE = "到支部日期"
_PHONE = "手机号"


class FieldFaults(ServiceError):
    """Some fields cannot be used; `faults` says for each header what to write instead."""

    def __init__(self, faults: dict[str, str]) -> None:
        """Keep the faults for the page, and say the first one in words."""
        header, reason = next(iter(faults.items()))
        super().__init__("fields", f"「{header}」要改一改：{reason}。", kind="invalid")
        self.faults = faults


def form(actor: Actor, number: str, now: datetime) -> dict[str, str]:
    """Return what is kept now, as it would be typed; without the phone for those above the branch.

    Raises:
        ServiceError: `not_found` beyond reach.
    """
    member, sight = require_keeper(actor, number, civil_day(now))
    values = {
        "姓名": member.name,
        "党小组": member.group.name if member.group_id else "",
        "类别": member.category.label,
        "入党日期": member.joined_on.isoformat() if member.joined_on else "",
        "转正日期": member.full_on.isoformat() if member.full_on else "",
        SINCE: member.active_from.isoformat(),
    }
    if sight.inside:
        values[_PHONE] = phone_of(member) or ""
    return values


def phone_of(member: Member) -> str | None:
    """Return a member's phone in clear, None when there is none or it was sealed under a lost key."""
    return None if member.phone is None else keyring.current().unseal(member.phone)


def groups_of(branch: Organization) -> list[str]:
    """Return the names of a branch's groups."""
    query = Organization.select(Organization.name).where(
        Organization.parent == branch, Organization.kind == OrgKind.GROUP
    )
    return [name for (name,) in query.order_by(Organization.name).tuples()]


def save(actor: Actor, number: str, typed: Mapping[str, str], now: datetime) -> None:
    """Write what was typed; what is not among the fields of the form is ignored.

    Raises:
        FieldFaults: fields that cannot be used; nothing was written then.
        ServiceError: `not_found` beyond reach.
    """
    with transaction():
        member, sight = require_keeper(actor, number, civil_day(now))
        row = _cells(member, sight, typed)
        _refuse([(each.column, each.reason) for each in write_row(row, actor, now)])
        _write_since(actor, member, typed.get(SINCE), now)
        places_ahead.settle([number], now)


def leave(actor: Actor, number: str, last: date, now: datetime, *, deceased: bool = False) -> None:
    """Take a member off the roster after a last day: rights and reminders end, every record stays.

    Raises:
        ServiceError: `not_found` beyond reach, `own` for oneself, `day` for a day that cannot be, `gone` when
            off it already.
    """
    today = civil_day(now)
    with transaction():
        member, _ = hold_kept(actor, number, today)
        if member.active_to is not None and member.active_to < today:
            raise ServiceError("gone", f"{member.name}同志已经不在名册上。", "登记有误的话，可以恢复。")
        take_off(actor, member, last, now, deceased=deceased)


def take_off(
    actor: Actor,
    member: Member,
    last: date,
    now: datetime,
    *,
    deceased: bool = False,
    via: offices.Via = offices.Via.LEAVING,
) -> None:
    """Do so inside the caller's transaction, the caller having asked whether it may be."""
    today = civil_day(now)
    # A secretary hands over first: a branch would be left with nobody who may even say so.
    if actor.member_id is not None and actor.member_id == member.id:
        raise ServiceError("own", "自己的事不能自己办。", "请支部其他委员或上级党务干部来办。")
    if not member.active_from <= last <= today:
        raise invalid("day", "日期不对。", "请填今天或以前、到支部以后的日子。")
    # The last day still belongs to the membership, while rights end at this moment (R113).
    Member.update(active_to=last).where(Member.id == member.id).execute()
    ended = offices.end_all(actor, member, via, now)
    if deceased:
        accounts.end(WechatBinding.member == member, now)
    places_ahead.settle([member.number], now)
    audit.record(
        actor, now, "member.off_roster", "member", member.id, last=last.isoformat(), roles_ended=ended,
        deceased=deceased,
    )  # fmt: skip


def restore(actor: Actor, number: str, now: datetime) -> None:
    """Put a member back who was taken off by mistake, or who has come back; offices are given anew.

    Raises:
        ServiceError: `not_found` beyond reach, `nothing` for somebody who is on the roster.
    """
    with transaction():
        member, _ = hold_kept(actor, number, civil_day(now))
        if member.active_to is None:
            raise ServiceError("nothing", f"{member.name}同志在名册上。", "不用恢复。")
        Member.update(active_to=None).where(Member.id == member.id).execute()
        places_ahead.settle([number], now)
        audit.record(actor, now, "member.restored", "member", member.id)


def is_active(member: Member, on: date) -> bool:
    """Whether a member is on the roster on a day."""
    return bool(Member.select().where(Member.id == member.id, active(on)).exists())


def _cells(member: Member, sight: Sight, typed: Mapping[str, str]) -> dict[str, str]:
    """Return the row of the roster: what was typed, and for what was not, what stands."""
    row = {"编号": member.number, "支部代码": member.branch.code}
    known = {
        "姓名": member.name,
        "党小组": member.group.name if member.group_id else "",
        "类别": member.category.label,
        "入党日期": member.joined_on.isoformat() if member.joined_on else "",
    }
    for header in HEADERS:
        if header == _PHONE and not sight.inside:
            continue
        if header in typed or header in known:
            row[header] = typed.get(header, known.get(header, ""))[:200]
    return row


def _refuse(faults: list[tuple[str, str]]) -> None:
    if faults:
        raise FieldFaults(dict(faults))


def _write_since(actor: Actor, member: Member, typed: str | None, now: datetime) -> None:
    """Write since when a member is in the service's roster: the required hours begin there (R10)."""
    if typed is None or typed.strip() == member.active_from.isoformat():
        return
    since = day_of(SINCE, typed, civil_day(now))
    if member.active_to is not None and since > member.active_to:
        raise FieldFaults({SINCE: "晚于离开的日子，请核对"})
    Member.update(active_from=since).where(Member.id == member.id).execute()
    audit.record(
        actor, now, "member.since", "member", member.id, before=member.active_from.isoformat(),
        after=since.isoformat(),
    )  # fmt: skip


def day_of(header: str, typed: str, today: date) -> date:
    """Read a day as the roster reads it.

    Raises:
        FieldFaults: for what is no day, or lies ahead.
    """
    if not typed.strip():
        raise FieldFaults({header: f"没有填「{header}」，请补上"})
    try:
        return cells.past_day(typed[:40], today)
    except CellFault as fault:
        raise FieldFaults({header: str(fault)}) from fault
