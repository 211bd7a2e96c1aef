"""The lists of 补学: what a member can make up and what it is worth, what waits for a branch (R31)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import Attendance, MakeUp, Member, Organization, StudySession
from models.terms import AttendanceStatus, MakeUpMode, MakeUpState, Role, SessionState
from services import deciders, rulebook
from services.actor import Actor
from services.clock import civil_day
from services.deciders import Desk
from services.errors import ServiceError
from services.rows import named
from services.study import consequences

#: No list is longer than this (RELIABILITY part 3).
PAGE = 100
#: States from which a member hands in, and a branch may waive; an expired one too (R31).
TO_DO = (MakeUpState.OWED, MakeUpState.RETURNED, MakeUpState.EXPIRED)
#: Attendance for which something can be made good.
MISSED = (AttendanceStatus.LEAVE, AttendanceStatus.ABSENT, AttendanceStatus.PARTIAL)
WHAT = "这项补学"


@dataclass(frozen=True)
class MyMakeUp:
    """What a member can make up or has made up.

    `key` is None for the rest of a session attended in part that nobody asks for: making it up is
    voluntary, and `due` then is None. `worth` is hundredths of an hour. `asks_visit` says that the
    member has asked the branch to come.
    """

    key: str | None
    session_key: str
    title: str
    held_at: datetime
    worth: int
    state: MakeUpState
    due: date | None
    mode: MakeUpMode | None
    words: str | None
    done_on: date | None
    reason: str | None
    decided_by: str | None

    @property
    def may_submit(self) -> bool:
        """Whether the member can hand it in now."""
        return self.state in TO_DO

    @property
    def asks_visit(self) -> bool:
        """Whether it waits for somebody to come or to talk, so that nothing has been made up yet."""
        return self.state is MakeUpState.SUBMITTED and self.done_on is None


@dataclass(frozen=True)
class Waiting:
    """A make-up that waits for a decision, or one that a member without a phone may tell about."""

    key: str
    number: str
    name: str
    group: str | None
    title: str
    held_at: datetime
    state: MakeUpState
    mode: MakeUpMode | None
    words: str | None
    done_on: date | None
    due: date
    submitted_at: datetime | None


@dataclass(frozen=True)
class Owed:
    """One page of what is still owed; `all` counts the rows of all pages."""

    rows: list[Waiting]
    page: int
    pages: int
    all: int


def desk(actor: Actor, now: datetime, mode: MakeUpMode | None = None) -> Desk:
    """Return whose make-ups an actor confirms; a helper those that were made up by a visit (R31)."""
    day = civil_day(now)
    near = [Role.GROUP_HEAD] if rulebook.current().leave(day).group_heads else []
    if mode is MakeUpMode.VISIT:
        near.append(Role.HELPER)
    return deciders.desk(actor, day, *near)


def of_member(member: Member, now: datetime) -> list[MyMakeUp]:  # noqa: ARG001 - every verb takes it
    """Return what a member can make up or has made up, the latest session first."""
    decider = Member.alias()
    query = (
        MakeUp.select(
            MakeUp.key, StudySession.key, StudySession.title, StudySession.starts_at,
            StudySession.credit, StudySession.credit_kind, Attendance.status, Attendance.part_credit,
            MakeUp.state, MakeUp.due, MakeUp.mode, MakeUp.words, MakeUp.done_on, MakeUp.reason, decider.name,
        )
        .join(StudySession)
        .join(
            Attendance,
            "LEFT JOIN",
            on=((Attendance.session == StudySession.id) & (Attendance.member == MakeUp.member)),
        )
        .join(decider, "LEFT JOIN", on=(MakeUp.decided_by == decider.id))
        .where(MakeUp.member == member)
        .order_by(StudySession.starts_at.desc(), MakeUp.id.desc())
        .limit(PAGE)
    )  # fmt: skip
    found = [_mine(row) for row in query.tuples()]
    found += [each for each in map(_voluntary, _in_part(member)) if each is not None]
    return sorted(found, key=lambda each: each.held_at, reverse=True)


def open_of(member: Member, now: datetime) -> list[MyMakeUp]:
    """Return what a member can hand in or has handed in, the earliest first: the numbers of the chat.

    What waits for the branch keeps its number, so that a repeated message does not meet another session.
    """
    shown = (*TO_DO, MakeUpState.SUBMITTED)
    return [each for each in reversed(of_member(member, now)) if each.state in shown]


def waiting(actor: Actor, now: datetime) -> list[Waiting]:
    """Return the make-ups that this person may confirm, by the member's name and the day (F02)."""
    rows = _rows(desk(actor, now), MakeUp.state == MakeUpState.SUBMITTED)
    visits = _rows(
        desk(actor, now, MakeUpMode.VISIT),
        (MakeUp.state == MakeUpState.SUBMITTED) & (MakeUp.mode == MakeUpMode.VISIT),
    )
    found = {row.key: row for row in (*rows, *visits)}
    return sorted(found.values(), key=lambda row: (row.name, row.number, row.held_at))


