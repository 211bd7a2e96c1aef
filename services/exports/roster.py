"""A branch's roster in the columns of the import: what is exported and imported again changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import Exemption, Member, Mobility, Organization, RolePeriod
from models.terms import DUTIES, ExemptionKind, OrgKind, Role
from services import keyring, scope
from services.actor import Actor
from services.clock import civil_day
from services.policy.cadence import exempt_words
from services.roster.columns import COLUMNS
from services.transaction import transaction

HEADERS = {sheet: tuple(column.header for column in columns) for sheet, columns in COLUMNS.items()}


@dataclass(frozen=True)
class RosterTable:
    """The rows of the two sheets, as texts in the order of `HEADERS`; "" for an empty cell."""

    branch: str
    organizations: tuple[tuple[str, ...], ...]
    members: tuple[tuple[str, ...], ...]


def of_branch(actor: Actor, code: str | None, now: datetime) -> RosterTable:
    """Return the organizations and present members of a branch as the import reads them.

    Raises:
        ServiceError: `not_found` for another branch.
    """
    today = civil_day(now)
    branch = scope.branch_of(actor, code, today)
    with transaction():
        found = RosterTable(branch.name, _organizations(branch), _members(branch, today))
        scope.note(actor, now, "roster", branch)
    return found


def _organizations(branch: Organization) -> tuple[tuple[str, ...], ...]:
    above = Organization.alias()
    query = (
        Organization.select(
            Organization.code,
            Organization.name,
            Organization.kind,
            above.code,
            Organization.sector,
            Organization.has_committee,
            Organization.exempt_from,
        )
        .left_outer_join(above, on=(Organization.parent == above.id))
        .where((Organization.id == branch) | (Organization.parent == branch), _ours())
        .order_by(Organization.path)
    )
    return tuple(
        (
            code,
            name,
            kind.label,
            parent or "",
            sector.label,
            _yes(has_committee),
            "、".join(exempt_words(exempt)),
        )
        for code, name, kind, parent, sector, has_committee, exempt in query.tuples()
    )


def _ours() -> Any:
    return Organization.kind.in_([OrgKind.BRANCH, OrgKind.GROUP])


def _members(branch: Organization, today: date) -> tuple[tuple[str, ...], ...]:
    people = list(
        scope.members(
            branch,
            today,
            today,
            Member.id,
            Member.number,
            Member.name,
            scope.GROUP.name,
            Member.category,
            Member.joined_on,
            Member.full_on,
            Member.phone,
            Member.group,
        ).tuples()
    )
    ids = [row[0] for row in people]
    duties, trips, exempt = _duties(ids, today), _trips(ids, today), _exempt(ids, today)
    found = []
    for who, number, name, group, category, joined, full, phone, group_id in people:
        held, since = _told(duties.get(who, []), branch, group_id)
        away = trips.get(who, ("", ""))
        found.append(
            (
                number,
                name,
                branch.code,
                group or "",
                category.label,
                joined.isoformat(),
                full.isoformat() if full else "",
                (keyring.current().unseal(phone) or "") if phone else "",
                held,
                since,
                *away,
                _yes(who in exempt),
                exempt.get(who, ""),
            )
        )
    return tuple(found)


def _told(
    periods: list[tuple[int, Role, str, date]], branch: Organization, group_id: int | None
) -> tuple[str, str]:
    """Return (党内职务, 任职日期) of one member, as far as the roster's columns can say them.

    The day is left out when the duties began on different ones: the import then keeps what is stored.
    """
    places = {Role.GROUP_HEAD: group_id or branch.id, Role.OFFICER: branch.parent_id or branch.id}
    mine = [
        (title, starts)
        for organization, role, title, starts in periods
        if DUTIES.get(title) is role and organization == places.get(role, branch.id)
    ]
    titles = list(dict.fromkeys(title for title, _ in mine))
    days = {starts for _, starts in mine}
    return "、".join(titles), days.pop().isoformat() if len(days) == 1 else ""


def _duties(ids: Sequence[int], today: date) -> dict[int, list[tuple[int, Role, str, date]]]:
    query = (
        RolePeriod.select(
            RolePeriod.member, RolePeriod.organization, RolePeriod.role, RolePeriod.title, RolePeriod.starts
        )
        .where(RolePeriod.member.in_(ids), RolePeriod.ends.is_null() | (RolePeriod.ends > today))
        .order_by(RolePeriod.starts, RolePeriod.id)
    )
    found: dict[int, list[tuple[int, Role, str, date]]] = defaultdict(list)
    for member, *row in query.tuples():
        found[member].append(tuple(row))
    return found


def _trips(ids: Sequence[int], today: date) -> dict[int, tuple[str, str]]:
    query = (
        Mobility.select(Mobility.member, Mobility.destination, Mobility.since)
        .where(Mobility.member.in_(ids), Mobility.until.is_null() | (Mobility.until > today))
        .order_by(Mobility.since)
    )
    return {member: (destination, since.isoformat()) for member, destination, since in query.tuples()}


def _exempt(ids: Sequence[int], today: date) -> dict[int, str]:
    """Return since when nothing is required of whom; of several periods the first, as the import reads it."""
    query = Exemption.select(Exemption.member, Exemption.starts).where(
        Exemption.member.in_(ids),
        Exemption.kind == ExemptionKind.NOT_REQUIRED,
        Exemption.ends.is_null() | (Exemption.ends > today),
    )
    rows = query.order_by(Exemption.starts.desc(), Exemption.id.desc()).tuples()
    return {member: starts.isoformat() for member, starts in rows}


def _yes(value: bool) -> str:
    return "是" if value else "否"
