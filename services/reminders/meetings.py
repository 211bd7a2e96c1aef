"""Sessions that are about to be held: announced on the workday before, once (R90, F13)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from models.terms import Topic
from services.clock import civil, next_day, seconds
from services.clock import moment as instant
from services.policy import reminders as policy
from services.reminders import words
from services.reminders.moment import Candidate, Moment, at_clock, end_of, ids, rows, true


def candidates(moment: Moment, chunk: Sequence[int]) -> Iterator[Candidate]:
    """Yield the members of these branches who are expected at a session before or on the next workday.

    Whoever has asked for leave, and whoever is not due, is not expected.
    """
    found = rows(
        "SELECT s.id, s.key, s.title, s.starts_at, s.place, s.credit, a.member_id, m.branch_id"
        " FROM study_session s JOIN attendance a ON a.session_id = s.id JOIN member m ON m.id = a.member_id"
        " WHERE s.state = 'PUBLISHED' AND s.starts_at > ? AND s.starts_at < ?"
        f" AND a.due = {true()} AND a.status = 'EXPECTED' AND m.branch_id IN ({ids(chunk)})"
        " ORDER BY s.starts_at, s.id, a.member_id",
        seconds(moment.now),
        seconds(end_of(next_workday(moment))),
    )
    last, holes = 0, {}
    for session, key, title, starts_at, place, credit, member, branch in found:
        begins = instant(starts_at)
        if moment.now < announced_at(moment, begins.date()):
            continue
        if session != last:
            last, holes = session, words.of_session(title, begins, place, credit, moment.now)
        period = period_of(key, begins)
        yield Candidate(
            Topic.SESSION_TOMORROW, member, branch, period, holes, last_call(begins), session=session
        )


def next_workday(moment: Moment) -> date:
    """Return the first workday after today: until then a session is announced today at the latest."""
    found = next_day(moment.today)
    while found in moment.off:
        found = next_day(found)
    return found


def announced_at(moment: Moment, day: date) -> datetime:
    """Return when the sessions of a day are announced."""
    return at_clock(policy.workday_before(day, moment.off), moment.topic(Topic.SESSION_TOMORROW).at)


def period_of(key: str, starts_at: datetime) -> str:
    """Return the period of a session's announcement: a session that was moved is announced once more."""
    return f"{key}@{civil(starts_at):%Y%m%d%H%M}"


def last_call(starts_at: datetime) -> datetime:
    """Return until when it helps to hear of a session."""
    return starts_at - timedelta(minutes=1)
