"""Rounds of 述学: opened by the branch or from above for all below, closed after their last day (R40)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import fn

from models import (
    Exemption,
    Member,
    Organization,
    ReportCycle,
    ShuxueReport,
    ShuxueText,
)
from models.terms import CycleState, CycleType, ReportState
from services import audit, tree
from services.access import ABOVE, LEADING, prefixes
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, not_found
from services.periods import holds
from services.policy import shuxue as policy
from services.rows import hold
from services.shuxue import closing, plans
from services.shuxue.plans import CyclePlan
from services.spoken import full_day
from services.transaction import transaction

__all__ = [
    "CyclePlan",
    "MyCycle",
    "close",
    "close_due",
    "covers",
    "current",
    "find",
    "of_member",
    "open_cycle",
    "required",
    "state_of",
]

#: A member's list of rounds is no longer than this: some eight years of them.
_PAGE = 50


@dataclass(frozen=True)
class MyCycle:
    """A round as one member has it: how many of the five views hold text, and how many do not.

    `required` False means that the member may file and is never counted as not filed.
    """

    cycle: ReportCycle
    state: CycleState
    report: ShuxueReport | None
    written: int
    lacking: int
    required: bool = True


def open_cycle(actor: Actor, plan: CyclePlan, now: datetime) -> ReportCycle:
    """Open a round for an organization and all below it.

    Raises:
        ServiceError: `invalid` with the value that cannot be, `not_found` for a foreign organization,
            `exists` when the same days are asked for above or below already.
    """
    code = plan.organization
    organization = tree.named(code)
    if organization is None or not _may_open(actor, organization, now):
        raise not_found("这个党组织", "请核对代码。")
    columns = plans.columns(plan, organization, now)
    with transaction():
        _one_at_a_time(organization)
        number = _number(plan, organization)
        key = policy.key_of(code, plan.type, plan.year, plan.quarter, number)
        cycle = ReportCycle.create(
            key=key, number=number, created_at=now, created_by=actor.member_id, **columns
        )
        audit.record(actor, now, "cycle.opened", "cycle", key)
    return cycle


def find(key: str) -> ReportCycle:
    """Return a round by its key, with its organization.

    Raises:
        ServiceError: `not_found`.
    """
    cycle = None
    if 0 < len(key) <= 48 and key.isascii() and key.isprintable():
        cycle = (
            ReportCycle.select(ReportCycle, Organization)
            .join(Organization)
            .where(ReportCycle.key == key)
            .first()
        )
    if cycle is None:
        raise not_found("这一轮述学")
    return cycle


def state_of(cycle: ReportCycle, now: datetime) -> CycleState:
    """Return the state of a round that people see at a moment."""
    return policy.cycle_state(cycle.state, cycle.opens, cycle.due, civil_day(now))


def close(actor: Actor, key: str, now: datetime) -> ReportCycle:
    """Close a round before its last day has passed; a second time changes nothing.

    Raises:
        ServiceError: `not_found` for those who could not have opened it.
    """
    with transaction():
        cycle = find(key)
        if not _may_open(actor, cycle.organization, now):
            raise not_found("这一轮述学")
        if cycle.state is CycleState.OPEN:
            closing.shut([cycle.id], now)
            audit.record(actor, now, "cycle.closed", "cycle", cycle.key)
    return find(key)


def close_due(now: datetime) -> int:
    """Close the rounds whose last day has passed and return how many.

    Drafts become NOT_FILED, without any penalty, or NOT_REQUIRED; their texts stay with their owners.
    What was handed in, returned or written down in time stays open to be decided, mended and confirmed.
    """
    with transaction():
        ids = closing.overdue(now)
        closing.shut([*ids, *closing.lately(now)], now)
    return len(ids)


def covers(cycle: ReportCycle, member: Member, now: datetime) -> bool:
    """Whether a round is for a member: of a branch at or below its organization, and active today."""
    today = civil_day(now)
    active = member.active_from <= today and (member.active_to is None or member.active_to >= today)
    return active and member.branch.path.startswith(cycle.organization.path)


def required(cycle: ReportCycle, member: Member) -> bool:
    """Whether a member is asked to file: nobody with an exemption on the round's last day is."""
    exempt = Exemption.select().where(Exemption.member == member, holds(Exemption, cycle.due))
    return not exempt.exists()


