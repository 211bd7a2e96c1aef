"""What somebody wants to hold, checked against the limits and turned into a session's columns (R06)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from models import Organization, StudySession
from models.terms import Area, CreditKind, DueScope, OrganiserLevel, OrgKind, SessionKind
from services import keyring, rulebook
from services.actor import Actor
from services.clock import civil_day
from services.errors import invalid
from services.policy.amounts import hundredths
from services.policy.credit import default_credit
from services.words import words

#: What is planned by a form, a copy or a plan of the year; a visit at home names its members one by one.
KINDS = tuple(kind for kind in SessionKind if kind is not SessionKind.HOME_VISIT)
#: A title has no more characters.
LONGEST_TITLE = 60
_EARLIEST = date(1921, 7, 1)
#: Who organises it, as far as the organization's kind tells (R12–R14).
_LEVEL_OF = {
    OrgKind.COMMITTEE: OrganiserLevel.BASIC_COMMITTEE,
    OrgKind.GENERAL_BRANCH: OrganiserLevel.BASIC_COMMITTEE,
}
#: Stands as the reason of hours that an operator sets on somebody's behalf without giving one.
_OPERATORS_REASON = "操作员录入"


class Span(StrEnum):
    """Instead of its minutes, what a session's hours go by (R06)."""

    HALF_DAY = "half_day"
    DAY = "day"


@dataclass(frozen=True)
class SpanRule:
    """What a span gives: hours, and the minutes from which on a session may be counted by it."""

    span: Span
    label: str
    credit: Decimal
    minutes: int

    @property
    def reason(self) -> str:
        """Return what stands as the reason of hours that go by the span."""
        return f"按{self.label}计"


@dataclass(frozen=True)
class SessionPlan:
    """What somebody wants to hold. Hours are Decimals; None takes the default of the rules (R06).

    With a `span` the default is that of half a day or a day.
    """

    organization: str
    kind: SessionKind
    title: str
    starts_at: datetime
    minutes: int
    areas: tuple[Area, ...]
    credit: Decimal | None = None
    credit_reason: str | None = None
    place: str | None = None
    due_scope: DueScope | None = None
    due_list: tuple[str, ...] = field(default=())
    credit_kind: CreditKind | None = None
    organiser_level: OrganiserLevel | None = None
    span: Span | None = None


def spans(day: date) -> tuple[SpanRule, ...]:
    """Return what half a day and a day give on a day."""
    hours, limits = rulebook.current().hours(day), rulebook.current().sessions(day)
    return (
        SpanRule(Span.HALF_DAY, "半天", hours.half_day, limits.half_day_minutes),
        SpanRule(Span.DAY, "一天", hours.day, limits.day_minutes),
    )


def columns(plan: SessionPlan, organization: Organization, actor: Actor, now: datetime) -> dict[str, object]:
    """Check a plan against the limits and return its columns.

    Raises:
        ServiceError: `invalid` with the value that cannot be: `minutes`, `start`, `text`, `areas`,
            `due_scope`, `credit`, `span` for a session too short for it, or `credit_reason` for hours set
            otherwise without a word why.
    """
    check_times(plan.starts_at, plan.minutes, now)
    title, place = words(plan.title, LONGEST_TITLE, "标题"), None
    if plan.place:
        place = words(plan.place, 50, "地点")
    if not plan.areas:
        raise invalid("areas", "还没有选学习内容。", "请至少选一项。")
    day = civil_day(plan.starts_at)
    scope = plan.due_scope or rulebook.current().sessions(day).of(plan.kind).due_scope
    if scope is DueScope.GROUP and organization.kind is not OrgKind.GROUP:
        raise invalid("due_scope", "按党小组组织的学习要选到党小组。", "请选择党小组后再试。")
    rules, span = rulebook.current().hours(day), _span(plan)
    credit = _credit(plan, span, rules)
    return {
        "key": keyring.random_code(10),
        "organization": organization,
        "kind": plan.kind,
        "title": title,
        "areas": areas_text(plan.areas),
        "starts_at": plan.starts_at,
        "ends_at": plan.starts_at + timedelta(minutes=plan.minutes),
        "place": place,
        "due_scope": scope,
        "credit": credit,
        "credit_kind": plan.credit_kind or rules.credit_kind[plan.kind],
        "credit_reason": _reason(plan, span, credit, actor),
        "organiser_level": plan.organiser_level or _LEVEL_OF.get(organization.kind, OrganiserLevel.BRANCH),
        "created_at": now,
    }


