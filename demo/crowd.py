"""Who has a phone and who tends to come: drawn once from the seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from demo import cast
from demo.plan import Branch
from models import Exemption, Member, Mobility, Organization, RolePeriod
from models.terms import ExemptionKind, MemberCategory, OrgKind, Role
from services.actor import OPERATOR, Actor, member_actor


@dataclass(frozen=True)
class Person:
    """A member as the demo plays them. `comes` is the chance of coming, `away_since` a mobile's day."""

    id: int
    number: str
    branch: str
    openid: str | None
    comes: float
    away_since: date | None
    not_required: bool

    def chance(self, day: date) -> float:
        """Return how likely this person comes on a day: who is away or frail seldom does."""
        if self.not_required:
            return 0.08
        if self.away_since is not None and self.away_since <= day:
            return 0.12
        return self.comes


def crowd(dice: Random) -> dict[int, Person]:
    """Return everybody by id."""
    away = {row.member_id: row.since for row in Mobility.select()}
    frail = {row.member_id for row in Exemption.select().where(Exemption.kind == ExemptionKind.NOT_REQUIRED)}
    everybody = Member.select(Member, Organization).join(Organization, on=(Member.branch == Organization.id))
    people = {}
    for member in everybody.order_by(Member.number):
        people[member.id] = Person(
            member.id,
            member.number,
            member.branch.code,
            _openid(member, member.id in frail, dice),
            _comes(member, dice),
            away.get(member.id),
            member.id in frail,
        )
    return people


def _openid(member: Member, is_frail: bool, dice: Random) -> str | None:
    """Return the account of who has a phone and uses it for this; about two in three do."""
    drawn = dice.random()
    for part in cast.CAST:
        if part.number == member.number:
            return part.openid if part.bound else None
    if is_frail or member.phone is None or member.number in {cast.NO_SMARTPHONE, cast.VISITED}:
        return None
    if member.number in {cast.OPTED_OUT, cast.TOLD}:
        return cast.openid_of(member.number)
    retired = member.category in {MemberCategory.RETIRED, MemberCategory.RURAL_NO_POST}
    return cast.openid_of(member.number) if drawn < (0.4 if retired else 0.85) else None


def _comes(member: Member, dice: Random) -> float:
    chance = dice.uniform(0.46, 0.8)
    # Whoever holds the phone in the scene has a year with something in it to look at.
    if any(part.number == member.number for part in cast.CAST):
        chance = max(chance, 0.68)
    return min(chance, 0.68) if member.number in cast.LACKING else chance


def branches(people: dict[int, Person]) -> list[Branch]:
    """Return the branches as the plan of the year wants them."""
    found = []
    rows = Organization.select().where(Organization.kind == OrgKind.BRANCH).order_by(Organization.code)
    for turn, branch in enumerate(rows):
        own = [person for person in people.values() if person.branch == branch.code]
        groups = Organization.select().where(Organization.parent == branch).order_by(Organization.code)
        found.append(
            Branch(
                branch.code,
                turn,
                tuple(group.code for group in groups),
                tuple(person.number for person in own if person.not_required),
                tuple((person.number, person.away_since) for person in own if person.away_since),
            )
        )
    return found


class Leaders:
    """Who runs the sessions of an organization on a day: its secretary or group head, else the operator."""

    def __init__(self) -> None:
        """Read the roles once."""
        rows = (
            RolePeriod.select(RolePeriod, Organization)
            .join(Organization)
            .where(RolePeriod.role.in_([Role.SECRETARY, Role.GROUP_HEAD]))
            .order_by(RolePeriod.id)
        )
        self._roles = [(row.organization.code, row.starts, row.ends, row.member_id) for row in rows]

    def of(self, organization: str, day: date) -> Actor:
        """Return who acts."""
        for code, starts, ends, member in self._roles:
            if code == organization and starts <= day and (ends is None or day <= ends):
                return member_actor(member)
        return OPERATOR
