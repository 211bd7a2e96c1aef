"""What the branch of the scene has said and planned before the newcomer comes: reminders, the year ahead."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from demo import cast, plan, year
from demo.crowd import Leaders
from demo.plan import Branch
from models import Member
from models.terms import ReachKind, SessionKind, Topic
from services import hours, reaching, settings
from services.clock import civil, civil_day, day_start
from services.delivery import claims, receipts, sending
from services.delivery.sending import Answer
from services.ports import Action
from services.reminders import push
from services.transaction import transaction

#: Meetings that are not for everybody would close nobody's gap but theirs.
_FOR_SOME = frozenset({SessionKind.COMMITTEE_MEETING, SessionKind.HOME_VISIT, SessionKind.REMOTE})
_SAID_AT_HOME = "在家里坐了坐，下次学习请小姜去接。"


def plan_ahead(now: datetime, leaders: Leaders) -> int:
    """Announce as many sessions as the branch needs for a whole year's hours; returns how many.

    So arranged, whoever has missed one is short by it, and the branch itself is not (R09, R91).
    """
    today = civil_day(now)
    missing = max(_missing(number, now) for number in cast.LACKING)
    ahead = 0
    branch = Branch(cast.BRANCH, 0, (), (), ())
    first, last = today + timedelta(days=3), date(today.year, 12, 31)
    for planned in plan.year_plan([branch], cast.COMMITTEE, first, last):
        month = (planned.starts_at.year, planned.starts_at.month)
        own_theme_day = planned.kind is SessionKind.THEME_DAY and month == (today.year, today.month)
        if planned.organization != cast.BRANCH or planned.kind in _FOR_SOME or own_theme_day:
            continue
        if missing <= 0:
            break
        session = year.publish(planned, leaders.of(cast.BRANCH, today), now - timedelta(days=1))
        missing, ahead = missing - session.credit, ahead + 1
    return ahead


def tell(now: datetime, leaders: Leaders) -> None:
    """Let one member opt out, and the secretary remind two: one has the message, one was visited."""
    at = _yesterday(now)
    settings.set_reminders(_member(cast.OPTED_OUT), on=False, now=at)
    actor = leaders.of(cast.BRANCH, civil_day(at))
    push.push(actor, Topic.HOURS_GAP, (cast.TOLD, cast.VISITED), at)
    _deliver(at)
    later = min(now, at + timedelta(hours=6))
    visit = reaching.Reached(ReachKind.VISITED.value, civil_day(later), _SAID_AT_HOME)
    reaching.note(actor, cast.VISITED, visit, later)


def _yesterday(now: datetime) -> datetime:
    """Return yesterday morning; on the first of a month a little while ago, as a limit counts by months."""
    morning = civil(now).replace(hour=10, minute=0, second=0, microsecond=0) - timedelta(days=1)
    if morning.month == civil(now).month:
        return morning
    return max(day_start(civil_day(now)), now - timedelta(minutes=30))


def _deliver(at: datetime) -> None:
    """Let what is due have arrived, as the deliverer and the platform's receipt would have noted it."""
    with transaction():
        for number, letter in enumerate(claims.claim(at).letters):
            attempt = sending.begin(letter, at)
            if attempt is None:
                continue
            msgid = f"demo{number}"
            sending.finish(letter, attempt, Answer(Action.AWAIT_RECEIPT, 0, msgid), at)
            receipts.job_finished(letter.openid, msgid, Action.DELIVERED, at + timedelta(seconds=2))


def _missing(number: str, now: datetime) -> int:
    """Return how many hundredths of an hour the branch has still to arrange for a member."""
    view = hours.view(_member(number), civil_day(now).year, now)
    return max(0, (view.required or 0) - view.offered - view.planned)


def _member(number: str) -> Member:
    found: Member = Member.get(Member.number == number)
    return found
