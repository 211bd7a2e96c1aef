"""How a round of 述学 stands for those who lead a branch or write down for others. Read only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from models import Member, Organization, ReportCycle, RolePeriod, ShuxueReport, ShuxueRevision
from models.terms import CycleState, ReportChannel, ReportState, Role, View
from services import access, tree
from services.access import ABOVE, HELPING, LEADING
from services.actor import Actor
from services.clock import civil_day
from services.errors import not_found
from services.periods import active, holds
from services.shuxue import cycles, deciding

#: So many rounds and names stand on one page (RELIABILITY part 3).
ROUNDS, NAMES = 20, 300


@dataclass(frozen=True)
class Round:
    """A round within reach, with its state at this moment."""

    cycle: ReportCycle
    state: CycleState


@dataclass(frozen=True)
class Standing:
    """One member in a round: the state in which the report is, None before anything was begun."""

    number: str
    name: str
    group: str
    state: ReportState | None


@dataclass(frozen=True)
class Revision:
    """What was submitted once, word for word."""

    revision: int
    at: datetime
    channel: ReportChannel
    views: dict[View, str]


@dataclass(frozen=True)
class Helper:
    """A member named to write down for others, and until when."""

    number: str
    name: str
    organization: str
    code: str
    until: object


def rounds(actor: Actor, roles: frozenset[Role], now: datetime) -> list[Round]:
    """Return the rounds that reach the actor's members by one of these roles: open ones first, by day."""
    paths = access.prefixes(actor, roles, civil_day(now))
    if not paths:
        return []
    rows = (
        ReportCycle.select(ReportCycle, Organization)
        .join(Organization)
        .where(tree.touching(paths, Organization))
        .order_by(ReportCycle.due.desc(), ReportCycle.id.desc())
        .limit(ROUNDS)
    )
    found = [Round(row, cycles.state_of(row, now)) for row in rows]
    live = [item for item in found if item.state is not CycleState.CLOSED]
    return [*reversed(live), *(item for item in found if item.state is CycleState.CLOSED)]


def reached(actor: Actor, cycle_key: str, roles: frozenset[Role], now: datetime) -> Round:
    """Return one round of these.

    Raises:
        ServiceError: `not_found` for an unknown round and for one that reaches nobody of the actor's.
    """
    cycle = cycles.find(cycle_key)
    paths = access.prefixes(actor, roles, civil_day(now))
    path = cycle.organization.path
    if not any(path.startswith(own) or own.startswith(path) for own in paths):
        raise not_found("这一轮述学")
    return Round(cycle, cycles.state_of(cycle, now))


def board(actor: Actor, cycle_key: str, now: datetime) -> list[Standing]:
    """Return the members of the branches that an actor leads, by group and name, never by an amount (F02)."""
    cycle = reached(actor, cycle_key, LEADING | ABOVE, now).cycle
    return _people(actor, cycle.organization.path, cycle.id, now)


def may_be_helpers(actor: Actor, now: datetime) -> list[Standing]:
    """Return the members who may be asked to write down for others, by group and name."""
    return _people(actor, "", None, now)


def revisions(actor: Actor, cycle_key: str, number: str, now: datetime) -> list[Revision]:
    """Return what a member submitted in a round, the latest first, to whom may read the report.

    Raises:
        ServiceError: whatever `deciding.read` refuses.
    """
    deciding.read(actor, cycle_key, number, now)
    rows = (
        ShuxueRevision.select()
        .join(ShuxueReport)
        .join(ReportCycle)
        .switch(ShuxueReport)
        .join(Member, on=(ShuxueReport.member == Member.id))
        .where(ReportCycle.key == cycle_key, Member.number == number)
        .order_by(ShuxueRevision.revision.desc())
    )
    return [Revision(row.revision, row.at, row.channel, _views(row.views)) for row in rows]


def helpers(actor: Actor, now: datetime) -> list[Helper]:
    """Return the members named to write down for others in the branches that an actor leads, by name."""
    day = civil_day(now)
    paths = access.prefixes(actor, LEADING | ABOVE, day)
    if not paths:
        return []
    rows = (
        RolePeriod.select(RolePeriod, Member, Organization)
        .join(Member)
        .switch(RolePeriod)
        .join(Organization)
        .where(
            RolePeriod.role == Role.HELPER,
            tree.below(paths, Organization),
            holds(RolePeriod, day),
        )
        .order_by(Member.name, Member.number)
        .limit(NAMES)
    )
    return [
        Helper(r.member.number, r.member.name, r.organization.name, r.organization.code, r.ends) for r in rows
    ]


def may_help(actor: Actor, now: datetime) -> list[Round]:
    """Return the open rounds in which the actor may write down for somebody."""
    return [item for item in rounds(actor, HELPING, now) if item.state is CycleState.OPEN]


def _people(actor: Actor, path: str, cycle_id: int | None, now: datetime) -> list[Standing]:
    """Return the members of the led branches below a path, with their states in a round."""
    branch, group = Organization.alias(), Organization.alias()
    day = civil_day(now)
    led = tree.below(access.prefixes(actor, LEADING, day), branch)
    if led is None:
        return []
    rows = (
        Member.select(Member.number, Member.name, group.name, ShuxueReport.state)
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .switch(Member)
        .left_outer_join(
            ShuxueReport, on=((ShuxueReport.member == Member.id) & (ShuxueReport.cycle == cycle_id))
        )
        .where(
            led,
            branch.path.startswith(path),
            active(day),
        )
        .order_by(group.name, Member.name, Member.number)
        .limit(NAMES)
        .tuples()
    )
    return [
        Standing(number, name, group_name or "", ReportState(state) if state else None)
        for number, name, group_name, state in rows
    ]


def _views(stored: str) -> dict[View, str]:
    loaded = json.loads(stored)
    return {view: str(loaded.get(view.value, "")) for view in View}
