"""The roster of one's reach: by branch, group and name, never by an amount (F02, R100)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from peewee import fn

from models import Exemption, Member, Mobility, Organization
from models.terms import OrgKind, Role
from services import pinyin
from services.access import ABOVE, LEADING, prefixes
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, not_found
from services.periods import active, holds, not_over

#: No list is longer than this; more are found by name.
PAGE = 300


@dataclass(frozen=True)
class Line:
    """One member in the roster; `marks` are words such as 流动, none for a group head."""

    number: str
    name: str
    branch: str
    group: str | None
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Branch:
    """A branch of the reach with the number of its members: officers see counts (R100)."""

    code: str
    name: str
    members: int


@dataclass(frozen=True)
class Listing:
    """What the page of the roster shows: members, or the branches to choose from.

    `more` says that the list is cut; `keeps` that members may be added and changed.
    """

    branch: Branch | None
    branches: tuple[Branch, ...]
    groups: tuple[tuple[str | None, tuple[Line, ...]], ...]
    count: int
    more: bool
    keeps: bool


def listing(actor: Actor, now: datetime, typed: str = "", code: str = "", *, left: bool = False) -> Listing:
    """Return the roster, found by characters or sounds where something was typed.

    Args:
        actor: who asks.
        now: this moment.
        typed: a name or a part of it, as characters, sounds or initials.
        code: a branch, for those who look after several.
        left: those who are on the roster no more, instead of those who are.

    Raises:
        ServiceError: `forbidden` for those who lead nothing, `not_found` for a branch beyond reach.
    """
    today = civil_day(now)
    kept = prefixes(actor, LEADING | ABOVE, today)
    headed = prefixes(actor, frozenset({Role.GROUP_HEAD}), today)
    if not kept and not headed:
        raise ServiceError("forbidden", "名册由支部书记、支委来看。", "请联系他们。", kind="forbidden")
    branches = _branches(kept, today)
    chosen = _chosen(branches, code)
    if chosen is None and not typed and len(branches) > 1:
        return Listing(None, tuple(branches), (), 0, more=False, keeps=True)
    found = _members(kept, headed, today, chosen, left)
    hits = [row for row in found if pinyin.matches(row[1], typed[:50])]
    people = _lines(hits[:PAGE], set(kept), today, marks=bool(kept))
    return Listing(chosen, tuple(branches), _grouped(people), len(hits), len(hits) > PAGE, bool(kept))


def _branches(kept: tuple[str, ...], today: date) -> list[Branch]:
    if not kept:
        return []
    query = (
        Organization.select(Organization.code, Organization.name, fn.COUNT(Member.id))
        .left_outer_join(Member, on=((Member.branch == Organization.id) & active(today)))
        .where(Organization.kind == OrgKind.BRANCH, _below(Organization.path, kept))
        .group_by(Organization.id, Organization.code, Organization.name)
        .order_by(Organization.name, Organization.code)
    )
    return [Branch(*row) for row in query.tuples()]


def _chosen(branches: list[Branch], code: str) -> Branch | None:
    if not code:
        return branches[0] if len(branches) == 1 else None
    chosen = next((branch for branch in branches if branch.code == code), None)
    if chosen is None:
        raise not_found("这个党支部", "请核对代码。")
    return chosen


def _below(path: Any, prefixes_: tuple[str, ...]) -> Any:
    condition = path.startswith(prefixes_[0])
    for prefix in prefixes_[1:]:
        condition |= path.startswith(prefix)
    return condition


def _members(
    kept: tuple[str, ...], headed: tuple[str, ...], today: date, chosen: Branch | None, left: bool
) -> list[Any]:
    """Return (number, name, branch, group, id) by branch, group and name."""
    branch, group = Organization.alias(), Organization.alias()
    conditions = [_below(branch.path, kept)] if kept else []
    conditions += [_below(group.path, headed)] if headed else []
    reach = conditions[0] if len(conditions) == 1 else conditions[0] | conditions[1]
    there = ~active(today) if left else active(today)
    query = (
        Member.select(Member.number, Member.name, branch.name, group.name, Member.id)
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(reach, there)
        .order_by(branch.name, group.name.asc(nulls="LAST"), Member.name, Member.number)
    )
    return list((query.where(branch.code == chosen.code) if chosen is not None else query).tuples())


def _lines(rows: list[Any], kept: set[str], today: date, *, marks: bool) -> list[Line]:
    told = _marks([row[4] for row in rows], today) if marks and kept else {}
    return [
        Line(number, name, branch, group, tuple(told.get(key, ())))
        for number, name, branch, group, key in rows
    ]


def _marks(ids: list[int], today: date) -> dict[int, list[str]]:
    """Return what a secretary keeps in mind of each: not required, away."""
    found: dict[int, list[str]] = {}
    exempt = Exemption.select(Exemption.member, Exemption.kind).where(
        Exemption.member.in_(ids), holds(Exemption, today)
    )
    for member, kind in exempt.tuples():
        found.setdefault(member, []).append(kind.label)
    away = Mobility.select(Mobility.member).where(
        Mobility.member.in_(ids),
        Mobility.since <= today,
        not_over(Mobility.until, today),
    )
    for (member,) in away.tuples():
        found.setdefault(member, []).append("流动")
    return found


def _grouped(lines: list[Line]) -> tuple[tuple[str | None, tuple[Line, ...]], ...]:
    groups: dict[tuple[str, str | None], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.branch, line.group), []).append(line)
    is_one = len({branch for branch, _ in groups}) == 1
    return tuple(
        (group if is_one else "，".join(filter(None, (branch, group))), tuple(members))
        for (branch, group), members in groups.items()
    )
