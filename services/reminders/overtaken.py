"""What has become too late while nobody looked: put on record and reported, never sent (G7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

import structlog

from models.terms import SuppressedWhy, Topic
from services.clock import moment as instant
from services.clock import seconds
from services.reminders import meetings, outbox, people
from services.reminders.judging import Judge
from services.reminders.moment import Candidate, Moment, at, rows, true
from services.reminders.words import of_session
from services.statement import run
from services.transaction import transaction

#: A pause of the reminding that is longer than this is an outage; below it nobody has missed anything.
AWAY = timedelta(minutes=30)
#: So many branches' sessions are put on record in one transaction.
_CHUNK = 200

log = structlog.get_logger("reminders")


def close(now: datetime, since: int | None = None) -> int:
    """Put on record what can no longer be said, report it in one line of the log, and return how many rows.

    Two things are too late: what stands in the outbox and is no longer worth sending, and the announcement of
    sessions that began while nobody ran. Whatever else was missed is still worth sending and decided as ever.

    Args:
        now: this moment.
        since: when the reminders were last decided, in seconds; None when they never were.
    """
    found = _in_outbox(now)
    if since is not None and now - instant(since) > AWAY:
        for sessions in _held_meanwhile(at(now), since):
            found[Topic.SESSION_TOMORROW] += _record(sessions, at(now))
    total = found.total()
    if total:
        log.warning(
            "reminders_stale", rows=total, topics={str(topic): found[topic] for topic in sorted(found)}
        )
    return total


def _in_outbox(now: datetime) -> Counter[str]:
    """Close the rows that wait and are no longer worth sending, at whatever hour."""
    late = "state IN ('PLANNED', 'DUE', 'FAILED') AND not_after < ?"
    if not rows(f"SELECT 1 FROM reminder WHERE {late} LIMIT 1", seconds(now)):
        return Counter()
    with transaction():
        closed = run(
            "UPDATE reminder SET state = 'SUPPRESSED', why = 'stale', closed_at = ?, claim = NULL"
            f" WHERE {late} RETURNING topic",
            (seconds(now), seconds(now)),
        ).fetchall()
    return Counter(topic for (topic,) in closed)


def _held_meanwhile(moment: Moment, since: int) -> Iterator[list[Candidate]]:
    """Yield, for some branches at a time, who was expected at sessions that began while nobody ran.

    What was published when it was too late to announce it, such as a record on paper, was missed by nobody.
    """
    if not moment.topic(Topic.SESSION_TOMORROW).on:
        return
    found = rows(
        "SELECT s.key, s.title, s.starts_at, s.place, s.credit, s.id, a.member_id, m.branch_id"
        " FROM study_session s JOIN attendance a ON a.session_id = s.id JOIN member m ON m.id = a.member_id"
        " WHERE s.starts_at > ? AND s.starts_at <= ? AND s.created_at < s.starts_at - ?"
        " AND s.state IN ('PUBLISHED', 'CONFIRMED', 'REOPENED')"
        f" AND a.due = {true()} AND a.status NOT IN ('LEAVE', 'EXEMPT')"
        " ORDER BY m.branch_id, s.id, a.member_id",
        since,
        seconds(moment.now),
        int(AWAY.total_seconds()),
    )
    together: list[Candidate] = []
    for number, (_, members) in enumerate(groupby(found, key=itemgetter(7)), start=1):
        together += [_candidate(moment, row) for row in members]
        if number % _CHUNK == 0:
            yield together
            together = []
    if together:
        yield together


def _candidate(moment: Moment, row: tuple[str, str, int, str | None, int, int, int, int]) -> Candidate:
    key, title, starts_at, place, credit, session, member, branch = row
    begins = instant(starts_at)
    made = Candidate(
        Topic.SESSION_TOMORROW,
        member,
        branch,
        meetings.period_of(key, begins),
        of_session(title, begins, place, credit, moment.now),
        meetings.last_call(begins),
        session=session,
    )
    return replace(made, why=SuppressedWhy.STALE)


def _record(missed: list[Candidate], moment: Moment) -> int:
    """Write the rows of those who have none yet, and return how many there are."""
    with transaction():
        decided = Judge(moment).decide(missed, people.known({each.member for each in missed}, moment))
        return outbox.write(decided, moment.rules.edition, moment.now)
