"""补学: what was missed is made good in words, handed in by the member or left to rest (R07, R31)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from models import MakeUp, Member, StudySession
from models.terms import AttendanceStatus, MakeUpMode, MakeUpState
from services import audit, rulebook
from services.absence.make_up_lists import TO_DO, WHAT, had, load, place_of, require_settled
from services.actor import member_actor
from services.clock import civil_day
from services.errors import ServiceError, invalid, not_found
from services.keys import new_key
from services.rows import change
from services.study import consequences, sessions
from services.transaction import transaction
from services.words import words_or_none

#: Ways that need somebody of the branch: without a day they are a request to come or to talk.
_TOGETHER = frozenset({MakeUpMode.VISIT, MakeUpMode.TALK})
#: States from which the branch may still confirm.
CONFIRMABLE = (MakeUpState.SUBMITTED, *TO_DO)


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
        row = find_to_change(key)
        if row.member_id != member.id:
            raise not_found(WHAT)
        if row.state not in CONFIRMABLE:
            raise ServiceError("wrong_state", f"这项补学{row.state.label}，不用再交。")
        values = content(row.session, done, now)
        same = all(getattr(row, name) == value for name, value in values.items())
        if row.state is MakeUpState.SUBMITTED and same:
            return row
        change(row, state=MakeUpState.SUBMITTED, submitted_at=now, reason=None, **values)
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
        if not consequences.worth_of(session).of(had(place)):
            raise ServiceError("nothing_left", f"「{session.title}」的学时已经记全，不用补。")
        days = rulebook.current().leave(civil_day(session.starts_at)).makeup_days
        MakeUp.insert(
            key=new_key(),
            branch=member.branch_id,
            session=session,
            member=member,
            due=civil_day(session.starts_at) + timedelta(days=days),
            created_at=now,
        ).on_conflict_ignore().execute()
        row = MakeUp.get(MakeUp.session == session, MakeUp.member == member)
        return submit(member, row.key, done, now)


def expire_due(now: datetime) -> int:
    """Let what was not handed in by its day rest: nobody is reminded any more, it still counts (R31)."""
    with transaction():
        return int(
            MakeUp.update(state=MakeUpState.EXPIRED)
            .where(MakeUp.state == MakeUpState.OWED, MakeUp.due < civil_day(now))
            .execute()
        )


def content(session: StudySession, done: Done, now: datetime) -> dict[str, Any]:
    """Check what was handed in and return its columns.

    Raises:
        ServiceError: `mode`, `day`, `text`.
    """
    allowed = rulebook.current().leave(civil_day(now)).modes
    if done.mode not in set(allowed):
        labels = "、".join(each.label for each in allowed)
        raise invalid("mode", "还没有选补学的方式。", f"请选：{labels}。")
    way = MakeUpMode(done.mode)
    if done.on is not None:
        check_day(session, done.on, now)
    elif way not in _TOGETHER:
        raise invalid("day", "还没有填哪天补的。", "请填补学的日期。")
    said = words_or_none(done.words, 500, "补学内容")
    return {"mode": way, "done_on": done.on, "words": said}


def check_day(session: StudySession, done_on: date, now: datetime) -> None:
    """Refuse a day before the session or after today.

    Raises:
        ServiceError: `day`.
    """
    if not civil_day(session.starts_at) <= done_on <= civil_day(now):
        raise invalid("day", "补学的日期不对。", "请填那次学习之后、今天或今天以前的日期。")


def find_to_change(key: str) -> MakeUp:
    """Return a make-up while its session's row is held: deciding and reopening come one after the other."""
    sessions.find_to_change(load(key).session.key)
    return load(key)
