"""Duties, exemptions and absences of one member: what the file says against what is open (pure values).

Nothing is ever deleted. What the file no longer names ends on the day of the import; what it names
again on the old starting day is taken up again. A period whose end lies ahead is still open.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from models.terms import DUTIES, Role
from services.roster.snapshot import StoredExemption, StoredMobility, StoredRole


class Duty(NamedTuple):
    """A duty that the file names, with the code of its organization; no start: the file gives none."""

    organization: str
    title: str
    starts: date | None

    @property
    def role(self) -> Role:
        """The role that the title gives."""
        return DUTIES[self.title]


class Trip(NamedTuple):
    """An absence that the file names; no start: the file gives none."""

    destination: str
    since: date | None


class Waiver(NamedTuple):
    """不作硬性要求 since a day: `stated` by the file, or else the year of the import."""

    since: date
    stated: bool


@dataclass
class Changes:
    """What has to be written for one member. The stored rows are whole, with the new days in them."""

    roles: list[StoredRole] = field(default_factory=list)
    new_roles: list[tuple[str, Role, str, date]] = field(default_factory=list)
    exemptions: list[StoredExemption] = field(default_factory=list)
    new_exemptions: list[date] = field(default_factory=list)
    mobilities: list[tuple[StoredMobility, str]] = field(default_factory=list)
    new_mobilities: list[tuple[str, date]] = field(default_factory=list)

    def names(self) -> list[str]:
        """Return the names of what changes, for the audit line."""
        parts = {
            "roles": self.roles or self.new_roles,
            "exemption": self.exemptions or self.new_exemptions,
            "mobility": self.mobilities or self.new_mobilities,
        }
        return [name for name, changes in parts.items() if changes]


def _open(ends: date | None, today: date) -> bool:
    return ends is None or ends > today


def compare_duties(
    changes: Changes,
    wanted: list[Duty],
    stored: list[StoredRole],
    *,
    codes: dict[int, str],
    home: set[int],
    today: date,
) -> None:
    """Add what changes in the duties of one member.

    `home` are the organizations whose duties this roster speaks for: the branch, its groups, and the
    one above. A role given elsewhere, or under a title that no roster uses, is left alone.
    """
    named: set[int] = set()
    for duty in wanted:
        key = (duty.organization, duty.role, duty.title)
        same = [row for row in stored if (codes[row.organization], row.role, row.title) == key]
        named.update(row.id for row in same)
        _compare_duty(changes, duty, same, today)
    for row in stored:
        is_ours = row.organization in home and DUTIES.get(row.title) is row.role
        if is_ours and row.id not in named and _open(row.ends, today):
            # The rights end with the import, not at midnight (R113).
            changes.roles.append(row._replace(ends=today - timedelta(days=1)))


def _compare_duty(changes: Changes, duty: Duty, same: list[StoredRole], today: date) -> None:
    running = [row for row in same if _open(row.ends, today)]
    starts = duty.starts
    if starts is None:
        if running:
            return
        starts = today
    exact = next((row for row in same if row.starts == starts), None)
    if exact is not None:
        if not _open(exact.ends, today):
            changes.roles.append(exact._replace(ends=None))
            changes.roles += [row._replace(ends=today - timedelta(days=1)) for row in running]
        return
    new = (duty.organization, duty.role, duty.title, starts)
    if not running:
        changes.new_roles.append(new)
    elif starts < running[0].starts:
        changes.roles.append(running[0]._replace(starts=starts))
    else:
        # A later day is a new term: what was held before it stays on record, without a gap.
        changes.roles.append(running[0]._replace(ends=starts - timedelta(days=1)))
        changes.new_roles.append(new)


def compare_exemption(
    changes: Changes, wanted: Waiver | None, stored: list[StoredExemption], today: date
) -> None:
    """Add what changes in 不作硬性要求 (R04); a day that the file states corrects the one that is stored."""
    running = [row for row in stored if _open(row.ends, today)]
    if wanted is None:
        changes.exemptions += [row._replace(ends=today) for row in running]
        return
    if running and (not wanted.stated or running[0].starts == wanted.since):
        return
    exact = next((row for row in stored if row.starts == wanted.since), None)
    if exact is not None:
        changes.exemptions += [row._replace(ends=today) for row in running if row is not exact]
        if exact not in running:
            changes.exemptions.append(exact._replace(ends=None))
    elif running:
        changes.exemptions.append(running[0]._replace(starts=wanted.since))
    else:
        changes.new_exemptions.append(wanted.since)


def compare_trip(
    changes: Changes,
    trip: Trip | None,
    stored: list[StoredMobility],
    *,
    branch: str,
    codes: dict[int, str],
    today: date,
) -> None:
    """Add what changes in the absence of a mobile member; the home branch follows the member."""
    running = [row for row in stored if _open(row.until, today)]
    if trip is None:
        changes.mobilities += [(row._replace(until=today), codes[row.home]) for row in running]
        return
    row = _meant(trip, stored, running, today)
    others = [(each._replace(until=today), codes[each.home]) for each in running if each is not row]
    changes.mobilities += others
    if row is None:
        changes.new_mobilities.append((trip.destination, trip.since or today))
        return
    until = row.until if _open(row.until, today) else None
    new = row._replace(destination=trip.destination, since=trip.since or row.since, until=until)
    if new != row or codes[row.home] != branch:
        changes.mobilities.append((new, branch))


def _meant(
    trip: Trip, stored: list[StoredMobility], running: list[StoredMobility], today: date
) -> StoredMobility | None:
    # The same day is the same absence; without one, or with a corrected one, the same place is.
    if trip.since is not None:
        exact = next((row for row in stored if row.since == trip.since), None)
        if exact is not None:
            return exact
    same_place = next((row for row in running if row.destination == trip.destination), None)
    if same_place is not None:
        return same_place
    # A new place without a day begins today; if something begins today already, it is that one.
    return next((row for row in stored if trip.since is None and row.since == today), None)