def length_of(session: StudySession) -> int:
    """Return the planned length of a session in minutes."""
    return int((session.ends_at - session.starts_at).total_seconds()) // 60


def areas_text(areas: Iterable[Area]) -> str:
    """Return what is learnt as it is stored, in the order of the list."""
    chosen = frozenset(areas)
    return ",".join(area for area in Area if area in chosen)


def areas_of(stored: str) -> tuple[Area, ...]:
    """Return what is learnt from the stored text."""
    return tuple(Area(area) for area in stored.split(",") if area)


def check_times(starts_at: datetime, minutes: int, now: datetime) -> None:
    """Refuse a length or a day that cannot be.

    Raises:
        ServiceError: `minutes` or `start`.
    """
    day = civil_day(starts_at)
    rules = rulebook.current().checkin(day)
    if not rules.min_minutes <= minutes <= rules.max_minutes:
        raise invalid(
            "minutes",
            f"时长 {minutes} 分钟不行。",
            f"请填 {rules.min_minutes} 到 {rules.max_minutes} 分钟。",
        )
    if not _EARLIEST <= day <= latest_day(now):
        raise invalid("start", "开始时间不对。", "请填一年以内的时间；补登以前的学习，请填当时的日期。")


def latest_day(now: datetime) -> date:
    """Return the last day on which a session may be planned today."""
    return civil_day(now) + timedelta(days=366)


def credit_of(minutes: int, day: date) -> int:
    """Return the hundredths of an hour that the length alone gives (R06)."""
    rules = rulebook.current().hours(day)
    return hundredths(min(default_credit(minutes, rules.minutes_per_hour, rules.step), rules.max_per_session))


def _span(plan: SessionPlan) -> SpanRule | None:
    """Return the rule of the span that the hours go by, None for the length."""
    if plan.span is None:
        return None
    rule = next(each for each in spans(civil_day(plan.starts_at)) if each.span is plan.span)
    if plan.minutes < rule.minutes:
        message = f"按{rule.label}计的学习至少 {rule.minutes} 分钟。"
        raise invalid("span", message, "请核对时长，短的就按时长计。")
    return rule


def _credit(plan: SessionPlan, span: SpanRule | None, rules: rulebook.HourRules) -> int:
    if plan.credit is None:
        return _usual(plan, span)
    if not plan.credit.is_finite() or not 0 <= plan.credit <= rules.max_per_session:
        raise invalid("credit", "学时数不对。", f"请填 0 到 {rules.max_per_session} 之间的数。")
    if plan.credit % rules.step:
        raise invalid("credit", "学时数不对。", f"请填 {rules.step} 的整数倍，例如 1 或 1.5。")
    return hundredths(plan.credit)


def _usual(plan: SessionPlan, span: SpanRule | None) -> int:
    return credit_of(plan.minutes, civil_day(plan.starts_at)) if span is None else hundredths(span.credit)


def _reason(plan: SessionPlan, span: SpanRule | None, credit: int, actor: Actor) -> str | None:
    """Return why the hours are not those of the length; a member must say it, an operator's is plain."""
    if plan.credit_reason and plan.credit_reason.strip():
        return words(plan.credit_reason, 100, "学时说明")
    if credit == _usual(plan, span):
        return None if span is None else span.reason
    if actor.kind != "member":
        return _OPERATORS_REASON
    raise invalid("credit_reason", "学时另定了，还没有写为什么。", "请写一句，例如：半天集中学习。")
