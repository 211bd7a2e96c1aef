"""On what grounds a secretary may remind somebody at any time of the year (R95)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from models.terms import SuppressedWhy, Topic
from services.policy.reminders import Checkpoint
from services.reminders import gaps, hours_gap, rounds
from services.reminders.gaps import Scan, Short
from services.reminders.moment import Candidate, Moment, push_period

#: What may be pushed, in the order of the page.
TOPICS = (Topic.HOURS_GAP, Topic.REPORT_WINDOW, Topic.MAKE_UP)


@dataclass(frozen=True)
class Grounds:
    """Who may be told of a topic, by member, and to whom it applies at this moment.

    `missing` are those with a gap as R09 and R91 have it; who lacks hours that the plan will bring may be
    told as well, but is no gap. `branch_short` counts those whose branch has arranged too little (R93).
    """

    candidates: Mapping[int, Candidate]
    missing: frozenset[int]
    branch_short: int = 0


def of(topic: Topic, members: Mapping[int, int], moment: Moment) -> Grounds:
    """Return the grounds for some members, given with their branches, in a handful of queries."""
    if topic is Topic.HOURS_GAP:
        return _hours(members, moment)
    branches = sorted(set(members.values()))
    if topic is Topic.REPORT_WINDOW:
        found = rounds.open_reports(moment, branches, date.max)
    else:
        found = rounds.owed_make_ups(moment, branches, date.max)
    first = _first(found, members, moment)
    return Grounds(first, frozenset(first))


def gap_now(members: Collection[int], moment: Moment) -> tuple[Scan, list[Short]]:
    """Return the facts of these members and those of them who have a gap at this moment (R09, R91)."""
    looked = gaps.look(moment, Checkpoint(moment.today, last=True), members)
    return looked, looked.of(None)


def _hours(members: Mapping[int, int], moment: Moment) -> Grounds:
    looked, shorts = gap_now(members, moment)
    lacking = looked.lacking(None)
    too_little = {short.member for short in shorts if short.why is SuppressedWhy.BRANCH_SHORT}
    own = [short.member for short in lacking if short.member not in too_little]
    coming, owed = hours_gap.ahead(own, looked), hours_gap.make_ups(own)
    year_ends = moment.evening(date(moment.today.year, 12, 31))
    until = min(moment.until(Topic.HOURS_GAP, moment.today), year_ends)
    found = {}
    for short in lacking:
        enough = short.member not in too_little
        found[short.member] = Candidate(
            Topic.HOURS_GAP,
            short.member,
            short.branch,
            push_period(moment.today),
            hours_gap.holes_of(short, coming, owed, moment.now) if enough else {},
            until,
            None if enough else SuppressedWhy.BRANCH_SHORT,
        )
    mine = frozenset(short.member for short in shorts if short.why is None)
    return Grounds(found, mine, len(too_little))


def _first(found: Iterable[Candidate], members: Mapping[int, int], moment: Moment) -> dict[int, Candidate]:
    """Keep for each member what is due next: of several rounds one is spoken of."""
    first: dict[int, Candidate] = {}
    for each in found:
        if each.member in members and each.member not in first:
            until = min(each.not_after, moment.until(each.topic, moment.today))
            first[each.member] = replace(each, period=push_period(moment.today), not_after=until)
    return first
