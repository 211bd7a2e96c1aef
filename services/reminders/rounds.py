"""What a member may finish: a round of 述学, a returned report, make-ups, the month's claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from models.terms import SuppressedWhy, Topic
from services import rulebook
from services.clock import civil_day, seconds
from services.clock import moment as instant
from services.policy import reminders as policy
from services.reminders import words
from services.reminders.moment import Candidate, Moment, active, ids, rows
from services.reminders.people import branches_of


def report_windows(moment: Moment, chunk: Sequence[int]) -> Iterator[Candidate]:
    """Yield the members of these branches who have not handed in a report that is due in some days (R40).

    Who is asked to file is the round's own matter: whom it covers, and nobody with an exemption on its last
    day (services/shuxue/cycles.py: `covers`, `required`).
    """
    lead = max(moment.topic(Topic.REPORT_WINDOW).lead)
    yield from open_reports(moment, chunk, moment.today + timedelta(days=lead))


def open_reports(moment: Moment, chunk: Sequence[int], until: date) -> Iterator[Candidate]:
    """Yield the members of these branches with a report that is open and due by a day; the next due first."""
    cycles = _closing_cycles(moment, until)
    if not cycles:
        return
    mine = {
        branch: [cycle for part in path.split(".")[:-1] for cycle in cycles.get(int(part), ())]
        for branch, (_, path) in branches_of(chunk).items()
    }
    asked = {cycle[0] for each in mine.values() for cycle in each}
    in_chunk = [branch for branch, each in mine.items() if each]
    # A report that was written down for the member, or handed in, needs no word about the last day.
    done = set(
        rows(
            f"SELECT r.cycle_id, r.member_id FROM shuxue_report r JOIN member m ON m.id = r.member_id"
            f" WHERE r.cycle_id IN ({ids(asked)}) AND m.branch_id IN ({ids(in_chunk)}) AND r.state <> 'DRAFT'"
        )
    )
    members = rows(
        f"SELECT m.id, m.branch_id FROM member m WHERE m.branch_id IN ({ids(in_chunk)})"
        f" AND {active(moment.today)} ORDER BY m.branch_id, m.id"
    )
    exempt = _exempt(in_chunk)
    for member, branch in members:
        for cycle, key, title, due in mine[branch]:
            if (cycle, member) not in done:
                holes = {"round": title, "cycle": key, **words.of_day(due, moment.today)}
                day = due.isoformat()
                free = any(starts <= day <= (ends or day) for starts, ends in exempt.get(member, ()))
                why = SuppressedWhy.EXEMPT if free else None
                yield Candidate(Topic.REPORT_WINDOW, member, branch, key, holes, moment.evening(due), why)


def _exempt(branches: Sequence[int]) -> dict[int, list[tuple[str, str | None]]]:
    """Return the exemptions of whatever kind of these branches' members, by member: first and last day."""
    found: dict[int, list[tuple[str, str | None]]] = {}
    for member, starts, ends in rows(
        "SELECT x.member_id, x.starts, x.ends FROM exemption x JOIN member m ON m.id = x.member_id"
        f" WHERE m.branch_id IN ({ids(branches)})"
    ):
        found.setdefault(member, []).append((starts, ends))
    return found


def _closing_cycles(moment: Moment, until: date) -> dict[int, list[tuple[int, str, str, date]]]:
    """Return the open rounds that are due by a day, by their organization."""
    today = moment.today.isoformat()
    found: dict[int, list[tuple[int, str, str, date]]] = {}
    for number, organization, key, title, due in rows(
        "SELECT id, organization_id, key, title, due FROM report_cycle"
        " WHERE state = 'OPEN' AND opens <= ? AND due >= ? AND due <= ? ORDER BY due, id",
        today,
        today,
        until.isoformat(),
    ):
        found.setdefault(organization, []).append((number, key, title, date.fromisoformat(due)))
    return found


