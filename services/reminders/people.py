"""Who can be reached, who does not want to be, and what each has heard already: a few queries for a chunk."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from models.terms import ExemptionKind, ReminderState, Role
from services.clock import day_start, seconds
from services.policy.reminders import DATED, add_months
from services.reminders.moment import Moment, active, ids, is_push, rows, true

#: Rows of the outbox are looked up so far back: longer than any reminder stays worth sending.
_LOOK_BACK = timedelta(days=120)
#: Rows that were never said: they count towards no limit.
_UNSAID = frozenset({ReminderState.SUPPRESSED, ReminderState.PLANNED})
#: A branch without a secretary is looked after by the next in this order.
_ORDER = {Role.SECRETARY: 0, Role.DEPUTY: 1, Role.COMMITTEE: 2}

Key = tuple[int, str, str, int]


class Person(NamedTuple):
    """A member as far as reminding goes: reachable is bound and following, wants is not switched off."""

    number: str
    name: str
    reachable: bool
    wants: bool


@dataclass(frozen=True)
class Known:
    """What is known of a chunk's recipients; `said_at` is when a topic was last said, in seconds."""

    people: dict[int, Person]
    left: frozenset[tuple[int, str]]
    exempt: frozenset[int]
    told: dict[Key, str]
    in_month: dict[tuple[int, str], int]
    said_at: dict[tuple[int, str], int]


def known(members: Collection[int], moment: Moment, *, pushing: bool = False) -> Known:
    """Find what is known of these recipients.

    For somebody who pushes, what waits for the end of the quiet hours counts as said. For the service itself
    only what was pushed does: its own waiting rows are decided anew.
    """
    of = ids(members)
    left = rows(f"SELECT member_id, topic FROM opt_out WHERE member_id IN ({of})")
    exempt = rows(
        f"SELECT member_id FROM exemption WHERE member_id IN ({of}) AND kind = '{ExemptionKind.NOT_REQUIRED}'"
        " AND starts <= ? AND (ends IS NULL OR ends >= ?)",
        moment.today.isoformat(),
        moment.today.isoformat(),
    )
    told, in_month, said_at = _history(of, moment, pushing=pushing)
    return Known(
        people=_people(of, moment.today),
        left=frozenset((member, topic) for member, topic in left),
        exempt=frozenset(member for (member,) in exempt),
        told=told,
        in_month=in_month,
        said_at=said_at,
    )


def _people(of: str, today: date) -> dict[int, Person]:
    found = rows(
        "SELECT m.id, m.number, m.name, w.member_id, t.reminders FROM member m"
        " LEFT JOIN wechat_binding w ON w.member_id = m.id AND w.unbound_at IS NULL"
        f" AND w.following = {true()}"
        f" LEFT JOIN member_setting t ON t.member_id = m.id WHERE m.id IN ({of}) AND {active(today)}"
    )
    return {
        member: Person(number, name, bound is not None, wants is None or bool(wants))
        for member, number, name, bound, wants in found
    }


def month_of(moment: Moment) -> range:
    """Return the seconds of this month, and of the next when nothing may be sent before it begins."""
    first, last = moment.today.replace(day=1), moment.sendable.date().replace(day=1)
    return range(seconds(day_start(first)), seconds(day_start(add_months(last, 1))))


def _history(
    of: str, moment: Moment, *, pushing: bool
) -> tuple[dict[Key, str], dict[tuple[int, str], int], dict[tuple[int, str], int]]:
    """Return each row's state by its key, how often a topic was said this month, and when last."""
    month = month_of(moment)
    told: dict[Key, str] = {}
    in_month: dict[tuple[int, str], int] = {}
    said_at: dict[tuple[int, str], int] = {}
    for member, topic, period, branch, state, due_at in rows(
        "SELECT member_id, topic, period, branch_id, state, due_at FROM reminder"
        f" WHERE member_id IN ({of}) AND created_at >= ?",
        seconds(moment.now - _LOOK_BACK),
    ):
        told[member, topic, period, branch] = state
        waits = state == ReminderState.PLANNED and (pushing or is_push(period))
        if due_at in month and (waits or state not in _UNSAID) and topic not in DATED:
            in_month[member, topic] = in_month.get((member, topic), 0) + 1
            said_at[member, topic] = max(due_at, said_at.get((member, topic), 0))
    return told, in_month, said_at


def leaders(branches: Iterable[int], today: date) -> dict[int, int]:
    """Return who is told what concerns a branch: its secretary, else a deputy, else of the committee."""
    day = today.isoformat()
    found = rows(
        "SELECT r.organization_id, r.member_id, r.role FROM role_period r JOIN member m ON m.id = r.member_id"
        f" WHERE r.organization_id IN ({ids(branches)}) AND r.role IN ('SECRETARY', 'DEPUTY', 'COMMITTEE')"
        f" AND r.starts <= ? AND (r.ends IS NULL OR r.ends >= ?) AND {active(today)}"
        " ORDER BY r.starts, r.id",
        day,
        day,
    )
    best: dict[int, tuple[int, int]] = {}
    for branch, member, role in found:
        rank = _ORDER[Role(role)]
        if branch not in best or rank < best[branch][0]:
            best[branch] = (rank, member)
    return {branch: member for branch, (_, member) in best.items()}


def branch_of(members: Collection[int]) -> dict[int, int]:
    """Return the branch of each of these members."""
    return dict(rows(f"SELECT id, branch_id FROM member WHERE id IN ({ids(members)})"))


def branches_of(chunk: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return (name, path) of organizations."""
    found = rows(f"SELECT id, name, path FROM organization WHERE id IN ({ids(chunk)})")
    return {number: (name, path) for number, name, path in found}
