"""What is due at a moment, decided branch by branch and written once (R90–R97, F13, G7).

`decide` only looks; `remind` decides and writes, a chunk of branches in a transaction. Any number of
processes may do so at once: a chunk's branches are held while it is decided, and a row can be inserted once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime

from models import database
from models.terms import Topic
from services import jobs
from services.clock import day_start, seconds
from services.policy.reminders import DATED, Checkpoint
from services.reminders import hours_gap, looking_after, meetings, outbox, people, rounds, training
from services.reminders.decided import Decided
from services.reminders.gaps import Scan, scan
from services.reminders.judging import Judge
from services.reminders.moment import PUSHED_LIKE, Candidate, Moment, at, ids, rows, words
from services.statement import run
from services.transaction import transaction

#: So many branches are looked through at once: some ten thousand members, so that memory stays small.
CHUNK = 500
#: So many are decided in one transaction: whoever checks in meanwhile waits for a tenth of a second at most.
HELD = 100
_GAPS = frozenset({Topic.HOURS_GAP, Topic.BRANCH_SHORT})
#: The claims of checkpoints that everybody has been looked through for.
_JOB = "gaps"
#: Topics that are written where they happen (services/reminders/events.py); the others are found by looking.
NOTICES = DATED - {Topic.SESSION_TOMORROW}
FOUND = frozenset(Topic) - NOTICES
_SEARCHES = {
    Topic.SESSION_TOMORROW: meetings.candidates,
    Topic.REPORT_WINDOW: rounds.report_windows,
    Topic.REPORT_RETURNED: rounds.returned_reports,
    Topic.MAKE_UP: rounds.make_ups,
    Topic.CLAIM_CLOSING: rounds.claims,
    Topic.NEW_SECRETARY: training.secretaries,
    Topic.NEW_MEMBER: training.members,
}
_FOR_LEADERS = {Topic.CONTACT_DUE: looking_after.contacts, Topic.CARE: looking_after.care}


def decide(now: datetime, branches: Iterable[int] | None = None) -> Decided:
    """Return what would be sent and what not, for all or for some branches; nothing is written."""
    found = Decided()
    for part in decide_by_chunk(now, branches):
        found.add(part)
    return found


def decide_by_chunk(
    now: datetime, branches: Iterable[int] | None = None, topics: Collection[Topic] = FOUND
) -> Iterator[Decided]:
    """Yield the decisions chunk by chunk, so that memory does not grow with the members."""
    moment = at(now)
    with ExitStack() as stack:
        open_scan = _scan(stack, moment, branches, topics)
        judge = Judge(moment, carry=True)
        for chunk in _chunks(branches):
            yield _decide(judge, chunk, open_scan, topics)


def remind(now: datetime, topics: Collection[Topic] = FOUND) -> Decided:
    """Decide and queue what is due, each reminder once, and return it."""
    found = Decided()
    for part in remind_by_chunk(now, topics):
        found.add(part)
    return found


def remind_by_chunk(now: datetime, topics: Collection[Topic] = FOUND) -> Iterator[Decided]:
    """Decide and queue what is due, yielding each chunk once it is committed."""
    moment = at(now)
    with ExitStack() as stack:
        open_scan = _scan(stack, moment, None, topics)
        for chunk in _chunks(None, HELD):
            with transaction():
                hold(chunk)
                decided = _decide(Judge(moment), chunk, open_scan, topics)
                outbox.write(decided, moment.rules.edition, moment.now)
                _withdraw(moment, chunk, decided, topics)
                _let_go(moment, chunk)
            yield decided
        if open_scan is not None and not moment.silent and set(topics) >= _GAPS:
            # Whoever falls short later is told at the next checkpoint, and nobody is looked for twice (R91).
            jobs.mark_done(_JOB, _slot(open_scan.point), now)


def _scan(
    stack: ExitStack, moment: Moment, branches: Iterable[int] | None, topics: Collection[Topic]
) -> Scan | None:
    """Open the scan of gaps when a checkpoint is being told of."""
    asked = _GAPS & set(topics)
    if not any(moment.topic(topic).on for topic in asked):
        return None
    point = hours_gap.checkpoint(moment)
    if point is None or jobs.is_done(_JOB, _slot(point)):
        return None
    return stack.enter_context(scan(moment, point, branches))


def _slot(point: Checkpoint) -> int:
    return seconds(day_start(point.day))


def _chunks(branches: Iterable[int] | None, size: int = CHUNK) -> Iterator[list[int]]:
    if branches is None:
        numbers = [
            number for (number,) in rows("SELECT id FROM organization WHERE kind <> 'GROUP' ORDER BY id")
        ]
    else:
        numbers = sorted(set(branches))
    for first in range(0, len(numbers), size):
        yield numbers[first : first + size]


def hold(chunk: Sequence[int]) -> None:
    """Let two processes, or a secretary who pushes, decide about a branch one after the other."""
    if database.obj.server:
        run(
            f"SELECT id FROM organization WHERE id IN ({ids(chunk)}) ORDER BY id FOR NO KEY UPDATE", ()
        ).fetchall()


def _decide(judge: Judge, chunk: Sequence[int], opened: Scan | None, topics: Collection[Topic]) -> Decided:
    moment = judge.moment
    on = frozenset(topic for topic in topics if moment.topic(topic).on)
    found = list(candidates(moment, chunk, opened, on))
    judge.branches = {number: name for number, (name, _) in people.branches_of(chunk).items()}
    return judge.decide(found, people.known({each.member for each in found}, moment))


def candidates(
    moment: Moment, chunk: Sequence[int], opened: Scan | None, topics: Collection[Topic]
) -> Iterator[Candidate]:
    """Yield everybody of these branches to whom one of these topics applies at this moment."""
    leaders = people.leaders(chunk, moment.today)
    if opened is not None:
        gaps = hours_gap.candidates(opened, chunk, leaders)
        yield from (each for each in gaps if each.topic in topics)
    for topic, search in _SEARCHES.items():
        if topic in topics:
            yield from search(moment, chunk)
    for topic, look in _FOR_LEADERS.items():
        if topic in topics:
            yield from look(moment, chunk, leaders)


def _withdraw(moment: Moment, chunk: Sequence[int], decided: Decided, topics: Collection[Topic]) -> None:
    """Close the rows that waited for the end of the quiet hours and apply to nobody any more (R91, R94).

    What was pushed is no search's finding; the delivery asks for it before sending.
    """
    still = {(each.member, each.topic, each.period, each.branch) for each in decided.suppressed}
    gone, stale = [], []
    for number, member, topic, period, branch, not_after in rows(
        "SELECT id, member_id, topic, period, branch_id, not_after FROM reminder WHERE state = 'PLANNED'"
        f" AND branch_id IN ({ids(chunk)}) AND topic IN ({words(set(topics) - NOTICES) or 'NULL'})"
        f" AND period NOT LIKE {PUSHED_LIKE}"
    ):
        if not_after < seconds(moment.now):
            stale.append(number)
        elif (member, topic, period, branch) not in still:
            gone.append(number)
    for why, numbers in (("satisfied", gone), ("stale", stale)):
        if numbers:
            run(
                "UPDATE reminder SET state = 'SUPPRESSED', why = ?, closed_at = ?"
                f" WHERE id IN ({ids(numbers)}) AND state = 'PLANNED'",
                (why, seconds(moment.now)),
            )


def _let_go(moment: Moment, chunk: Sequence[int]) -> None:
    """Let go, once the quiet hours are over, what is not looked for anew: notices, what was pushed (R95)."""
    if not moment.silent:
        as_it_stands = f"(topic IN ({words(NOTICES)}) OR period LIKE {PUSHED_LIKE})"
        outbox.let_go(f"{as_it_stands} AND branch_id IN ({ids(chunk)})", moment.now)