def returned_reports(moment: Moment, chunk: Sequence[int]) -> Iterator[Candidate]:
    """Yield those whose report was given back: each return once, while it is new."""
    life = moment.topic(Topic.REPORT_RETURNED).life
    since = moment.now - timedelta(days=life)
    for member, branch, key, title, revision, decided in rows(
        "SELECT r.member_id, m.branch_id, c.key, c.title, r.revision, r.decided_at FROM shuxue_report r"
        " JOIN report_cycle c ON c.id = r.cycle_id JOIN member m ON m.id = r.member_id"
        f" WHERE r.state = 'RETURNED' AND r.decided_at >= ? AND m.branch_id IN ({ids(chunk)})"
        " ORDER BY r.member_id, c.id",
        seconds(since),
    ):
        until = moment.evening(civil_day(instant(decided)) + timedelta(days=life))
        holes = {"round": title, "cycle": key}
        yield Candidate(Topic.REPORT_RETURNED, member, branch, _cut(key, f"#{revision}"), holes, until)


def make_ups(moment: Moment, chunk: Sequence[int]) -> Iterator[Candidate]:
    """Yield those who may make something good before long: all of it in one reminder (R31)."""
    lead = max(moment.topic(Topic.MAKE_UP).lead)
    yield from owed_make_ups(moment, chunk, moment.today + timedelta(days=lead))


def owed_make_ups(moment: Moment, chunk: Sequence[int], until: date) -> Iterator[Candidate]:
    """Yield those of these branches who may make something good by a day."""
    found = rows(
        "SELECT u.member_id, m.branch_id, u.due, s.title FROM make_up u"
        " JOIN study_session s ON s.id = u.session_id JOIN member m ON m.id = u.member_id"
        " WHERE u.state IN ('OWED', 'RETURNED') AND u.due >= ? AND u.due <= ?"
        f" AND m.branch_id IN ({ids(chunk)}) ORDER BY u.member_id, u.due, u.id",
        moment.today.isoformat(),
        until.isoformat(),
    )
    for (member, branch), owed in groupby(found, key=lambda row: (row[0], row[1])):
        yield _make_up(moment, member, branch, list(owed))


def _make_up(moment: Moment, member: int, branch: int, owed: list[Any]) -> Candidate:
    due = date.fromisoformat(owed[0][2])
    holes = words.merged({"count": len(owed), "title": owed[0][3]}, words.of_day(due, moment.today))
    return Candidate(Topic.MAKE_UP, member, branch, due.isoformat(), holes, moment.evening(due))


def claims(moment: Moment, chunk: Sequence[int]) -> Iterator[Candidate]:
    """Yield those who use the monthly claims and have nothing that stands in the month about to close (R70).

    Who never claims is left in peace; a returned claim is something that waits.
    """
    rules = moment.topic(Topic.CLAIM_CLOSING)
    # A month closes by the rules of its own points year, as services/points/claims.py has it.
    ended = policy.add_months(moment.today.replace(day=1), -1)
    closing = policy.claim_closing(moment.today, rulebook.current().points(ended).close_day, rules.lead)
    if closing is None:
        return
    month, closes = closing
    first = date.fromisoformat(f"{month}-01")
    since = f"{policy.add_months(first, -moment.rules.used_months):%Y-%m}"
    found = rows(
        "SELECT c.member_id, m.branch_id FROM point_claim c JOIN member m ON m.id = c.member_id"
        f" WHERE c.month >= ? AND c.month <= ? AND m.branch_id IN ({ids(chunk)})"
        " GROUP BY c.member_id, m.branch_id"
        " HAVING SUM(CASE WHEN c.month = ? AND c.state NOT IN ('RETURNED', 'WITHDRAWN')"
        " THEN 1 ELSE 0 END) = 0"
        " ORDER BY c.member_id",
        since,
        month,
        month,
    )
    holes = {"month": f"{first.month}月", **words.of_day(closes, moment.today)}
    for member, branch in found:
        yield Candidate(Topic.CLAIM_CLOSING, member, branch, month, holes, moment.evening(closes))


def _cut(key: str, tail: str) -> str:
    """Put a round's key and a tail into the 48 characters of a period."""
    return key[: 48 - len(tail)] + tail
