"""补学 decided by the branch: confirmed, entered for somebody, given back, not asked for (R07, R31)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from models import MakeUp
from models.terms import MakeUpMode, MakeUpState
from services import audit, deciders
from services.absence.make_up_lists import WHAT, desk, place_of, require_settled
from services.absence.make_ups import CONFIRMABLE, Done, check_day, content, find_to_change
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError
from services.rows import change
from services.study import consequences
from services.transaction import transaction
from services.words import words


def confirm(actor: Actor, key: str, now: datetime, done_on: date | None = None) -> MakeUp:
    """Confirm what was handed in: one line in the ledger (R31). A second time changes nothing.

    Args:
        actor: a leader, the head of the member's group, or the helper who visited.
        key: the make-up.
        now: this moment.
        done_on: the day of the visit or talk, when the member could not know it; else as handed in.

    Raises:
        ServiceError: `not_found` for outsiders, `own`, `wrong_state` before it was handed in,
            `reopened`, `day`.
    """
    with transaction():
        row = _find_to_decide(actor, key, now)
        if row.state is MakeUpState.CONFIRMED:
            return row
        if row.state is not MakeUpState.SUBMITTED:
            raise ServiceError("wrong_state", f"这项补学{row.state.label}，不能确认。", "请等本人交上来。")
        _confirm(row, actor, row.mode, done_on or row.done_on or civil_day(now), now)
    return row


def record(actor: Actor, key: str, done: Done, now: datetime) -> MakeUp:
    """Write down and confirm what a member told or did with the branch: the way without a phone (F04).

    Raises:
        ServiceError: as `submit` and `confirm`.
    """
    with transaction():
        row = _find_to_decide(actor, key, now, visit=done.mode == MakeUpMode.VISIT)
        if row.state is MakeUpState.CONFIRMED:
            return row
        if row.state not in CONFIRMABLE:
            raise ServiceError("wrong_state", f"这项补学{row.state.label}，不用再办。")
        values = content(row.session, replace(done, on=done.on or civil_day(now)), now)
        change(row, state=MakeUpState.SUBMITTED, submitted_at=row.submitted_at or now, **values)
        _confirm(row, actor, row.mode, row.done_on, now)
    return row


def give_back(actor: Actor, key: str, reason: str, now: datetime) -> MakeUp:
    """Ask for more, with a reason that the member reads.

    Raises:
        ServiceError: `not_found` for outsiders, `own`, `text` without a reason, `wrong_state`.
    """
    why = words(reason, 200, "原因")
    with transaction():
        row = _find_to_decide(actor, key, now)
        if row.state is not MakeUpState.SUBMITTED:
            raise ServiceError("wrong_state", f"这项补学{row.state.label}，不能退回。")
        change(row, state=MakeUpState.RETURNED, reason=why, decided_at=now, decided_by=actor.member_id)
        audit.record(actor, now, "make_up.returned", "make_up", row.key)
    return row


def waive(actor: Actor, key: str, reason: str, now: datetime) -> MakeUp:
    """Say that it need not be made up, with a reason; it gives no hours. A second time changes nothing.

    Raises:
        ServiceError: as `give_back`.
    """
    why = words(reason, 200, "原因")
    with transaction():
        row = _find_to_decide(actor, key, now, visit=False)
        if row.state is MakeUpState.WAIVED:
            return row
        if row.state not in CONFIRMABLE:
            raise ServiceError("wrong_state", f"这项补学{row.state.label}，不用再办。")
        change(row, state=MakeUpState.WAIVED, reason=why, decided_at=now, decided_by=actor.member_id)
        audit.record(actor, now, "make_up.waived", "make_up", row.key)
    return row


def ask_again(actor: Actor, key: str, now: datetime) -> MakeUp:
    """Take a waiver back: it may be made up after all.

    Raises:
        ServiceError: `not_found` for outsiders, `own`, `wrong_state`.
    """
    with transaction():
        row = _find_to_decide(actor, key, now, visit=False)
        if row.state is not MakeUpState.WAIVED or row.reason == consequences.CAME_AFTER_ALL:
            raise ServiceError("wrong_state", f"这项补学{row.state.label}，不用再办。")
        change(row, state=MakeUpState.OWED, reason=None, decided_at=None, decided_by=None)
        audit.record(actor, now, "make_up.owed", "make_up", row.key)
    return row


def _confirm(row: MakeUp, actor: Actor, mode: MakeUpMode, done_on: date, now: datetime) -> None:
    """Write the decision and its line, unless the place says that nothing was missed (R07)."""
    require_settled(row.session)
    if place_of(row.session, row.member_id) is None:
        raise ServiceError("nothing_left", f"「{row.session.title}」已记为到会，不用补学。")
    check_day(row.session, done_on, now)
    change(
        row, state=MakeUpState.CONFIRMED,
        mode=mode, done_on=done_on, reason=None, decided_at=now, decided_by=actor.member_id,
    )  # fmt: skip
    consequences.post(row.session, now, row)
    audit.record(actor, now, "make_up.confirmed", "make_up", row.key)


def _find_to_decide(actor: Actor, key: str, now: datetime, *, visit: bool | None = None) -> MakeUp:
    """Return what this person decides; `visit` says whether a helper may, None: as the way handed in."""
    row = find_to_change(key)
    helper = row.mode is MakeUpMode.VISIT if visit is None else visit
    deciders.require(desk(actor, now, MakeUpMode.VISIT if helper else None), row.member, WHAT)
    return row
