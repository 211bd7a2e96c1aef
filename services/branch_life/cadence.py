"""What a branch has held, planned and still has to arrange in a month, quarter and year (R15, R20)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import Organization, SessionInvite, StudySession
from models.terms import OrgKind, SessionKind, SessionState
from services import leading, rulebook
from services.actor import Actor
from services.branch_life import arranging
from services.clock import civil_day, day_start
from services.errors import ServiceError
from services.policy import cadence as policy
from services.policy.cadence import Duty, Happening, Shape, Task
from services.rulebook.cadence import CadenceRules, Told
from services.study.session_plan import areas_of

#: So many branches stand on one page of the table.
PAGE = 50
_COUNTED = (SessionState.PUBLISHED, SessionState.REOPENED, SessionState.CONFIRMED)


@dataclass(frozen=True)
class Cadence:
    """One branch's own view.

    `exempt` says that nothing of this is asked of the branch; `unarranged` is how many lines of this
    month's plan have no session yet; `told` is what the service cannot count.
    """

    code: str
    name: str
    exempt: bool
    duties: tuple[Duty, ...]
    tasks: tuple[Task, ...]
    unarranged: int
    told: tuple[Told, ...]
    edition: str
    source: str


@dataclass(frozen=True)
class Line:
    """One branch in the table of an officer above: counts of sessions and words, no member and no share."""

    code: str
    name: str
    exempt: bool
    held: int
    planned: int
    lacking: tuple[Duty, ...]


@dataclass(frozen=True)
class Table:
    """One page of the branches, by name and code."""

    lines: tuple[Line, ...]
    page: int
    pages: int


def of_branch(actor: Actor, code: str | None, now: datetime) -> Cadence:
    """Return a branch's cadence for its leaders and those above; without a code the first branch by name.

    Raises:
        ServiceError: `not_found` for an unknown branch and for somebody else's alike.
    """
    today = civil_day(now)
    branch = leading.branch(actor, code, today)
    rules = rulebook.current().cadence(today)
    shape, happened = _gather([branch], today.year, now)[branch.id]
    return Cadence(
        code=branch.code,
        name=branch.name,
        exempt=exempt(branch),
        duties=policy.duties(rules.meetings, shape, happened, today),
        tasks=policy.tasks(happened, today.year),
        unarranged=arranging.unarranged(branch, today),
        told=rules.told,
        edition=rules.edition,
        source=rules.source,
    )


def branches(actor: Actor, page: int, now: datetime) -> Table:
    """Return the branches within reach by name and code, never by a figure (F02), with this month's sessions.

    Raises:
        ServiceError: `not_found` for somebody who looks after no branch.
    """
    today = civil_day(now)
    condition = leading.reached(actor, today)
    if condition is None:
        raise ServiceError("not_found", "您没有要看的党支部。", kind="not_found")
    mine = Organization.select().where(condition, Organization.kind == OrgKind.BRANCH)
    pages = max(1, -(-mine.count() // PAGE))
    page = min(max(page, 1), pages)
    rows = list(mine.order_by(Organization.name, Organization.code).paginate(page, PAGE))
    gathered = _gather(rows, today.year, now)
    rules = rulebook.current().cadence(today)
    return Table(tuple(_line(row, *gathered[row.id], rules, today) for row in rows), page, pages)


def exempt(branch: Organization) -> bool:
    """Whether nothing of the cadence is asked of a branch."""
    return policy.exempted(branch.exempt_from) >= frozenset(SessionKind)


def happened(organization: Organization, year: int, now: datetime) -> list[Happening]:
    """Return an organization's sessions of a civil year, those of its groups and those it was invited to."""
    return _gather([organization], year, now)[organization.id][1]


def _line(
    branch: Organization, shape: Shape, happened: list[Happening], rules: CadenceRules, today: date
) -> Line:
    first, after = policy.period(policy.Every.MONTH, today)
    of_month = [each for each in happened if first <= each.day < after]
    duties = policy.duties(rules.meetings, shape, happened, today)
    held = sum(each.held for each in of_month)
    lacking = () if exempt(branch) else tuple(duty for duty in duties if duty.lacking)
    return Line(branch.code, branch.name, exempt(branch), held, len(of_month) - held, lacking)


def _gather(
    organizations: list[Organization], year: int, now: datetime
) -> dict[int, tuple[Shape, list[Happening]]]:
    """Return each organization's shape and its sessions of a year, in three queries for all of them."""
    groups = _groups(organizations)
    owners: dict[int, tuple[int, int | None]] = {row.id: (row.id, None) for row in organizations}
    for owner, members in groups.items():
        owners.update({group: (owner, group) for group, _ in members})
    sessions: dict[int, list[Happening]] = {row.id: [] for row in organizations}
    for organization, row in [*_held_by(owners, year), *_invited(sessions, year)]:
        owner, group = owners[organization]
        sessions[owner].append(_happening(row, group, now))
    return {
        row.id: (
            Shape(row.has_committee, tuple(groups[row.id]), policy.exempted(row.exempt_from)),
            sessions[row.id],
        )
        for row in organizations
    }


def _groups(organizations: list[Organization]) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {row.id: [] for row in organizations}
    rows = (
        Organization.select(Organization.parent, Organization.id, Organization.name)
        .where(Organization.parent.in_(list(found)), Organization.kind == OrgKind.GROUP)
        .order_by(Organization.name, Organization.code)
        .tuples()
    )
    for parent, group, name in rows:
        found[parent].append((group, name))
    return found


_COLUMNS = (
    StudySession.kind,
    StudySession.starts_at,
    StudySession.ends_at,
    StudySession.state,
    StudySession.closed_at,
    StudySession.areas,
)


def _of_year(year: int) -> Any:
    first, after = day_start(date(year, 1, 1)), day_start(date(year + 1, 1, 1))
    in_year = (StudySession.starts_at >= first) & (StudySession.starts_at < after)
    return in_year & StudySession.state.in_(_COUNTED)


def _held_by(owners: dict[int, Any], year: int) -> Iterable[tuple[int, Any]]:
    query = StudySession.select(StudySession.organization, *_COLUMNS).where(
        StudySession.organization.in_(list(owners)), _of_year(year)
    )
    return ((row.organization_id, row) for row in query)


def _invited(organizations: dict[int, Any], year: int) -> Iterable[tuple[int, Any]]:
    """Return sessions of other branches to which these were invited: held together, they count for both."""
    query = (
        StudySession.select(SessionInvite.organization.alias("guest"), *_COLUMNS)
        .join(SessionInvite, on=(SessionInvite.session == StudySession.id))
        .where(SessionInvite.organization.in_(list(organizations)), _of_year(year))
        .objects()
    )
    return ((row.guest, row) for row in query)


def _happening(row: Any, group: int | None, now: datetime) -> Happening:
    """A session counts as held once it is over or closed, whether or not somebody has confirmed it yet."""
    over = row.state is not SessionState.PUBLISHED or row.closed_at is not None or row.ends_at < now
    return Happening(row.kind, civil_day(row.starts_at), over, areas_of(row.areas), group)
