"""A member who left or died becomes nobody: names and words go, numbers without a name stay (R103, F20)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from models import Attendance, InboundMessage, Member, RolePeriod, StudySession
from models.terms import AttendanceStatus
from services import audit, keyring
from services.access import ABOVE, prefixes
from services.actor import Actor
from services.clock import civil_day
from services.errors import not_found
from services.people import member_by_number
from services.privacy.cards_of import forget_cards
from services.privacy.held import Fate, person_of
from services.privacy.map import MAP, NAMELESS
from services.privacy.mentions import mentions
from services.transaction import transaction
from services.upkeep import traces

#: So long the platform may still ask for the answer to a push that was delivered before.
_RETRIES = timedelta(minutes=1)


@dataclass(frozen=True)
class Erased:
    """What an erasure did.

    Attributes:
        number: the member's number from now on.
        removed: heading → rows that are gone.
        blanked: heading → rows that lost their words.
        mentions: heading → rows of others in whose words the name still stands; a person has to look.
        wiped: whether the database has really forgotten; False while a reader holds it open.
    """

    number: str
    removed: dict[str, int] = field(default_factory=dict)
    blanked: dict[str, int] = field(default_factory=dict)
    mentions: dict[str, int] = field(default_factory=dict)
    wiped: bool = False


def erase(actor: Actor, number: str, now: datetime) -> Erased:
    """Make a member anonymous for good, as the branch has decided.

    Attendance, hours, points and the counts of reports stay, under 「已删除」 and a random number.

    Raises:
        ServiceError: `not_found` for an unknown number, and for everybody but the operator and the
            officers above the branch.
    """
    with transaction():
        member = _in_reach(actor, number, now)
        name = member.name
        person, removed, blanked = person_of(member), {}, {}
        forget_cards(member)
        _forget_answers(member, now)
        for held in MAP:
            if held.whose is None or held.table is Member:
                continue
            if held.fate is Fate.REMOVED:
                removed[held.title] = held.table.delete().where(held.erased(person)).execute()
            elif held.fate is Fate.BLANKED:
                blanked[held.title] = held.table.update(**held.blanks).where(held.erased(person)).execute()
        _end_duties(member, now)
        nobody = _unname(member, civil_day(now))
        audit.record(actor, now, "member.erased", "member", member.id)
        left = mentions(name)
    return Erased(nobody, _some(removed), _some(blanked), left, traces.wipe())


def _in_reach(actor: Actor, number: str, now: datetime) -> Member:
    member = member_by_number(number)
    if any(member.branch.path.startswith(path) for path in prefixes(actor, ABOVE, civil_day(now))):
        return member
    raise not_found(f"编号为 {number} 的党员")


def _unname(member: Member, today: date) -> str:
    """Replace what names a member; the days of joining keep the year alone, because few join on a day."""
    number = f"X{keyring.random_code(10).upper()}"
    ended = member.active_to if member.active_to and member.active_to < today else today
    Member.update(
        name=NAMELESS,
        number=number,
        phone=None,
        joined_on=member.joined_on.replace(month=1, day=1),
        full_on=member.full_on.replace(month=1, day=1) if member.full_on else None,
        active_to=ended,
    ).where(Member.id == member.id).execute()
    return number


def _end_duties(member: Member, now: datetime) -> None:
    """End the offices, and take back the places in sessions to come: nobody is absent who is no more."""
    today = civil_day(now)
    mine = RolePeriod.member == member
    RolePeriod.delete().where(mine, RolePeriod.starts > today).execute()
    RolePeriod.update(ends=today).where(mine, RolePeriod.ends.is_null() | (RolePeriod.ends > today)).execute()
    ahead = StudySession.select(StudySession.id).where(StudySession.starts_at > now)
    Attendance.delete().where(
        Attendance.member == member,
        Attendance.session.in_(ahead),
        Attendance.status.in_([AttendanceStatus.EXPECTED, AttendanceStatus.EXEMPT]),
    ).execute()


def _forget_answers(member: Member, now: datetime) -> None:
    """Empty the kept answers, which do not say whose they are; their keys stay against double delivery."""
    old = InboundMessage.at < now - _RETRIES
    named = InboundMessage.reply.contains(member.name) | InboundMessage.reply.contains(member.number)
    InboundMessage.update(reply="").where(old | named).execute()


def _some(counts: dict[str, Any]) -> dict[str, int]:
    return {title: int(count) for title, count in counts.items() if count}
