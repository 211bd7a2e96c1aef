"""Gaps of hours as reminders: to the member with the ways to close it, or to the secretary (R91–R93, R97)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from models.terms import SuppressedWhy, Topic
from services import spoken
from services.clock import day_start, seconds
from services.policy import reminders as policy
from services.policy.amounts import hundredths
from services.policy.reminders import Checkpoint
from services.reminders import words
from services.reminders.gaps import Scan, Short
from services.reminders.moment import Candidate, Moment, ids, rows, true

#: A session to come: its start in seconds, its title, the hundredths of an hour that it counts.
Ahead = tuple[int, str, int]


def checkpoint(moment: Moment) -> Checkpoint | None:
    """Return the checkpoint that is being told of at this moment."""
    return policy.checkpoint_at(moment.today, moment.rules.checkpoints, moment.topic(Topic.HOURS_GAP).life)


def candidates(scan: Scan, chunk: Sequence[int], leaders: dict[int, int]) -> Iterator[Candidate]:
    """Yield who is to be told of a gap in these branches; a branch short of its own goes to its secretary."""
    shorts = scan.of(chunk)
    mine = [short.member for short in shorts if short.why is None]
    coming, owed = ahead(mine, scan), make_ups(mine)
    moment = scan.moment
    until = moment.until(Topic.HOURS_GAP, scan.point.day)
    period = scan.point.day.isoformat()
    branch_short: dict[int, Counter[tuple[int, int]]] = {}
    for short in shorts:
        if short.why is SuppressedWhy.BRANCH_SHORT:
            branch_short.setdefault(short.branch, Counter())[short.required, short.arranged] += 1
        holes = {} if short.why else holes_of(short, coming, owed, moment.now)
        yield Candidate(Topic.HOURS_GAP, short.member, short.branch, period, holes, until, short.why)
    yield from _to_secretaries(scan, branch_short, leaders)


def _to_secretaries(
    scan: Scan, branches: dict[int, Counter[tuple[int, int]]], leaders: dict[int, int]
) -> Iterator[Candidate]:
    """Yield one reminder per branch: what most of its members lack, the larger of two as frequent."""
    for branch, found in sorted(branches.items()):
        if branch not in leaders:
            continue
        required, arranged = max(found, key=lambda pair: (found[pair], pair[0] - pair[1]))
        holes = {
            "arranged": spoken.hours(arranged),
            "required": spoken.hours(required),
            "gap": spoken.hours(required - arranged),
            "whom": "支委" if required > hundredths(scan.rules.member) else "党员",
        }
        until = scan.moment.until(Topic.BRANCH_SHORT, scan.point.day)
        period = scan.point.day.isoformat()
        yield Candidate(Topic.BRANCH_SHORT, leaders[branch], branch, period, holes, until)


def holes_of(
    short: Short, coming: dict[int, list[Ahead]], owed: dict[int, int], now: datetime
) -> dict[str, str]:
    """Return what fills the words for one member."""
    return words.of_gap(
        short.required, short.credited, coming.get(short.member, ()), owed.get(short.member, 0), now
    )


def ahead(members: Sequence[int], scan: Scan) -> dict[int, list[Ahead]]:
    """Return the sessions of the year at which each member is still expected, the next first."""
    if not members:
        return {}
    after = day_start(date(scan.point.day.year + 1, 1, 1))
    found: dict[int, list[Ahead]] = {}
    sessions: dict[Ahead, Ahead] = {}
    # The signs before starts_at keep SQLite from walking through all sessions ahead: the members are few.
    for member, starts_at, title, credit, kind in rows(
        "SELECT a.member_id, s.starts_at, s.title, s.credit, s.credit_kind"
        " FROM attendance a JOIN study_session s ON s.id = a.session_id"
        f" WHERE a.member_id IN ({ids(members)}) AND a.due = {true()} AND a.status = 'EXPECTED'"
        " AND s.state = 'PUBLISHED' AND +s.starts_at > ? AND +s.starts_at < ? AND s.credit > 0",
        seconds(scan.moment.now),
        seconds(after),
    ):
        counts = scan.worth(credit, kind)
        if counts:
            # One object for each session, however many members are expected at it.
            known = sessions.setdefault((starts_at, title, counts), (starts_at, title, counts))
            found.setdefault(member, []).append(known)
    for each in found.values():
        each.sort()
    return found


def make_ups(members: Sequence[int]) -> dict[int, int]:
    """Return how many make-ups each member may still do (R31: an expired one may still be confirmed)."""
    if not members:
        return {}
    found = rows(
        "SELECT member_id, COUNT(*) FROM make_up"
        f" WHERE member_id IN ({ids(members)}) AND state IN ('OWED', 'RETURNED', 'EXPIRED')"
        " GROUP BY member_id"
    )
    return {member: int(count) for member, count in found}
