"""Members of whom a secretary should think: mobile ones to be contacted, and those long unseen (R32, R34)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from models.terms import Topic
from services.clock import civil_day, seconds
from services.clock import moment as instant
from services.policy import reminders as policy
from services.policy.rates import THERE
from services.reminders import words
from services.reminders.moment import Candidate, Moment, active, end_of, ids, rows
from services.reminders.moment import words as listed

#: A mark of months without organisational life is told of within so many days.
_LATELY = 31


def contacts(moment: Moment, chunk: Sequence[int], leaders: Mapping[int, int]) -> Iterator[Candidate]:
    """Yield the mobile members whom the home branch should contact about now, to its secretary (R34)."""
    rules = moment.topic(Topic.CONTACT_DUE)
    today = moment.today
    for member, name, branch, due_on in rows(
        "SELECT y.member_id, m.name, y.home_id, y.next_contact_due FROM mobility y"
        " JOIN member m ON m.id = y.member_id"
        f" WHERE y.home_id IN ({ids(chunk)}) AND y.since <= ? AND (y.until IS NULL OR y.until >= ?)"
        f" AND y.next_contact_due >= ? AND y.next_contact_due <= ? AND {active(today)}"
        " ORDER BY y.next_contact_due, y.member_id",
        today.isoformat(),
        today.isoformat(),
        (today - timedelta(days=rules.life)).isoformat(),
        (today + timedelta(days=max(rules.lead))).isoformat(),
    ):
        if branch not in leaders:
            continue
        due = date.fromisoformat(due_on)
        holes = words.merged(words.of_people([name]), words.of_day(due, today), {"person": name})
        until = moment.until(Topic.CONTACT_DUE, due)
        yield Candidate(
            Topic.CONTACT_DUE, leaders[branch], branch, f"{due_on}:{member}", holes, until, about=member
        )


def care(moment: Moment, chunk: Sequence[int], leaders: Mapping[int, int]) -> Iterator[Candidate]:
    """Yield members without organisational life for some months, to the secretary alone (R32).

    Only where the branch held something at which the member was due, and nobody on leave, exempt or mobile:
    nothing is decided by it, and nobody but the secretary hears of it.
    """
    rules = moment.rules
    for member, name, branch, last in _unseen(moment, chunk):
        count = policy.care_mark(last, moment.today, rules.care_months, _LATELY)
        if count is None or branch not in leaders or leaders[branch] == member:
            continue
        mark = policy.add_months(last, count)
        holes = words.merged(words.of_people([name]), {"person": name})
        until = moment.until(Topic.CARE, mark + timedelta(days=_LATELY))
        yield Candidate(
            Topic.CARE, leaders[branch], branch, f"{mark.isoformat()}:{member}", holes, until, about=member
        )


def _unseen(moment: Moment, chunk: Sequence[int]) -> list[tuple[int, str, int, date]]:
    """Return (member, name, branch, last day of organisational life) of those who missed what was held since.

    The last day is that of joining the branch for those who were never seen.
    """
    found = _long_away(moment, chunk)
    if not found:
        return []
    missed, excused = _since([row[0] for row in found], moment)
    unseen = []
    for member, name, branch, active_from, seen_at in found:
        last = max(civil_day(instant(seen_at)), date.fromisoformat(active_from)) if seen_at else None
        day = last or date.fromisoformat(active_from)
        if missed.get(member, "") > day.isoformat() and excused.get(member, "") <= day.isoformat():
            unseen.append((member, name, branch, day))
    return unseen


def _long_away(moment: Moment, chunk: Sequence[int]) -> list[Any]:
    """Return members who attended nothing of the kind for the least months, with the last time they did."""
    today = moment.today.isoformat()
    since = policy.add_months(moment.today, -min(moment.rules.care_months))
    kinds, there = listed(moment.rules.care_kinds), listed(THERE)
    in_chunk = f"SELECT b.id FROM member b WHERE b.branch_id IN ({ids(chunk)})"
    return rows(
        "SELECT m.id, m.name, m.branch_id, m.active_from,"
        " (SELECT MAX(s.starts_at) FROM attendance a JOIN study_session s ON s.id = a.session_id"
        f"  WHERE a.member_id = m.id AND a.status IN ({there}) AND s.kind IN ({kinds}) AND s.starts_at <= ?)"
        " FROM member m"
        f" WHERE m.branch_id IN ({ids(chunk)}) AND {active(moment.today)} AND m.active_from <= ?"
        " AND m.id NOT IN (SELECT a.member_id FROM study_session s JOIN attendance a ON a.session_id = s.id"
        f"  WHERE s.starts_at >= ? AND s.kind IN ({kinds}) AND s.state <> 'CANCELLED'"
        f"  AND a.status IN ({there})"
        f"  AND a.member_id IN ({in_chunk}))"
        # A study elsewhere that the branch has confirmed is organisational life as well.
        " AND m.id NOT IN (SELECT e.member_id FROM external_study e"
        f"  WHERE e.state = 'CONFIRMED' AND e.day > ? AND e.member_id IN ({in_chunk}))"
        f" AND m.id NOT IN (SELECT x.member_id FROM exemption x WHERE x.member_id IN ({in_chunk})"
        "  AND x.starts <= ? AND (x.ends IS NULL OR x.ends >= ?))"
        f" AND m.id NOT IN (SELECT y.member_id FROM mobility y WHERE y.member_id IN ({in_chunk})"
        "  AND y.since <= ? AND (y.until IS NULL OR y.until >= ?))"
        " ORDER BY m.branch_id, m.name, m.id",
        seconds(moment.now),
        since.isoformat(),
        seconds(end_of(since)),
        since.isoformat(),
        today,
        today,
        today,
        today,
    )


def _since(members: Sequence[int], moment: Moment) -> tuple[dict[int, str], dict[int, str]]:
    """Return the last day on which each member missed something, and the last on which leave was given."""
    missed: dict[int, str] = {}
    excused: dict[int, str] = {}
    for member, status, at in rows(
        "SELECT a.member_id, a.status, MAX(s.starts_at) FROM attendance a"
        f" JOIN study_session s ON s.id = a.session_id WHERE a.member_id IN ({ids(members)})"
        f" AND s.state = 'CONFIRMED' AND s.starts_at <= ? AND s.kind IN ({listed(moment.rules.care_kinds)})"
        " AND a.status IN ('ABSENT', 'LEAVE') GROUP BY a.member_id, a.status",
        seconds(moment.now),
    ):
        (missed if status == "ABSENT" else excused)[member] = civil_day(instant(at)).isoformat()
    return missed, excused
