"""Sessions that come again: one for each month to come, on the same weekday, each made once (F12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from models import Member, Organization, StudySession
from models.terms import SessionState
from services import rulebook, workdays
from services.actor import Actor
from services.clock import ZONE, civil, civil_day
from services.errors import invalid
from services.policy import series
from services.rows import hold
from services.study import session_plan, sessions
from services.study.session_plan import SessionPlan
from services.transaction import transaction
from services.words import words


@dataclass(frozen=True)
class Proposed:
    """One of the days for the months to come; `hint` says why it is another than the weekday gives."""

    day: date
    hint: str


def days_ahead(first: date, count: int, now: datetime) -> list[Proposed]:
    """Propose days for sessions on one weekday of the month, the first one as it was chosen.

    A day off gives way to the next workday when the first is a workday, and the hint says so; a day off
    that stays is named. What lies more than a year ahead is left out.

    Raises:
        ServiceError: `repeat` for more than the rules allow.
    """
    most = rulebook.current().sessions(civil_day(now)).repeat_most
    if not 1 <= count <= most:
        raise invalid("repeat", "一次建这么多不行。", f"请选 1 到 {most} 次。")
    if first > session_plan.latest_day(now):
        # What lies beyond the years of a calendar has no month after it; `sessions.check` refuses the first.
        return [Proposed(first, "")]
    days = [first, *(series.same_weekday(first, months) for months in range(1, count))]
    days = [day for day in days if day <= session_plan.latest_day(now)]
    off = workdays.off(days[0], days[-1] + timedelta(days=31))
    return [_proposed(day, off, moves=first not in off and day != first) for day in days]


def repeat(
    actor: Actor, plan: SessionPlan, days: Sequence[date], now: datetime, *, publish: bool = True
) -> list[StudySession]:
    """Make one session for each day, all or none; those that stand already are found and not made again.

    Titles name the month of each day. The reason for hours set otherwise holds for all.

    Args:
        actor: who runs the organization.
        plan: the first one; its time of day is that of all.
        days: in any order, each once.
        now: this moment.
        publish: False leaves drafts.

    Raises:
        ServiceError: `repeat` for no day or too many, and whatever sessions.create refuses.
    """
    wanted = sorted(set(days))
    most = rulebook.current().sessions(civil_day(now)).repeat_most
    if not 1 <= len(wanted) <= most:
        raise invalid("repeat", "没有选日期，或者选得太多。", f"请选 1 到 {most} 个日期。")
    begins = civil(plan.starts_at)
    made = []
    with transaction():
        for day in wanted:
            title = series.retitled(plan.title, begins.date(), day)
            starts_at = datetime.combine(day, begins.time(), tzinfo=ZONE)
            each = replace(plan, title=title, starts_at=starts_at)
            there = standing(actor, each)
            make = sessions.publish_new if publish else sessions.create
            made.append(there or make(actor, each, now))
    return made


def _proposed(day: date, off: frozenset[date], *, moves: bool) -> Proposed:
    if day not in off:
        return Proposed(day, "")
    why = workdays.why(day)
    if not moves:
        return Proposed(day, f"这天{why}。")
    return Proposed(series.workday_from(day, off), f"{day.month}月{day.day}日{why}，顺延到这天。")


def standing(actor: Actor, plan: SessionPlan) -> StudySession | None:
    """Return what the same person has made of the same plan already, unless it was cancelled since.

    Until the caller's transaction ends nobody else makes anything for this person: two presses of one button
    come one after the other, whichever process they reach.

    Raises:
        ServiceError: `text` for a title that cannot be.
    """
    # As it is stored: what no database takes is cleaned away or refused before it is asked.
    title = words(plan.title, session_plan.LONGEST_TITLE, "标题")
    hold(Member, Member.id == actor.member_id)
    found: StudySession | None = (
        StudySession.select(StudySession, Organization)
        .join(Organization)
        .where(
            Organization.code == plan.organization,
            StudySession.title == title,
            StudySession.starts_at == plan.starts_at,
            StudySession.state != SessionState.CANCELLED,
            StudySession.created_by == actor.member_id,
        )
        .first()
        if plan.organization.isprintable()
        else None
    )
    return found
