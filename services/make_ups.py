"""补学: what was missed is made good in words, confirmed by the branch, and counted once (R07, R31)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from models import MakeUp, Member, StudySession
from models.terms import AttendanceStatus, MakeUpMode, MakeUpState
from services import absences, audit, deciders, rulebook, sessions
from services.actor import Actor, member_actor
from services.clock import civil_day
from services.errors import ServiceError, invalid, not_found
from services.make_up_lists import (
    TO_DO,
    WHAT,
    desk,
    find,
    had,
    load,
    of_member,
    open_of,
    owed,
    place_of,
    require_settled,
    waiting,
)
from services.transaction import transaction

__all__ = [
    "Done", "ask_again", "confirm", "expire_due", "file_for_partial", "find", "give_back", "of_member",
    "open_of", "owed", "record", "submit", "waiting", "waive",
]  # fmt: skip

#: Ways that need somebody of the branch: without a day they are a request to come or to talk.
_TOGETHER = frozenset({MakeUpMode.VISIT, MakeUpMode.TALK})
_CONFIRMABLE = (MakeUpState.SUBMITTED, *TO_DO)


@dataclass(frozen=True)
class Done:
    """What was done: a MakeUpMode that the rules allow, the civil day, and words if there are any.

    Without a day a visit or a talk is asked for.
    """

    mode: str
    on: date | None
    words: str | None = None


def submit(member: Member, key: str, done: Done, now: datetime) -> MakeUp:
    """Hand in what was done; without a day, a visit or a talk is asked for.

    A second tap with the same content changes nothing; what waits already may be changed until it is
    confirmed. No certificate, no picture, no minimum of words (F07, F14).

    Args:
        member: whose make-up it is.
        key: the make-up.
        done: what was done, or is asked for.
        now: this moment.

    Raises:
        ServiceError: `not_found` for anybody else's, `mode`, `day`, `text`, `wrong_state`.
    """
    with transaction():
        row = _find_to_change(key)
        if row.member_id != member.id:
            raise not_found(WHAT)
        if row.state not in _CONFIRMABLE:
            raise ServiceError("wrong_state", f"这项补学{row.state.label}，不用再交。")
        values = _content(row.session, done, now)
        same = all(getattr(row, name) == value for name, value in values.items())
        if row.state is MakeUpState.SUBMITTED and same:
            return row
        _save(row, MakeUpState.SUBMITTED, submitted_at=now, reason=None, **values)
        audit.record(member_actor(member.id), now, "make_up.submitted", "make_up", row.key, mode=row.mode)
    return row


def file_for_partial(member: Member, session_key: str, done: Done, now: datetime) -> MakeUp:
    """Hand in the rest of a session attended in part: voluntary, and worth what the attendance left over.

    Raises:
        ServiceError: `not_found` without such a place, `reopened`, and as `submit`.
    """
    with transaction():
        session = sessions.find_to_change(session_key)
        place = place_of(session, member.id)
        if place is None or place.status is not AttendanceStatus.PARTIAL:
            raise not_found(WHAT)
        require_settled(session)
        if not absences.worth_of(session).of(had(place)):
            raise ServiceError("nothing_left", f"「{session.title}」的学时已经记全，不用补。")
        days = rulebook.current().leave(civil_day(session.starts_at)).makeup_days
        MakeUp.insert(
            key=secrets.token_urlsafe(15),
            branch=member.branch_id,
            session=session,
            member=member,
            due=civil_day(session.starts_at) + timedelta(days=days),
            created_at=now,
        ).on_conflict_ignore().execute()
        row = MakeUp.get(MakeUp.session == session, MakeUp.member == member)
        return submit(member, row.key, done, now)


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
        if row.state not in _CONFIRMABLE:
            raise ServiceError("wrong_state", f"这项补学{row.state.label}，不用再办。")
        values = _content(row.session, replace(done, on=done.on or civil_day(now)), now)
        _save(row, MakeUpState.SUBMITTED, submitted_at=row.submitted_at or now, **values)
        _confirm(row, actor, row.mode, row.done_on, now)
    return row


def give_back(actor: Actor, key: str, reason: str, now: datetime) -> MakeUp:
    """Ask for more, with a reason that the member reads.

    Raises:
        ServiceError: `not_found` for outsiders, `own`, `text` without a reason, `wrong_state`.
    """
    why = sessions.words(reason, 200, "原因")
    with transaction():
        row = _find_to_decide(actor, key, now)
        if row.state is not MakeUpState.SUBMITTED:
            raise ServiceError("wrong_state", f"这项补学{row.state.label}，不能退回。")
        _save(row, MakeUpState.RETURNED, reason=why, decided_at=now, decided_by=actor.member_id)
        audit.record(actor, now, "make_up.returned", "make_up", row.key)
    return row


def waive(actor: Actor, key: str, reason: str, now: datetime) -> MakeUp:
    """Say that it need not be made up, with a reason; it gives no hours. A second time changes nothing.

    Raises:
        ServiceError: as `give_back`.
    """
    why = sessions.words(reason, 200, "原因")
    with transaction():
        row = _find_to_decide(actor, key, now, visit=False)
        if row.state is MakeUpState.WAIVED:
            return row
        if row.state not in _CONFIRMABLE:
            raise ServiceError("wrong_state", f"这项补学{row.state.label}，不用再办。")
        _save(row, MakeUpState.WAIVED, reason=why, decided_at=now, decided_by=actor.member_id)
        audit.record(actor, now, "make_up.waived", "make_up", row.key)
    return row


def ask_again(actor: Actor, key: str, now: datetime) -> MakeUp:
    """Take a waiver back: it may be made up after all.

    Raises:
        ServiceError: `not_found` for outsiders, `own`, `wrong_state`.
    """
    with transaction():
        row = _find_to_decide(actor, key, now, visit=False)
        if row.state is not MakeUpState.WAIVED or row.reason == absences.CAME_AFTER_ALL:
            raise ServiceError("wrong_state", f"这项补学{row.state.label}，不用再办。")
        _save(row, MakeUpState.OWED, reason=None, decided_at=None, decided_by=None)
        audit.record(actor, now, "make_up.owed", "make_up", row.key)
    return row


def expire_due(now: datetime) -> int:
    """Let what was not handed in by its day rest: nobody is reminded any more, it still counts (R31)."""
    with transaction():
        return int(
            MakeUp.update(state=MakeUpState.EXPIRED)
            .where(MakeUp.state == MakeUpState.OWED, MakeUp.due < civil_day(now))
            .execute()
        )


def _content(session: StudySession, done: Done, now: datetime) -> dict[str, Any]:
    """Check what was handed in and return its columns."""
    allowed = rulebook.current().leave(civil_day(now)).modes
    if done.mode not in set(allowed):
        labels = "、".join(each.label for each in allowed)
        raise invalid("mode", "还没有选补学的方式。", f"请选：{labels}。")
    way = MakeUpMode(done.mode)
    if done.on is not None:
        _check_day(session, done.on, now)
    elif way not in _TOGETHER:
        raise invalid("day", "还没有填哪天补的。", "请填补学的日期。")
    said = sessions.words(done.words, 500, "补学内容") if done.words and done.words.strip() else None
    return {"mode": way, "done_on": done.on, "words": said}


def _check_day(session: StudySession, done_on: date, now: datetime) -> None:
    if not civil_day(session.starts_at) <= done_on <= civil_day(now):
        raise invalid("day", "补学的日期不对。", "请填那次学习之后、今天或今天以前的日期。")


def _confirm(row: MakeUp, actor: Actor, mode: MakeUpMode, done_on: date, now: datetime) -> None:
    """Write the decision and its line, unless the place says that nothing was missed (R07)."""
    require_settled(row.session)
    if place_of(row.session, row.member_id) is None:
        raise ServiceError("nothing_left", f"「{row.session.title}」已记为到会，不用补学。")
    _check_day(row.session, done_on, now)
    _save(
        row, MakeUpState.CONFIRMED,
        mode=mode, done_on=done_on, reason=None, decided_at=now, decided_by=actor.member_id,
    )  # fmt: skip
    absences.post(row.session, now, row)
    audit.record(actor, now, "make_up.confirmed", "make_up", row.key)


def _save(row: MakeUp, state: MakeUpState, **columns: Any) -> None:
    values = {"state": state} | columns
    MakeUp.update(**values).where(MakeUp.id == row.id).execute()
    for name, value in values.items():
        setattr(row, name, value)


def _find_to_change(key: str) -> MakeUp:
    """Return a make-up while its session's row is held: deciding and reopening come one after the other."""
    sessions.find_to_change(load(key).session.key)
    return load(key)


def _find_to_decide(actor: Actor, key: str, now: datetime, *, visit: bool | None = None) -> MakeUp:
    """Return what this person decides; `visit` says whether a helper may, None: as the way handed in."""
    row = _find_to_change(key)
    helper = row.mode is MakeUpMode.VISIT if visit is None else visit
    deciders.require(desk(actor, now, MakeUpMode.VISIT if helper else None), row.member, WHAT)
    return row
