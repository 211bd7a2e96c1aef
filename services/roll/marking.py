"""Writing a member's place in a session: one way for a roll call on the spot and for one that was kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Attendance, Member, StudySession
from models.terms import AttendanceSource, AttendanceStatus, SessionKind, SessionState
from services import rulebook
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid
from services.policy.amounts import hours as as_hours
from services.policy.rates import THERE

#: What a roll call may write; EXPECTED takes a mistaken call back.
CALLABLE = frozenset(AttendanceStatus) - {AttendanceStatus.EXEMPT}
#: What may be written down before the door opens.
BEFORE_START = frozenset({AttendanceStatus.LEAVE, AttendanceStatus.EXPECTED})


@dataclass(frozen=True)
class Mark:
    """What somebody saw: the status, when, by which way; `half` and hundredths of an hour for PARTIAL."""

    status: AttendanceStatus
    at: datetime
    source: AttendanceSource = AttendanceSource.ROLL_CALL
    part_credit: int | None = None
    half: int | None = None


def has_halves(session: StudySession) -> bool:
    """Whether a session is long enough to be attended by halves (R07)."""
    least = rulebook.current().checkin(civil_day(session.starts_at)).halves_from_minutes
    return bool(session.ends_at - session.starts_at >= timedelta(minutes=least))


def require_callable(session: StudySession, state: SessionState, mark: Mark) -> None:
    """Refuse what cannot be written into a session in this state.

    Raises:
        ServiceError: `status`, `half`, `part_credit` for what a mark cannot say; `confirmed`, `wrong_state`,
            `too_early` for the moment.
    """
    if mark.status not in CALLABLE:
        raise invalid("status", "点名不能登记为这个状态。", "请选到会、迟到、部分参加、请假或未到。")
    _check_part(session, mark)
    if state is SessionState.CONFIRMED:
        raise ServiceError("confirmed", "这次学习已确认。", "要改到会情况，请上级党务干部先退回重核。")
    if state in {SessionState.DRAFT, SessionState.CANCELLED}:
        raise ServiceError("wrong_state", f"这次学习{state.label}，不能点名。", "请核对是不是这一次。")
    if state is SessionState.PUBLISHED and mark.status not in BEFORE_START:
        raise ServiceError("too_early", "签到还没有开始，现在不能点名。", "到时再点就好；请假可以先登记。")


def write(session: StudySession, members: list[Member], mark: Mark, actor: Actor) -> None:
    """Write the members' places as somebody saw them just now.

    One that says the same already keeps its time and its way; the second half of a long session makes a
    whole of the first.
    """
    mine = Attendance.session == session
    places = list(Attendance.select().where(mine, Attendance.member.in_([member.id for member in members])))
    whole = {place.member_id for place in places if _completes(place, mark)}
    if whole:
        _mark(
            session,
            [place for place in places if place.member_id in whole],
            whole,
            Mark(AttendanceStatus.PRESENT, mark.at, mark.source),
            actor,
        )
    rest = [place for place in places if place.member_id not in whole]
    _mark(session, rest, {member.id for member in members} - whole, mark, actor)


def put(session: StudySession, member_id: int, mark: Mark, actor: Actor, by: int | None) -> None:
    """Write one place exactly so, its time too, whatever stands there: for a roll call that was merged."""
    values = _values(session, mark)
    place = Attendance.get_or_none(Attendance.session == session, Attendance.member == member_id)
    if mark.status is AttendanceStatus.EXPECTED and (place is None or not place.due):
        values["status"] = AttendanceStatus.EXEMPT
    if place is None:
        _add_places(session, {member_id}, values | {"by": by}, actor)
        return
    if mark.status is place.status is AttendanceStatus.PARTIAL:
        values["part_credit"] = place.part_credit
    Attendance.update(by=by, **values).where(Attendance.id == place.id).execute()


def _completes(place: Attendance, mark: Mark) -> bool:
    """Whether a mark says one half where the place says the other."""
    return bool(
        mark.half is not None
        and place.status is mark.status is AttendanceStatus.PARTIAL
        and place.half is not None
        and place.half != mark.half
    )


def _mark(
    session: StudySession, places: list[Attendance], members: set[int], mark: Mark, actor: Actor
) -> None:
    values = _values(session, mark)
    _add_places(session, members - {place.member_id for place in places}, values, actor)
    changed = [place for place in places if place.status is not mark.status]
    # Who need not come goes back to that, and is never absent for it (R30).
    freed = {place.id for place in changed if mark.status is AttendanceStatus.EXPECTED and not place.due}
    part = {"part_credit": values["part_credit"], "half": values["half"]}
    again = [
        place.id
        for place in places
        if place.status is mark.status
        and (place.part_credit, place.half) != (part["part_credit"], part["half"])
    ]
    for rows, columns in (
        ([place.id for place in changed if place.id not in freed], values),
        (sorted(freed), values | {"status": AttendanceStatus.EXEMPT}),
        (again, part),
    ):
        if rows:
            Attendance.update(by=actor.member_id, **columns).where(Attendance.id.in_(rows)).execute()


def _add_places(session: StudySession, ids: set[int], values: dict[str, object], actor: Actor) -> None:
    """Give a place, not due, to those of the reach who have none."""
    if ids:
        row = {"branch": session.organization_id, "session": session, "due": False, "by": actor.member_id}
        Attendance.insert_many(
            [{**row, "member": member, **values} for member in sorted(ids)]
        ).on_conflict_ignore().execute()


def _check_part(session: StudySession, mark: Mark) -> None:
    if mark.part_credit is not None and not 0 <= mark.part_credit <= session.credit:
        most = as_hours(session.credit)
        raise invalid("part_credit", "部分参加的学时不对。", f"请填 0 到 {most} 之间的数。")
    if mark.half is None:
        return
    if mark.half not in {1, 2} or mark.status is not AttendanceStatus.PARTIAL:
        raise invalid("half", "没有看懂是哪半场。", "请按「上半场」或「下半场」。")
    if not has_halves(session):
        raise invalid("half", "这次学习不分上下半场。", "到会的请按「到」。")


def _values(session: StudySession, mark: Mark) -> dict[str, object]:
    """Return the columns that a mark writes."""
    there = mark.status in THERE
    partial = mark.status is AttendanceStatus.PARTIAL
    source = mark.source
    if source is AttendanceSource.ROLL_CALL and session.kind is SessionKind.HOME_VISIT:
        # Who calls the roll of a home visit was there, at the member's door (F04).
        source = AttendanceSource.VISIT
    return {
        "status": mark.status,
        "source": source if there else None,
        "at": mark.at if there else None,
        "part_credit": mark.part_credit if partial else None,
        "half": mark.half if partial else None,
    }
