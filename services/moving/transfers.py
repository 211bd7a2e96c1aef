"""组织关系转接: proposed by the branch that lets somebody go, accepted by the one that takes them (R10, R11).

A move within the service leaves the membership running: the required hours stay those of the whole year, and
every hour, point and report goes along, because they hang on the member. Whoever goes out of the service's
reach leaves the roster; whoever comes from outside is entered anew (`services/members/entering.py`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from models import Member, Mobility, Organization, Transfer
from models.terms import HostState, OrgKind, TransferState
from services import audit, offices, periods
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid
from services.keys import new_key
from services.members.edits import is_active, take_off
from services.members.sight import hold_kept
from services.moving import branches
from services.moving.transfer_lists import load, require_of
from services.rows import hold
from services.study import places_ahead
from services.transaction import transaction
from services.words import words_for

#: A transfer is entered within a year of its day.
_BACK = timedelta(days=366)


def propose(actor: Actor, number: str, target: str, day: date, now: datetime) -> str:
    """Offer a member to another branch, whose leaders accept or refuse; return the transfer's key.

    Raises:
        ServiceError: `not_found` for a member beyond reach, `target` for what is no other branch, `day`,
            `gone` for somebody off the roster, `waiting` while another transfer waits.
    """
    with transaction():
        member = _member(actor, number, day, now)
        branch = branches.other(member, target)
        if branch is None:
            raise invalid("target", "还没有选转到哪个支部。", "请选另一个党支部。")
        return _begin(actor, member, day, now, target=branch).key


def move_out(actor: Actor, number: str, outside: str, day: date, now: datetime) -> str:
    """Transfer a member to a unit that does not use this service: off the roster after the day.

    Raises:
        ServiceError: as `propose`; `outside` for a unit that is not named, `own` for oneself.
    """
    unit = words_for("outside", outside, 50, "转到的单位")
    with transaction():
        member = _member(actor, number, day, now)
        row = _begin(actor, member, day, now, outside=unit)
        take_off(actor, member, day, now, via=offices.Via.TRANSFER)
        _decide(row, TransferState.DONE, actor, now)
    return row.key


def accept(actor: Actor, key: str, now: datetime, group: str = "") -> None:
    """Take a member into the branch: from this moment the new branch leads and keeps them.

    Offices in the old branch end, a stay elsewhere is the new branch's to follow, and the places in sessions
    ahead change with the branch. A second time changes nothing.

    Args:
        actor: a leader of the branch that takes the member, or above it.
        key: the transfer.
        now: this moment.
        group: the name of the group in the new branch, empty for none.

    Raises:
        ServiceError: `not_found` for all others, `settled` for one refused or taken back, `group`, `gone`.
    """
    with transaction():
        row = _find_to_change(key)
        require_of(actor, row.target, now)
        if row.state is TransferState.DONE:
            return
        _require_waiting(row)
        member = row.member
        if not is_active(member, civil_day(now)) or member.branch_id != row.origin_id:
            raise ServiceError("gone", f"{member.name}同志已不在原支部。", "请和原支部核对。")
        chosen = _group(row.target, group)
        ended = offices.end_all(actor, member, offices.Via.TRANSFER, now, row.origin.path)
        Member.update(branch=row.target, group=chosen).where(Member.id == member.id).execute()
        _take_trips_along(member, row.target, civil_day(now))
        _decide(row, TransferState.DONE, actor, now)
        audit.record(
            actor, now, "transfer.accepted", "member", member.id, transfer=row.id,
            branch=[row.origin_id, row.target_id], roles_ended=ended,
        )  # fmt: skip
        places_ahead.settle([member.number], now)


def refuse(actor: Actor, key: str, now: datetime) -> None:
    """Say that the branch does not take the member, who stays where they are. A second time changes nothing.

    Raises:
        ServiceError: `not_found` for all but those who lead the branch asked, `settled`.
    """
    _settle(actor, key, TransferState.REFUSED, now)


def withdraw(actor: Actor, key: str, now: datetime) -> None:
    """Take a proposal back before it was answered. A second time changes nothing.

    Raises:
        ServiceError: `not_found` for all but those who lead the branch that proposed it, `settled`.
    """
    _settle(actor, key, TransferState.WITHDRAWN, now)


def _member(actor: Actor, number: str, day: date, now: datetime) -> Member:
    today = civil_day(now)
    member, _ = hold_kept(actor, number, today)
    if not is_active(member, today):
        raise ServiceError("gone", f"{member.name}同志已经不在名册上。", "登记有误的话，可以先恢复。")
    if not max(today - _BACK, member.active_from) <= day <= today:
        raise invalid("day", "日期不对。", "请填今天或以前一年以内的日子。")
    if Transfer.select().where(Transfer.member == member, Transfer.state == TransferState.PROPOSED).exists():
        raise ServiceError("waiting", f"{member.name}同志已有一次转接在等接收。", "要改的话，先把它收回。")
    return member


def _begin(actor: Actor, member: Member, day: date, now: datetime, **where: Any) -> Transfer:
    row: Transfer = Transfer.create(
        key=new_key(),
        member=member,
        origin=member.branch_id,
        day=day,
        asked_by=actor.member_id,
        asked_at=now,
        **where,
    )
    audit.record(actor, now, "transfer.proposed", "member", member.id, transfer=row.id)
    return row


def _settle(actor: Actor, key: str, to: TransferState, now: datetime) -> None:
    with transaction():
        row = _find_to_change(key)
        require_of(actor, row.target if to is TransferState.REFUSED else row.origin, now)
        if row.state is to:
            return
        _require_waiting(row)
        _decide(row, to, actor, now)
        audit.record(actor, now, f"transfer.{to.value.lower()}", "member", row.member_id, transfer=row.id)


def _decide(row: Transfer, to: TransferState, actor: Actor, now: datetime) -> None:
    Transfer.update(state=to, decided_by=actor.member_id, decided_at=now).where(
        Transfer.id == row.id
    ).execute()


def _take_trips_along(member: Member, branch: Organization, today: date) -> None:
    """Let the new branch follow a stay elsewhere; if it was the host, the member has come home."""
    running = (Mobility.member == member) & periods.not_over(Mobility.until, today)
    Mobility.update(until=today, host_state=HostState.RETURNED).where(
        running, Mobility.host == branch
    ).execute()
    Mobility.update(home=branch).where(running).execute()


def _group(branch: Organization, name: str) -> Organization | None:
    if not name.strip():
        return None
    found: Organization | None = (
        Organization.get_or_none(
            Organization.parent == branch, Organization.kind == OrgKind.GROUP, Organization.name == name
        )
        if name.isprintable()
        else None
    )
    if found is None:
        raise invalid("group", "没有这个党小组。", "请重新选，或先不分组。")
    return found


def _require_waiting(row: Transfer) -> None:
    if row.state is not TransferState.PROPOSED:
        raise ServiceError("settled", f"这次转接{row.state.label}。", "不用再办。")


def _find_to_change(key: str) -> Transfer:
    """Return a transfer while its row is held, so that two answers come one after the other."""
    hold(Transfer, Transfer.id == load(key).id)
    return load(key)
