"""The sheet that people signed by hand, entered with one press (F04)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models import Attendance, Member, StudySession
from models.terms import AttendanceSource, AttendanceStatus
from services.access import session_rights
from services.actor import Actor
from services.clock import civil_day
from services.errors import not_found
from services.policy.rates import THERE
from services.roll import attendance
from services.roll.attendance import Roll
from services.study import sessions
from services.transaction import transaction

#: How somebody stands who has no place yet.
_NOWHERE = (AttendanceStatus.EXPECTED, None)


def enter(actor: Actor, key: str, listed: Sequence[str], came: Sequence[str], now: datetime) -> Roll:
    """Write down who signed the sheet: of those listed, the ticked ones came, the others did not.

    Somebody ticked who is not there yet becomes PRESENT by PAPER. Somebody not ticked who stood there by
    PAPER goes back, so that a sheet may be entered once more. A scan or a roll call stays what it is.

    Args:
        actor: who enters.
        key: the session.
        listed: the numbers that stood on the page.
        came: those of them that were ticked; others are ignored.
        now: this moment.

    Raises:
        ServiceError: as attendance.call_roll.
    """
    signed = set(came)
    with transaction():
        session = sessions.find_to_change(key)
        # Nothing to change still asks for the right to change it.
        if not session_rights(actor, session.organization.path, civil_day(now)).prefixes:
            raise not_found("这次学习")
        standing = _standing(session)
        paper, present = AttendanceSource.PAPER, AttendanceStatus.PRESENT
        fresh = [each for each in listed if each in signed and standing.get(each, _NOWHERE)[0] not in THERE]
        gone = [each for each in listed if each not in signed and standing.get(each) == (present, paper)]
        if fresh:
            attendance.call_roll(actor, key, present, fresh, now, source=paper)
        if gone:
            attendance.call_roll(actor, key, AttendanceStatus.EXPECTED, gone, now, source=paper)
    return attendance.roll(key, now)


def _standing(session: StudySession) -> dict[str, tuple[AttendanceStatus, AttendanceSource | None]]:
    rows = (
        Attendance.select(Member.number, Attendance.status, Attendance.source)
        .join(Member, on=(Attendance.member == Member.id))
        .where(Attendance.session == session)
        .tuples()
    )
    return {number: (status, source) for number, status, source in rows}
