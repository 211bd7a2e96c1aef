"""请假: filed by the member or by whoever was told, decided by group head or secretary (R29, R30, F18)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models import Attendance, Leave, Member, StudySession
from models.terms import AttendanceStatus, LeaveKind, LeaveState, SessionState
from services import audit, deciders, rulebook
from services.absence.leave_lists import (
    NOT_COME,
    OPEN,
    WHAT,
    desk,
    load,
)
from services.actor import Actor, member_actor
from services.clock import civil_day
from services.errors import ServiceError, invalid, not_found
from services.keys import new_key
from services.policy.rates import THERE
from services.rows import change
from services.study import sessions
from services.transaction import transaction
from services.words import words as clean
from services.words import words_or_none


def file(
    member: Member,
    session_key: str,
    kind: str,
    words: str | None,
    now: datetime,
    *,
    actor: Actor | None = None,
) -> Leave:
    """File a leave from one session; what an approver files is approved with it, since it was said to them.

    Args:
        member: who cannot come.
        session_key: from which session.
        kind: a LeaveKind (F18: never a diagnosis).
        words: the member's own words, if any.
        now: this moment; after the start the leave is marked as late.
        actor: who writes it down when the member told it in person or by phone (F04); None: the member.

    Raises:
        ServiceError: `not_found` for a session without a place, `not_due`, `already_there`,
            `already_filed`, `confirmed`, `cancelled`, `kind`, `text`.
    """
    acting = actor or member_actor(member.id)
    told = acting.member_id != member.id
    if told:
        deciders.require(desk(acting, now), member)
    values = {
        "kind": _kind(kind, now),
        "words": words_or_none(words, 200, "说明"),
    }
    with transaction():
        session = sessions.find_to_change(session_key)
        place = _require_place(session, member)
        mine = _of(session, member)
        if mine is not None and mine.state in OPEN:
            return _agreed(_same(mine, values), acting, now, told=told)
        _require_absent(session, place)
        values |= _filed(session, acting, now, told=told)
        leave = _store(mine, session, member, values)
        if told:
            _take_leave(leave)
        audit.record(acting, now, "leave.filed", "leave", leave.key, state=leave.state, kind=leave.kind)
    return leave


def withdraw(member: Member, key: str, now: datetime) -> Leave:
    """Take one's own leave back while the session is not confirmed; a second time changes nothing.

    Raises:
        ServiceError: `not_found` for anybody else's, `confirmed`, `wrong_state` once it was refused.
    """
    with transaction():
        leave = _find_to_change(key)
        if leave.member_id != member.id:
            raise not_found(WHAT)
        if leave.state is LeaveState.WITHDRAWN:
            return leave
        if leave.state not in OPEN:
            raise ServiceError("wrong_state", f"这份请假{leave.state.label}，不用收回。")
        if leave.state is LeaveState.APPROVED and leave.session.state is SessionState.CONFIRMED:
            raise ServiceError(
                "confirmed", "这次学习已确认，请假不能收回了。", "登记有误的话，请告诉支部书记。"
            )
        if leave.state is LeaveState.APPROVED:
            _give_place_back(leave)
        change(leave, state=LeaveState.WITHDRAWN)
        audit.record(member_actor(member.id), now, "leave.withdrawn", "leave", leave.key)
    return leave


def approve(actor: Actor, key: str, now: datetime) -> Leave:
    """Approve a leave; a second time changes nothing.

    One that was filed before the session was confirmed may be approved afterwards too: that the branch
    was busy must not make an absence unexcused (R30).

    Raises:
        ServiceError: `not_found` for outsiders, `own`, `wrong_state` once withdrawn or refused.
    """
    with transaction():
        leave = _find_to_decide(actor, key, now)
        if leave.state is LeaveState.APPROVED:
            return leave
        _require_submitted(leave)
        change(leave, state=LeaveState.APPROVED, decided_at=now, decided_by=actor.member_id, reason=None)
        _take_leave(leave)
        audit.record(actor, now, "leave.approved", "leave", leave.key)
    return leave


def refuse(actor: Actor, key: str, reason: str, now: datetime) -> Leave:
    """Refuse a leave with a reason that the member reads; the place stands open again.

    Raises:
        ServiceError: as `approve`, and `text` without a reason.
    """
    why = clean(reason, 200, "原因")
    with transaction():
        leave = _find_to_decide(actor, key, now)
        _require_submitted(leave)
        change(leave, state=LeaveState.REFUSED, decided_at=now, decided_by=actor.member_id, reason=why)
        audit.record(actor, now, "leave.refused", "leave", leave.key)
    return leave


def _kind(kind: str, now: datetime) -> LeaveKind:
    allowed = rulebook.current().leave(civil_day(now)).kinds
    if kind not in set(allowed):
        labels = "、".join(each.label for each in allowed)
        raise invalid("kind", "还没有选请假的事由。", f"请选：{labels}。")
    return LeaveKind(kind)


def _require_place(session: StudySession, member: Member) -> Attendance:
    place = Attendance.get_or_none(Attendance.session == session, Attendance.member == member)
    if place is None or session.state is SessionState.DRAFT:
        raise not_found("这次学习")
    return place


def _require_absent(session: StudySession, place: Attendance) -> None:
    """Refuse a leave that is not needed, or comes too late to change anything."""
    if session.state is SessionState.CANCELLED:
        raise ServiceError("cancelled", f"「{session.title}」已取消，不用请假。")
    if session.state is SessionState.CONFIRMED:
        raise ServiceError(
            "confirmed", f"「{session.title}」已确认，不能再请假。", "没参加上的内容可以补学。"
        )
    if place.status in THERE:
        raise ServiceError("already_there", f"您已到「{session.title}」，不用请假。")
    if place.status is AttendanceStatus.LEAVE:
        raise ServiceError("already_filed", f"「{session.title}」支部已经登记了请假，不用再办。")
    if not place.due:
        raise ServiceError("not_due", f"「{session.title}」对您不作要求，不用请假。", "来了一样计学时。")


def _of(session: StudySession, member: Member) -> Leave | None:
    found: Leave | None = Leave.get_or_none(Leave.session == session, Leave.member == member)
    return found


def _same(mine: Leave, values: dict[str, Any]) -> Leave:
    """Return the leave that stands when it says the same: a second tap is no second leave (R29)."""
    if (mine.kind, mine.words) == (values["kind"], values["words"]):
        return mine
    raise ServiceError(
        "already_filed", f"这次已经请过假了（{mine.state.label}）。", "要改的话，请先收回再请。"
    )


def _agreed(mine: Leave, acting: Actor, now: datetime, *, told: bool) -> Leave:
    """Agree to what waits when its approver writes down the very same: it was said to them, too."""
    return approve(acting, mine.key, now) if told and mine.state is LeaveState.SUBMITTED else mine


def _filed(session: StudySession, acting: Actor, now: datetime, *, told: bool) -> dict[str, Any]:
    return {
        "late": now >= session.starts_at,
        "state": LeaveState.APPROVED if told else LeaveState.SUBMITTED,
        "filed_at": now,
        "filed_by": acting.member_id,
        "decided_at": now if told else None,
        "decided_by": acting.member_id if told else None,
        "reason": None,
    }


def _store(mine: Leave | None, session: StudySession, member: Member, values: dict[str, Any]) -> Leave:
    """Write the one leave of a session and member; one that was withdrawn or refused is filed anew (R29)."""
    if mine is not None:
        Leave.update(**values).where(Leave.id == mine.id).execute()
    else:
        Leave.insert(
            key=new_key(), branch=member.branch_id, session=session, member=member, **values
        ).execute()
    stored = _of(session, member)
    assert stored is not None
    return stored


def _take_leave(leave: Leave) -> None:
    """Mark the place, unless the member came."""
    Attendance.update(status=AttendanceStatus.LEAVE, by=leave.decided_by_id).where(
        Attendance.session == leave.session_id,
        Attendance.member == leave.member_id,
        Attendance.status.in_(NOT_COME),
    ).execute()


def _give_place_back(leave: Leave) -> None:
    Attendance.update(status=AttendanceStatus.EXPECTED).where(
        Attendance.session == leave.session_id,
        Attendance.member == leave.member_id,
        Attendance.status == AttendanceStatus.LEAVE,
    ).execute()


def _find_to_change(key: str) -> Leave:
    """Return a leave while its session's row is held, so that two decisions come one after the other."""
    sessions.find_to_change(load(key).session.key)
    return load(key)


def _find_to_decide(actor: Actor, key: str, now: datetime) -> Leave:
    leave = _find_to_change(key)
    deciders.require(desk(actor, now), leave.member, WHAT)
    return leave


def _require_submitted(leave: Leave) -> None:
    if leave.state is not LeaveState.SUBMITTED:
        raise ServiceError(
            "wrong_state", f"这份请假{leave.state.label}，不用再办。", "请返回看看现在的情况。"
        )
