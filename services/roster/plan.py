"""From the rows of a file and what is stored to what has to be written (values only, no database)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from models.terms import MemberCategory, OrgKind, Role, Sector
from services import keyring
from services.policy.cadence import exempt_from, exempt_words
from services.roster.checks import Tree
from services.roster.columns import MEMBERS, ORGANIZATIONS, Roster, Row
from services.roster.periods import (
    Changes,
    Duty,
    Trip,
    Waiver,
    compare_duties,
    compare_exemption,
    compare_trip,
)
from services.roster.snapshot import Snapshot, StoredMember


class OrganizationPlan(NamedTuple):
    """An organization to create or change; `parent` is a code."""

    code: str
    name: str
    kind: OrgKind
    parent: str | None
    sector: Sector
    has_committee: bool
    exempt_from: str | None
    is_new: bool


class Person(NamedTuple):
    """The fields of a member as they shall be; organizations by code, `phone` sealed."""

    number: str
    name: str
    branch: str
    group: str | None
    phone: str | None
    category: MemberCategory
    joined_on: date
    full_on: date | None


@dataclass(frozen=True)
class MemberPlan:
    """A member to create (`stored` is None) or change."""

    person: Person
    stored: StoredMember | None
    fields: list[str]
    changes: Changes


@dataclass(frozen=True)
class Plan:
    """All that an import writes."""

    organizations: list[OrganizationPlan]
    members: list[MemberPlan]
    rows: int

    @property
    def writes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.organizations or self.members)

    @property
    def created(self) -> int:
        """How many rows of the file become new organizations and members."""
        organizations = sum(each.is_new for each in self.organizations)
        return organizations + sum(each.stored is None for each in self.members)

    @property
    def updated(self) -> int:
        """How many rows of the file change what is stored."""
        return len(self.organizations) + len(self.members) - self.created


def make_plan(roster: Roster, snapshot: Snapshot, tree: Tree, today: date) -> Plan:
    """Compare the rows of a faultless file with what is stored."""
    codes = snapshot.code_of()
    organizations = (_organization(row, snapshot, codes) for row in roster.rows[ORGANIZATIONS])
    planner = _Members(snapshot, tree, codes, today)
    members = (planner.plan(row) for row in roster.rows[MEMBERS])
    return Plan(
        [each for each in organizations if each is not None],
        [each for each in members if each is not None],
        sum(map(len, roster.rows.values())),
    )


def _organization(row: Row, snapshot: Snapshot, codes: dict[int, str]) -> OrganizationPlan | None:
    stored = snapshot.organizations.get(row.get("代码"))
    has_committee = row.get("设支委会") or False
    if stored is not None and not row.has("设支委会"):
        has_committee = stored.has_committee
    # Stored in another order or by more blanks, it still says the same.
    exempt = exempt_from(row.get("不作要求的会议") or ())
    was = None if stored is None else exempt_from(exempt_words(stored.exempt_from))
    if stored is not None and not row.has("不作要求的会议"):
        exempt = was
    code, name, kind, parent, sector = map(row.get, ("代码", "名称", "类型", "上级代码", "领域"))
    if stored is not None:
        before = (stored.name, codes.get(stored.parent or 0), stored.sector, stored.has_committee, was)
        if before == (name, parent, sector, has_committee, exempt):
            return None
    return OrganizationPlan(code, name, kind, parent, sector, has_committee, exempt, is_new=stored is None)


class _Members:
    """Plans the members of one file."""

    def __init__(self, snapshot: Snapshot, tree: Tree, codes: dict[int, str], today: date) -> None:
        self._snapshot, self._tree, self._codes, self._today = snapshot, tree, codes, today
        self._below: dict[int, set[int]] = {}
        for each in snapshot.organizations.values():
            if each.kind is OrgKind.GROUP and each.parent is not None:
                self._below.setdefault(each.parent, set()).add(each.id)

    def plan(self, row: Row) -> MemberPlan | None:
        stored = self._snapshot.members.get(row.get("编号"))
        person, fields = self._person(row, stored)
        changes = self._changes(row, person, stored)
        if stored is not None and not fields and not changes.names():
            return None
        return MemberPlan(person, stored, fields, changes)

    def _person(self, row: Row, stored: StoredMember | None) -> tuple[Person, list[str]]:
        before = self._before(stored)
        branch = row.get("支部代码")
        has_moved = before is None or before.branch != branch
        group = self._tree.groups.get((branch, row.get("党小组")))
        if before is not None and not has_moved and not row.has("党小组"):
            group = before.group
        phone = row.get("手机号") if row.has("手机号") or before is None else before.phone
        full_on = row.get("转正日期") if row.has("转正日期") or before is None else before.full_on
        number, name, category, joined = map(row.get, ("编号", "姓名", "类别", "入党日期"))
        person = Person(number, name, branch, group, phone, category, joined, full_on)
        fields = [] if before is None else _differing(before, person)
        # An unchanged phone keeps its sealed form, so that a second import writes nothing.
        sealed = stored.phone if stored is not None and "phone" not in fields else _sealed(phone)
        return person._replace(phone=sealed), fields

    def _before(self, stored: StoredMember | None) -> Person | None:
        if stored is None:
            return None
        phone = None if stored.phone is None else keyring.current().unseal(stored.phone) or "unreadable"
        return Person(
            stored.number,
            stored.name,
            self._codes[stored.branch],
            self._codes.get(stored.group or 0),
            phone,
            stored.category,
            stored.joined_on,
            stored.full_on,
        )

    def _changes(self, row: Row, person: Person, stored: StoredMember | None) -> Changes:
        changes, today, codes = Changes(), self._today, self._codes
        key = stored.id if stored is not None else 0
        if row.has("党内职务"):
            roles = self._snapshot.roles.get(key, [])
            duties, home = self._duties(row, person), self._home(stored)
            compare_duties(changes, duties, roles, codes=codes, home=home, today=today)
        if row.has("不作硬性要求"):
            exemptions = self._snapshot.exemptions.get(key, [])
            since = row.get("不作要求起始") or max(date(today.year, 1, 1), person.joined_on)
            wanted = Waiver(since, stated=row.get("不作要求起始") is not None)
            compare_exemption(changes, wanted if row.get("不作硬性要求") else None, exemptions, today)
        if row.has("流动去向"):
            destination = row.get("流动去向")
            trip = Trip(destination, row.get("流动起始")) if destination else None
            trips = self._snapshot.mobilities.get(key, [])
            compare_trip(changes, trip, trips, branch=person.branch, codes=codes, today=today)
        return changes

    def _duties(self, row: Row, person: Person) -> list[Duty]:
        above = self._tree.places[person.branch].parent or person.branch
        holders = {Role.GROUP_HEAD: person.group or person.branch, Role.OFFICER: above}
        duties = [Duty(person.branch, title, row.get("任职日期")) for title in row.get("党内职务") or ()]
        return [duty._replace(organization=holders.get(duty.role, person.branch)) for duty in duties]

    def _home(self, stored: StoredMember | None) -> set[int]:
        if stored is None:
            return set()
        branch = self._snapshot.organizations[self._codes[stored.branch]]
        return {branch.id, *self._below.get(branch.id, ()), *([branch.parent] if branch.parent else [])}


def _differing(before: Person, after: Person) -> list[str]:
    return [name for name in Person._fields if getattr(before, name) != getattr(after, name)]


def _sealed(phone: str | None) -> str | None:
    return None if phone is None else keyring.current().seal(phone)