def of_member(member: Member, now: datetime) -> list[MyCycle]:
    """Return a member's rounds, the latest due first: those for the branch, and those with an own report."""
    reports = {row.cycle_id: row for row in ShuxueReport.select().where(ShuxueReport.member == member)}
    above = [int(part) for part in member.branch.path.split(".") if part]
    theirs = ReportCycle.organization.in_(above) & (ReportCycle.due >= member.active_from)
    if member.active_to is not None and member.active_to < civil_day(now):
        theirs &= ReportCycle.opens <= member.active_to
    rows = (
        ReportCycle.select(ReportCycle, Organization)
        .join(Organization)
        .where(theirs | ReportCycle.id.in_(list(reports)))
        .order_by(ReportCycle.due.desc(), ReportCycle.id.desc())
        .limit(_PAGE)
    )
    written = _written([report.id for report in reports.values()])
    exemptions = list(Exemption.select().where(Exemption.member == member))
    return [_mine(cycle, reports.get(cycle.id), written, exemptions, now) for cycle in rows]


def current(member: Member, now: datetime) -> MyCycle | None:
    """Return the round that most needs the member: returned, then to be confirmed, then the earliest due."""
    first = {ReportState.RETURNED: 0, ReportState.RECORDED: 1, ReportState.DRAFT: 2}
    waiting = []
    for mine in of_member(member, now):
        state = mine.report.state if mine.report else ReportState.DRAFT
        open_still = mine.state is CycleState.OPEN or (
            mine.state is CycleState.CLOSED and state in (ReportState.RETURNED, ReportState.RECORDED)
        )
        if state in first and open_still:
            waiting.append((first[state], not mine.required, mine.cycle.due, mine.cycle.id, mine))
    return min(waiting, key=lambda each: each[:4])[4] if waiting else None


def _may_open(actor: Actor, organization: Organization, now: datetime) -> bool:
    return tree.covers(prefixes(actor, LEADING | ABOVE, civil_day(now)), organization.path)


def _one_at_a_time(organization: Organization) -> None:
    """Let nobody else of the same tree open a round until this transaction ends."""
    hold(Organization, Organization.id == int(organization.path.split(".")[0]))


def _number(plan: CyclePlan, organization: Organization) -> int:
    """Return a topic's number in the year, 0 for the rounds of which there is one.

    Raises:
        ServiceError: `exists`, naming who has opened the same round above or below.
    """
    if plan.type is CycleType.TOPIC:
        latest = (
            ReportCycle.select(fn.MAX(ReportCycle.number))
            .where(
                ReportCycle.organization == organization,
                ReportCycle.type == plan.type,
                ReportCycle.year == plan.year,
            )
            .scalar()
        )
        return int(latest or 0) + 1
    above = [int(part) for part in organization.path.split(".") if part]
    same = (
        ReportCycle.select(ReportCycle, Organization)
        .join(Organization)
        .where(
            ReportCycle.type == plan.type,
            ReportCycle.year == plan.year,
            ReportCycle.quarter == plan.quarter,
            Organization.id.in_(above) | Organization.path.startswith(organization.path),
        )
        .first()
    )
    if same is not None:
        due = full_day(same.due, plan.due.year)
        raise ServiceError(
            "exists",
            f"{same.organization.name}已经开了「{same.title}」，{due}截止。",
            "同一季度、同一年度只开一轮，不用再开；要另外述学，请开专题述学。",
        )
    return 0


def _written(report_ids: list[int]) -> dict[int, int]:
    rows = (
        ShuxueText.select(ShuxueText.report, fn.COUNT(ShuxueText.id))
        .where(ShuxueText.report.in_(report_ids), ShuxueText.body != "")
        .group_by(ShuxueText.report)
        .tuples()
    )
    return dict(rows)


def _mine(
    cycle: ReportCycle, report: Any, written: dict[int, int], exemptions: list[Exemption], now: datetime
) -> MyCycle:
    filled = written.get(report.id, 0) if report else 0
    exempt = any(
        each.starts <= cycle.due and (each.ends is None or each.ends >= cycle.due) for each in exemptions
    )
    return MyCycle(cycle, state_of(cycle, now), report, filled, 5 - filled, not exempt)
