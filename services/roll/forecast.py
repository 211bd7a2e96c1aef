"""What confirming a session would write, read before it is done (R06, R07, R28)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import Attendance, Member, StudySession
from models.terms import AttendanceStatus, CreditKind
from services import rulebook
from services.access import require_manage
from services.actor import Actor
from services.clock import civil_day
from services.policy.amounts import hours as as_hours
from services.policy.amounts import hundredths
from services.policy.credit import partial_credit
from services.policy.rates import THERE
from services.study import sessions


@dataclass(frozen=True)
class Part:
    """Members of one status by name; `hours` is what each is credited, in hundredths, None for several."""

    status: AttendanceStatus
    names: tuple[str, ...]
    hours: int | None


@dataclass(frozen=True)
class Forecast:
    """The parts in the order of the statuses, and the sum: for how many members how many hundredths."""

    parts: tuple[Part, ...]
    credited: int
    hours: int

    @property
    def came(self) -> int:
        """Return how many were there, for the whole or a part."""
        return sum(len(part.names) for part in self.parts if part.status in THERE)

    def of(self, status: AttendanceStatus) -> tuple[str, ...]:
        """Return the names of one status."""
        return next((part.names for part in self.parts if part.status == status), ())


#: As a person reads them; who was not there becomes ABSENT, and who need not come stays out of it.
_ORDER = (
    AttendanceStatus.PRESENT,
    AttendanceStatus.LATE,
    AttendanceStatus.PARTIAL,
    AttendanceStatus.LEAVE,
    AttendanceStatus.ABSENT,
)


def of_session(actor: Actor, key: str, now: datetime) -> Forecast:
    """Return what confirming would write, the names by name (F02).

    Raises:
        ServiceError: `not_found` or `forbidden` for a session that the actor does not run.
    """
    session = sessions.find(key)
    require_manage(actor, session.organization.path, civil_day(now))
    rows = (
        Attendance.select(Member.name, Attendance.status, Attendance.part_credit)
        .join(Member, on=(Attendance.member == Member.id))
        .where(Attendance.session == session)
        .order_by(Member.name, Member.number)
        .tuples()
    )
    found: dict[AttendanceStatus, list[tuple[str, int]]] = {status: [] for status in _ORDER}
    for name, status, part in rows:
        shown = AttendanceStatus.ABSENT if status is AttendanceStatus.EXPECTED else status
        if shown in found:
            found[shown].append((name, _earned(session, status, part)))
    parts = tuple(_part(status, people) for status, people in found.items() if people)
    earned = [hours for people in found.values() for _, hours in people if hours]
    return Forecast(parts, len(earned), sum(earned))


def _part(status: AttendanceStatus, people: list[tuple[str, int]]) -> Part:
    amounts = {hours for _, hours in people}
    return Part(status, tuple(name for name, _ in people), amounts.pop() if len(amounts) == 1 else None)


def _earned(session: StudySession, status: AttendanceStatus, part: int | None) -> int:
    """Return the hundredths that posting writes: the member's share by the ratio of the kind of hours."""
    if status not in THERE or session.credit_kind is CreditKind.NONE:
        return 0
    rules = rulebook.current().hours(civil_day(session.starts_at))
    earned = int(session.credit)
    if status is AttendanceStatus.PARTIAL:
        default = hundredths(partial_credit(as_hours(session.credit), rules.partial_share, rules.step))
        earned = default if part is None else part
    return earned * hundredths(rules.ratio[session.credit_kind]) // 100
