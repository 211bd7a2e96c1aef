"""扣分 and 一票否决: only what a body has decided, with its name, a reason and a day (R65, R66)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models import Attendance, Exemption, Leave, Member, PointDecision, StudySession
from models.terms import AttendanceStatus, DecisionKind, ExemptionKind, LeaveState
from services import audit, rulebook
from services.actor import Actor
from services.clock import civil_day, day_start, next_day
from services.deciders import require_decider
from services.errors import ServiceError, invalid, not_found
from services.people import member_by_number
from services.periods import holds
from services.points.facts import VETO_ITEM
from services.points.settling import settle
from services.points.viewing import label
from services.rulebook.points import ItemKind
from services.transaction import transaction
from services.words import words as clean

#: The bodies of a branch that decide (R48, R65).
BODIES = ("支部委员会", "支部党员大会")


@dataclass(frozen=True)
class Decided:
    """A decision as it is read afterwards; `points` is in hundredths."""

    id: int
    kind: DecisionKind
    item: str
    day: date
    points: int
    body: str
    reason: str
    decided_on: date
    withdrawn_at: datetime | None
    withdrawn_why: str | None


@dataclass(frozen=True)
class Ruling:
    """What a body decided: its name, its reason, the day of the fact and the day of the decision."""

    body: str
    reason: str
    day: date
    decided_on: date


def deduct(actor: Actor, number: str, item: str, ruling: Ruling, now: datetime) -> PointDecision:
    """Enter a deduction that a body has decided; nothing is ever deducted by itself.

    Raises:
        ServiceError: `item` unless the rules have it, `excused` for an absence with leave or of somebody who
            need not come (R30, R65), a day ahead, a missing body or reason.
    """
    known = rulebook.current().points(ruling.day).items.get(item)
    if known is None or known.kind is not ItemKind.DEDUCT:
        raise invalid("item", "规则里没有这一项扣分。", "扣分事项要先写进积分规则。")
    with transaction():
        member = _member(actor, number, now)
        if known.absence and _excused(member, ruling.day):
            raise ServiceError("excused", "这一天请过假，或者不作硬性要求，不扣分。", "请核对日期。")
        return _enter(actor, now, ruling, member, (DecisionKind.DEDUCT, item, known.points))


def veto(actor: Actor, number: str, ruling: Ruling, now: datetime) -> PointDecision:
    """Enter a body's veto, which sets the points year to 0 from its day on (R66).

    Raises:
        ServiceError: `switched_off` unless the rules of that year have it.
    """
    rules = rulebook.current().points(ruling.day)
    if not rules.veto:
        raise ServiceError("switched_off", "现行规则没有开启一票否决。", "需要时，先在积分规则里开启。")
    with transaction():
        member = _member(actor, number, now)
        return _enter(actor, now, ruling, member, (DecisionKind.VETO, VETO_ITEM, rules.ceiling))


def withdraw(actor: Actor, decision_id: int, reason: str, now: datetime) -> None:
    """Withdraw a decision: its line is reversed, and what it had changed is counted again.

    Raises:
        ServiceError: `not_found`, `wrong_state` when it is withdrawn already.
    """
    with transaction():
        decision = PointDecision.get_or_none(PointDecision.id == decision_id)
        if decision is None:
            raise not_found("这项决定")
        require_decider(actor, decision.member, civil_day(now), "这项决定")
        why = clean(reason, 200, "原因")
        changed = (
            PointDecision.update(withdrawn_at=now, withdrawn_why=why)
            .where(PointDecision.id == decision.id, PointDecision.withdrawn_at.is_null())
            .execute()
        )
        if changed != 1:
            raise ServiceError("wrong_state", "这项决定已经撤回了。", "不用再办。")
        audit.record(actor, now, "point_decision.withdrawn", "point_decision", decision.id)
        settle([decision.member_id], rulebook.current().point_years.year_of(decision.day), now, actor)


def items(day: date) -> list[tuple[str, str, int]]:
    """Return (key, label, hundredths) of what may be deducted by the rules of a day (R65)."""
    known = rulebook.current().points(day).items.values()
    return [(each.key, each.label, each.points) for each in known if each.kind is ItemKind.DEDUCT]


def may_veto(day: date) -> bool:
    """Whether the rules of a day have a veto (R66)."""
    return rulebook.current().points(day).veto


def of_member(actor: Actor, number: str, now: datetime) -> list[Decided]:
    """Return the decisions about a member, the latest first, to somebody who may enter one.

    Raises:
        ServiceError: `not_found` for outsiders, `own` for one's own.
    """
    member = _member(actor, number, now)
    rows = (
        PointDecision.select(
            PointDecision.id,
            PointDecision.kind,
            PointDecision.item,
            PointDecision.day,
            PointDecision.points,
            PointDecision.body,
            PointDecision.reason,
            PointDecision.decided_on,
            PointDecision.withdrawn_at,
            PointDecision.withdrawn_why,
            PointDecision.edition,
        )
        .where(PointDecision.member == member)
        .order_by(PointDecision.decided_on.desc(), PointDecision.id.desc())
        .tuples()
    )
    found = []
    for entry, kind, item, *rest, edition in rows:
        found.append(Decided(entry, kind, label(item, edition), *rest))
    return found


def _member(actor: Actor, number: str, now: datetime) -> Member:
    member = member_by_number(number)
    require_decider(actor, member, civil_day(now))
    return member


def _enter(
    actor: Actor, now: datetime, ruling: Ruling, member: Member, what: tuple[DecisionKind, str, int]
) -> PointDecision:
    """Write a decision down and settle; `what` is its kind, its item and its hundredths of a point."""
    kind, item, points = what
    today = civil_day(now)
    if ruling.day > today or ruling.decided_on > today or ruling.decided_on < ruling.day:
        raise invalid("day", "日期不对。", "先有事情，再有决定，都不能在今天以后。")
    years = rulebook.current().point_years
    decision = PointDecision.create(
        branch=member.branch_id,
        member=member,
        kind=kind,
        item=item,
        day=ruling.day,
        points=points,
        body=clean(ruling.body, 40, "作出决定的组织"),
        reason=clean(ruling.reason, 200, "原因"),
        edition=years.of_year(years.year_of(ruling.day)).edition,
        decided_on=ruling.decided_on,
        entered_by=actor.member_id,
        entered_at=now,
    )
    audit.record(actor, now, "point_decision.entered", "point_decision", decision.id, kind=kind)
    settle([member.id], years.year_of(ruling.day), now, actor)
    return decision


def _excused(member: Member, day: date) -> bool:
    """Whether leave, or not having to come, stands against a deduction for absence on a day."""
    span = (StudySession.starts_at >= day_start(day)) & (StudySession.starts_at < day_start(next_day(day)))
    leave = (
        Leave.select()
        .join(StudySession)
        .where(Leave.member == member, Leave.state == LeaveState.APPROVED, span)
    )
    called = (
        Attendance.select()
        .join(StudySession)
        .where(
            Attendance.member == member,
            Attendance.status.in_([AttendanceStatus.LEAVE, AttendanceStatus.EXEMPT]),
            span,
        )
    )
    exempt = Exemption.select().where(
        Exemption.member == member,
        Exemption.kind == ExemptionKind.NOT_REQUIRED,
        holds(Exemption, day),
    )
    return leave.exists() or called.exists() or exempt.exists()
