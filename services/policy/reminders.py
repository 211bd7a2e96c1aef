"""When a reminder is due, and when it must wait or stay away: R90–R97 and F13 as pure rules.

Amounts are hundredths of an hour, days civil days, moments civil times without a zone of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from models.terms import Topic

#: Notices of a dated event: once per event, beside the limit of a month (F13).
DATED = frozenset({Topic.SESSION_TOMORROW, Topic.SESSION_MOVED, Topic.SESSION_CANCELLED})
#: Topics that say themselves who is not required, by another day than today (R40).
OWN_EXEMPTION = frozenset({Topic.REPORT_WINDOW})


class Gap(Enum):
    """What a member's hours at a checkpoint ask for."""

    NONE = "none"
    MEMBER = "member"
    BRANCH = "branch"


@dataclass(frozen=True)
class Checkpoint:
    """A day on which gaps are looked for; at the last one of a year the plan no longer excuses (R97)."""

    day: date
    last: bool


@dataclass(frozen=True)
class Quiet:
    """When nothing may be sent: from the evening to the morning, and on days off (F13).

    The same time twice means that no hour of the day is quiet.
    """

    starts: time
    ends: time
    workdays_only: bool

    @property
    def nightly(self) -> bool:
        """Whether there are quiet hours at all."""
        return self.starts != self.ends


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later, the month's last one when it has no such day (R12, R14)."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (after - timedelta(days=1)).day))


def pace(required: int, day: date) -> int:
    """Return the share of a year's hours that belongs to the days up to and with `day` (R91, R96)."""
    year = (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
    gone = (day - date(day.year, 1, 1)).days + 1
    return int((Decimal(required) * gone / year).quantize(Decimal(1), ROUND_HALF_UP))


def judge_gap(
    required: int, credited: int, offered: int, planned: int, point: Checkpoint, *, by_pace: bool
) -> Gap:
    """Say whether a member is told of a gap, or the secretary that the branch has arranged too little.

    By plan (R91): what is credited and what is planned together miss the required hours. Whether the member
    could have them is judged by all that the branch has arranged, held or planned (R09, R93). By pace (R96):
    what is credited misses the checkpoint's share. At the last checkpoint also whoever could have had all
    the required hours already and has not, whatever is planned (R97).
    """
    if credited >= required:
        return Gap.NONE
    if point.last and offered >= required:
        return Gap.MEMBER
    if by_pace:
        share = pace(required, point.day)
        if credited >= share:
            return Gap.NONE
        return Gap.MEMBER if offered >= share else Gap.BRANCH
    if credited + planned >= required:
        return Gap.NONE
    return Gap.MEMBER if offered + planned >= required else Gap.BRANCH


def checkpoint_at(today: date, checkpoints: Collection[tuple[int, int]], life: int) -> Checkpoint | None:
    """Return the checkpoint that is being told of today: the latest that is not more than `life` days ago."""
    last = max(checkpoints)
    days = [
        Checkpoint(date(year, month, day), (month, day) == last)
        for year in (today.year - 1, today.year)
        for month, day in checkpoints
    ]
    past = [point for point in days if point.day <= today <= point.day + timedelta(days=life)]
    # In January the hours of the past year are closed: its last checkpoint is not told of any more.
    return max((point for point in past if point.day.year == today.year), key=lambda p: p.day, default=None)


def is_quiet(at: datetime, quiet: Quiet, off: Collection[date]) -> bool:
    """Whether nothing may be sent at a civil moment; 20:00 is quiet, 08:00 is not."""
    clock = at.time()
    if quiet.nightly and (clock >= quiet.starts or clock < quiet.ends):
        return True
    return quiet.workdays_only and at.date() in off


def next_allowed(at: datetime, quiet: Quiet, off: Collection[date]) -> datetime:
    """Return the first moment from `at` on at which something may be sent; `off` must reach far enough."""
    found = at
    if quiet.nightly and found.time() >= quiet.starts:
        found = _morning(found + timedelta(days=1), quiet)
    elif quiet.nightly and found.time() < quiet.ends:
        found = _morning(found, quiet)
    while is_quiet(found, quiet, off):
        found = _morning(found + timedelta(days=1), quiet)
    return found


def _morning(at: datetime, quiet: Quiet) -> datetime:
    first = quiet.ends if quiet.nightly else time(0)
    return at.replace(hour=first.hour, minute=first.minute, second=0, microsecond=0)


def workday_before(day: date, off: Collection[date]) -> date:
    """Return the last workday before a day: on it the day's session is announced."""
    found = day - timedelta(days=1)
    while found in off:
        found -= timedelta(days=1)
    return found


def lead_of(due: date, leads: Iterable[int], today: date) -> int | None:
    """Return the nearest of the days before `due` that has come, None when none has or `due` is past."""
    if today > due:
        return None
    return min((lead for lead in leads if today >= due - timedelta(days=lead)), default=None)


def training_windows(
    joined_on: date, full_on: date | None, months: int, *, each: bool
) -> tuple[tuple[date, date], ...]:
    """Return the windows in which a new member needs a training held from above (R14).

    One from joining until `months` after full membership, or, with `each`, one before and one after it.
    While the day of full membership is not known, a year of probation is taken for it.
    """
    full = full_on or add_months(joined_on, 12)
    until = add_months(full, months)
    return ((joined_on, full), (full, until)) if each else ((joined_on, until),)


def care_mark(last: date, today: date, months: Iterable[int], within: int) -> int | None:
    """Return how many months without organisational life have just passed (R32), None when none has lately.

    `within` is for how many days after such a mark it may still be told of.
    """
    for count in sorted(months, reverse=True):
        mark = add_months(last, count)
        if mark <= today:
            return count if today <= mark + timedelta(days=within) else None
    return None


def claim_closing(today: date, close_day: int, leads: Iterable[int]) -> tuple[str, date] | None:
    """Return the month whose claims are about to close and the day they do, None outside that time (R70)."""
    closes = date(today.year, today.month, close_day)
    if lead_of(closes, leads, today) is None:
        return None
    return f"{add_months(closes.replace(day=1), -1):%Y-%m}", closes
