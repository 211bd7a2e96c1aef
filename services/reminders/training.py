"""Trainings that new secretaries and new members need, told to the person in good time (R12, R14)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from models.terms import Topic
from services.clock import civil_day
from services.clock import moment as instant
from services.policy import reminders as policy
from services.policy.rates import THERE
from services.reminders import words
from services.reminders.moment import Candidate, Moment, active, ids, rows
from services.reminders.moment import words as listed

#: Organisers above the branch.
_ABOVE = "('BASIC_COMMITTEE', 'COUNTY_PLUS')"
#: A secretary whose former term ended so shortly before was not newly appointed.
_BREAK = timedelta(days=31)
#: Probation may last two years; with a year's margin nobody new is missed.
_PROBATION = 36


def secretaries(moment: Moment, chunk: Sequence[int]) -> Iterator[Candidate]:
    """Yield new secretaries of these branches who have not had their training yet (R12)."""
    months = moment.rules.secretary_months
    terms: dict[tuple[int, int], list[tuple[date, str | None]]] = {}
    for member, branch, starts, ends in rows(
        "SELECT r.member_id, r.organization_id, r.starts, r.ends FROM role_period r"
        " JOIN member m ON m.id = r.member_id WHERE r.role = 'SECRETARY'"
        f" AND r.organization_id IN ({ids(chunk)}) AND r.starts <= ? AND {active(moment.today)}"
        " ORDER BY r.member_id, r.starts",
        moment.today.isoformat(),
    ):
        terms.setdefault((member, branch), []).append((date.fromisoformat(starts), ends))
    due = {}
    for (member, branch), periods in terms.items():
        appointed = _appointed(periods, moment.today)
        if appointed is not None:
            due[member, branch] = [(appointed, policy.add_months(appointed, months))]
    yield from _untrained(moment, Topic.NEW_SECRETARY, due)


def _appointed(periods: list[tuple[date, str | None]], today: date) -> date | None:
    """Return the day on which the present run of terms began, None when none is in force."""
    begun: date | None = None
    until: date | None = None
    for starts, ends in periods:
        if begun is None or until is None or starts > until + _BREAK:
            begun = starts
        until = date.fromisoformat(ends) if ends else date.max - _BREAK
    return begun if until is not None and until >= today else None


def members(moment: Moment, chunk: Sequence[int]) -> Iterator[Candidate]:
    """Yield new members of these branches who have not had a training held from above (R14)."""
    months, each = moment.rules.member_months, moment.rules.member_each_window
    due: dict[tuple[int, int], list[tuple[date, date]]] = {}
    for member, branch, joined_on, full_on in rows(
        "SELECT m.id, m.branch_id, m.joined_on, m.full_on FROM member m"
        f" WHERE m.branch_id IN ({ids(chunk)}) AND {active(moment.today)} AND m.joined_on >= ?"
        " AND (m.full_on IS NULL OR m.full_on >= ?) ORDER BY m.id",
        policy.add_months(moment.today, -_PROBATION - months).isoformat(),
        policy.add_months(moment.today, -months).isoformat(),
    ):
        full = date.fromisoformat(full_on) if full_on else None
        windows = policy.training_windows(date.fromisoformat(joined_on), full, months, each=each)
        due[member, branch] = list(windows)
    yield from _untrained(moment, Topic.NEW_MEMBER, due)


def _untrained(
    moment: Moment, topic: Topic, due: dict[tuple[int, int], list[tuple[date, date]]]
) -> Iterator[Candidate]:
    """Yield those whose window closes within the lead without a training in it."""
    leads = moment.topic(topic).lead
    near = {
        who: [
            (first, last, lead)
            for first, last in windows
            if (lead := policy.lead_of(last, leads, moment.today)) is not None
        ]
        for who, windows in due.items()
    }
    had = _trainings([member for (member, _), windows in near.items() if windows])
    for (member, branch), windows in near.items():
        for first, last, lead in windows:
            if not any(first <= day <= last for day in had.get(member, ())):
                holes = words.of_day(last, moment.today)
                period = f"{last.isoformat()}-{lead}"
                yield Candidate(topic, member, branch, period, holes, moment.evening(last))


def _trainings(of: Sequence[int]) -> dict[int, list[date]]:
    """Return the days of the centralised sessions held from above that each member attended."""
    found: dict[int, list[date]] = {}
    if of:
        for member, at in rows(
            "SELECT a.member_id, s.starts_at FROM attendance a JOIN study_session s ON s.id = a.session_id"
            f" WHERE a.member_id IN ({ids(of)}) AND a.status IN ({listed(THERE)})"
            f" AND s.credit_kind = 'CENTRALISED' AND s.organiser_level IN {_ABOVE} AND s.state <> 'CANCELLED'"
        ):
            found.setdefault(member, []).append(civil_day(instant(at)))
    return found
