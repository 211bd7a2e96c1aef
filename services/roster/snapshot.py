"""What the database holds about the organizations and members of a file, read in a few set queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar

from models import Exemption, Member, Mobility, Organization, RolePeriod, database
from models.terms import ExemptionKind, HostState, MemberCategory, OrgKind, Role, Sector

T = TypeVar("T")

#: So many rows or ids go into one statement.
CHUNK = 500


class StoredOrganization(NamedTuple):
    """A row of `organization`."""

    id: int
    code: str
    name: str
    kind: OrgKind
    parent: int | None
    path: str
    sector: Sector
    has_committee: bool
    exempt_from: str | None


class StoredMember(NamedTuple):
    """A row of `member`; `phone` is sealed."""

    id: int
    number: str
    name: str
    branch: int
    group: int | None
    phone: str | None
    category: MemberCategory
    joined_on: date
    full_on: date | None
    active_from: date
    active_to: date | None


class StoredRole(NamedTuple):
    """A row of `role_period`."""

    id: int
    member: int
    role: Role
    title: str
    organization: int
    starts: date
    ends: date | None


class StoredExemption(NamedTuple):
    """A row of `exemption` of the kind 不作硬性要求."""

    id: int
    member: int
    kind: ExemptionKind
    starts: date
    ends: date | None
    decided_on: date


class StoredMobility(NamedTuple):
    """A row of `mobility`."""

    id: int
    member: int
    destination: str
    home: int
    since: date
    until: date | None
    abroad: bool
    host_state: HostState


@dataclass
class Snapshot:
    """All organizations by code, and the file's members with their periods; equal while nothing moves."""

    organizations: dict[str, StoredOrganization]
    members: dict[str, StoredMember]
    roles: dict[int, list[StoredRole]] = field(default_factory=dict)
    exemptions: dict[int, list[StoredExemption]] = field(default_factory=dict)
    mobilities: dict[int, list[StoredMobility]] = field(default_factory=dict)

    def code_of(self) -> dict[int, str]:
        """Return the codes of the organizations by id."""
        return {each.id: each.code for each in self.organizations.values()}


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut a list into pieces that fit into one statement."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def read_snapshot(numbers: Sequence[str]) -> Snapshot:
    """Read all organizations and the members with these numbers."""
    whole = Organization.select(*_fields(Organization, StoredOrganization._fields)).tuples()
    organizations = [StoredOrganization(*row) for row in whole]
    found = rows_in(Member, StoredMember._fields, Member.number, numbers)
    members = [StoredMember(*row) for row in found]
    ids = sorted(member.id for member in members)
    return Snapshot(
        {each.code: each for each in organizations},
        {each.number: each for each in members},
        _grouped(StoredRole(*row) for row in _of_members(RolePeriod, StoredRole, ids)),
        _grouped(
            StoredExemption(*row)
            for row in _of_members(Exemption, StoredExemption, ids)
            if row[2] is ExemptionKind.NOT_REQUIRED
        ),
        _grouped(StoredMobility(*row) for row in _of_members(Mobility, StoredMobility, ids)),
    )


def rows_in(model: Any, names: Sequence[str], key: Any, values: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the named fields of the rows whose `key` is one of many values.

    peewee takes longer to write a statement with hundreds of values than the database to answer it,
    so one statement serves all pieces of a size.
    """
    fields = _fields(model, names)
    statement, size = "", 0
    for piece in chunks(values):
        if len(piece) != size:
            statement, size = model.select(*fields).where(key.in_(piece)).sql()[0], len(piece)
        for row in database.execute_sql(statement, tuple(piece)):
            yield tuple([field.python_value(value) for field, value in zip(fields, row, strict=True)])


def _fields(model: Any, names: Sequence[str]) -> list[Any]:
    return [getattr(model, name) for name in names]


def _of_members(model: Any, shape: Any, ids: list[int]) -> list[tuple[Any, ...]]:
    return sorted(rows_in(model, shape._fields, model.member, ids), key=lambda row: row[0])


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.member].append(row)
    return dict(grouped)