def owed(actor: Actor, now: datetime, page: int = 1) -> Owed:
    """Return a page of what is still owed within reach, by name: whoever has no phone tells the branch (F04).

    What has run out stays in the list, for it may still be made up (R31); so it grows with the years. A
    page behind the last is the last.
    """
    query = _query(desk(actor, now, MakeUpMode.VISIT), MakeUp.state.in_(TO_DO))
    if query is None:
        return Owed([], 1, 1, 0)
    number = query.count()
    pages = max(1, -(-number // PAGE))
    page = min(max(page, 1), pages)
    return Owed([Waiting(*row) for row in query.paginate(page, PAGE).tuples()], page, pages, number)


def load(key: str) -> MakeUp:
    """Return a make-up with its session and member.

    Raises:
        ServiceError: `not_found`, also for what no key looks like.
    """
    found: MakeUp = named(MakeUp.select(MakeUp, StudySession).join(StudySession), key, WHAT)
    return found


def find(actor: Actor, key: str, now: datetime) -> MakeUp:
    """Return a make-up that this person may decide, for the page that asks.

    Raises:
        ServiceError: `not_found` for outsiders, `own`.
    """
    found = load(key)
    deciders.require(desk(actor, now, MakeUpMode.VISIT), found.member, WHAT)
    return found


def place_of(session: StudySession, member_id: int) -> Attendance | None:
    """Return the place for which something may be made good; None when the member was there in full."""
    found: Attendance | None = Attendance.get_or_none(
        Attendance.session == session, Attendance.member == member_id, Attendance.status.in_(MISSED)
    )
    return found


def had(place: Attendance) -> int:
    """Return the hundredths that an attendance in part has earned already."""
    return int(place.part_credit or 0) if place.status is AttendanceStatus.PARTIAL else 0


def require_settled(session: StudySession) -> None:
    """Let nothing be counted for a session whose roll is open again.

    Raises:
        ServiceError: `reopened`.
    """
    if session.state is not SessionState.CONFIRMED:
        raise ServiceError("reopened", f"「{session.title}」正在重新核对。", "核好以后再确认补学。")


def _mine(row: tuple[Any, ...]) -> MyMakeUp:
    key, session, title, starts_at, credit, kind, status, part, state, due, *rest = row
    mode, words, done_on, reason, decided_by = rest
    already = int(part or 0) if status is AttendanceStatus.PARTIAL else 0
    worth = consequences.worth(credit, kind, civil_day(starts_at)).of(already)
    return MyMakeUp(
        key, session, title, starts_at, worth, state, due, mode, words, done_on, reason, decided_by
    )


def _in_part(member: Member) -> list[Attendance]:
    """Return the confirmed sessions attended in part for which no make-up exists."""
    made = MakeUp.select(MakeUp.session).where(MakeUp.member == member)
    query = (
        Attendance.select(Attendance, StudySession)
        .join(StudySession)
        .where(
            Attendance.member == member,
            Attendance.status == AttendanceStatus.PARTIAL,
            StudySession.state == SessionState.CONFIRMED,
            StudySession.id.not_in(made),
        )
        .order_by(StudySession.starts_at.desc())
        .limit(PAGE)
    )
    return list(query)


def _voluntary(place: Attendance) -> MyMakeUp | None:
    held = place.session
    worth = consequences.worth_of(held).of(had(place))
    if not worth:
        return None
    return MyMakeUp(
        None, held.key, held.title, held.starts_at, worth, MakeUpState.OWED,
        None, None, None, None, None, None,
    )  # fmt: skip


def _rows(place: Desk, condition: Any) -> list[Waiting]:
    query = _query(place, condition)
    return [] if query is None else [Waiting(*row) for row in query.limit(PAGE).tuples()]


def _query(place: Desk, condition: Any) -> Any:
    """Return the query of `Waiting` rows on a desk, None where nothing ever can lie."""
    branch, group = Organization.alias(), Organization.alias()
    mine = deciders.lying_on(place, branch, group)
    if mine is None:
        return None
    return (
        MakeUp.select(
            MakeUp.key, Member.number, Member.name, group.name, StudySession.title, StudySession.starts_at,
            MakeUp.state, MakeUp.mode, MakeUp.words, MakeUp.done_on, MakeUp.due, MakeUp.submitted_at,
        )
        .join(Member, on=(MakeUp.member == Member.id))
        .join(branch, on=(Member.branch == branch.id))
        .join(group, "LEFT JOIN", on=(Member.group == group.id))
        .join(StudySession, on=(MakeUp.session == StudySession.id))
        .where(mine, condition)
        .order_by(Member.name, Member.number, StudySession.starts_at, MakeUp.id)
    )  # fmt: skip
