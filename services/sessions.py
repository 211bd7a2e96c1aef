"""The life of a session up to its end: planned, published, closed, cancelled (DOMAIN part 5)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from models import Member, Organization, StudySession, database
from models.terms import (
    Area,
    CreditKind,
    DueScope,
    OrganiserLevel,
    OrgKind,
    SessionKind,
    SessionState,
)
from services import absences, audit, due, keyring, rulebook
from services.access import reachable_members, require_manage
from services.actor import Actor
from services.clock import civil_day, seconds
from services.errors import ServiceError, invalid, not_found
from services.policy import window
from services.policy.amounts import hundredths
from services.policy.credit import default_credit
from services.reminders import events
from services.transaction import transaction

_KEY = re.compile(r"[0-9a-z]{10}")
_EARLIEST = date(1921, 7, 1)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
#: Who organises it, as far as the organization's kind tells (R12–R14).
_LEVEL_OF = {
    OrgKind.COMMITTEE: OrganiserLevel.BASIC_COMMITTEE,
    OrgKind.GENERAL_BRANCH: OrganiserLevel.BASIC_COMMITTEE,
}
_SCOPE_OF = {
    SessionKind.COMMITTEE_MEETING: DueScope.COMMITTEE,
    SessionKind.HOME_VISIT: DueScope.LIST,
}


@dataclass(frozen=True)
class SessionPlan:
    """What somebody wants to hold. Hours are Decimals; None takes the default of the rules (R06)."""

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


def find(key: str) -> StudySession:
    """Return a session by its key.

    Raises:
        ServiceError: `not_found`.
    """
    _require_key(key)
    session = (
        StudySession.select(StudySession, Organization)
        .join(Organization)
        .where(StudySession.key == key)
        .first()
    )
    if session is None:
        raise not_found("这次学习")
    return session


def find_to_change(key: str) -> StudySession:
    """Return a session whose row nobody else changes until this transaction ends.

    On PostgreSQL a scan and a confirmation wait for each other at this row, so that nobody is signed
    into a session whose hours are posted already; SQLite has one writer at a time anyway.

    Raises:
        ServiceError: `not_found`.
    """
    _require_key(key)
    if database.obj.server:
        locked = StudySession.select(StudySession.id).where(StudySession.key == key)
        locked.for_update("FOR NO KEY UPDATE").execute()
    return find(key)


def _require_key(key: str) -> None:
    """Refuse what no key looks like before a database is asked, for the two refuse it in different ways."""
    if not _KEY.fullmatch(key):
        raise not_found("这次学习")


def state_of(session: StudySession, now: datetime) -> SessionState:
    """Return the state that people see at a moment."""
    rules = rulebook.current().checkin(civil_day(session.starts_at))
    return window.state_at(
        session.state,
        seconds(session.starts_at),
        seconds(session.ends_at),
        seconds(session.closed_at) if session.closed_at else None,
        open_before=rules.open_before,
        now=seconds(now),
    )


def create(actor: Actor, plan: SessionPlan, now: datetime) -> StudySession:
    """Write a session down as a draft.

    Raises:
        ServiceError: `invalid` with the value that cannot be, `not_found` for a foreign organization.
    """
    code = plan.organization
    organization = Organization.get_or_none(Organization.code == code) if code.isprintable() else None
    if organization is None:
        raise not_found("这个党组织", "请核对代码。")
    with transaction():
        rights = require_manage(actor, organization.path, civil_day(now))
        session = StudySession.create(**_columns(plan, organization, now), created_by=actor.member_id)
        if plan.due_list:
            due.lay_list(session, reachable_members(rights, plan.due_list))
        audit.record(actor, now, "session.created", "session", session.key)
    return session


def publish(actor: Actor, key: str, now: datetime) -> StudySession:
    """Publish a draft: from now on it can be signed, and everybody due has a place in it.

    Raises:
        ServiceError: `wrong_state` when it is no draft any more.
    """
    with transaction():
        session = find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        if session.state is not SessionState.DRAFT:
            raise ServiceError("wrong_state", f"这次学习{session.state.label}，不用再发布。")
        session.state = SessionState.PUBLISHED
        # A draft is entered when it is published: from then on its day of grace runs (confirm_overdue).
        session.created_at = now
        session.save(only=[StudySession.state, StudySession.created_at])
        due.lay_places(session)
        audit.record(actor, now, "session.published", "session", session.key)
    return session


def publish_new(actor: Actor, plan: SessionPlan, now: datetime) -> StudySession:
    """Create and publish in one step."""
    with transaction():
        return publish(actor, create(actor, plan, now).key, now)


def close(actor: Actor, key: str, now: datetime) -> StudySession:
    """Close the door before the planned end (the chair's word)."""
    with transaction():
        session = find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        if state_of(session, now) is SessionState.OPEN:
            session.closed_at = now
            session.save(only=[StudySession.closed_at])
            audit.record(actor, now, "session.closed", "session", session.key)
    return session


def cancel(actor: Actor, key: str, now: datetime, reason: str | None = None) -> StudySession:
    """Cancel a session that has not ended: no credit for anybody. A second time changes nothing.

    Raises:
        ServiceError: `wrong_state` once it has ended or was confirmed.
    """
    with transaction():
        session = find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        if session.state is SessionState.CANCELLED:
            return session
        published = session.state is not SessionState.DRAFT
        if state_of(session, now) not in {SessionState.DRAFT, SessionState.PUBLISHED, SessionState.OPEN}:
            raise ServiceError(
                "wrong_state", "这次学习已经结束，不能取消。", "如果登记有误，请上级党务干部退回重核。"
            )
        session.state = SessionState.CANCELLED
        session.save(only=[StudySession.state])
        absences.cancel(session)
        why = words(reason, 200, "原因") if reason else None
        audit.record(actor, now, "session.cancelled", "session", session.key, reason=why)
        if published:
            events.cancelled(session, now)
    return session


def _columns(plan: SessionPlan, organization: Organization, now: datetime) -> dict[str, object]:
    """Check a plan against the limits and return its columns."""
    _check_times(plan, now)
    title, place = words(plan.title, 60, "标题"), None
    if plan.place:
        place = words(plan.place, 50, "地点")
    if not plan.areas:
        raise invalid("areas", "还没有选学习内容。", "请至少选一项。")
    scope = plan.due_scope or _SCOPE_OF.get(plan.kind, DueScope.ALL)
    if scope is DueScope.GROUP and organization.kind is not OrgKind.GROUP:
        raise invalid("due_scope", "按党小组组织的学习要选到党小组。", "请选择党小组后再试。")
    rules = rulebook.current().hours(civil_day(plan.starts_at))
    return {
        "key": keyring.random_code(10),
        "organization": organization,
        "kind": plan.kind,
        "title": title,
        "areas": ",".join(area for area in Area if area in plan.areas),
        "starts_at": plan.starts_at,
        "ends_at": plan.starts_at + timedelta(minutes=plan.minutes),
        "place": place,
        "due_scope": scope,
        "credit": _credit(plan, rules),
        "credit_kind": plan.credit_kind or rules.credit_kind[plan.kind],
        "credit_reason": words(plan.credit_reason, 100, "学时说明") if plan.credit_reason else None,
        "organiser_level": plan.organiser_level or _LEVEL_OF.get(organization.kind, OrganiserLevel.BRANCH),
        "created_at": now,
    }


def _check_times(plan: SessionPlan, now: datetime) -> None:
    day = civil_day(plan.starts_at)
    rules = rulebook.current().checkin(day)
    if not rules.min_minutes <= plan.minutes <= rules.max_minutes:
        raise invalid(
            "minutes",
            f"时长 {plan.minutes} 分钟不行。",
            f"请填 {rules.min_minutes} 到 {rules.max_minutes} 分钟。",
        )
    if not _EARLIEST <= day <= civil_day(now) + timedelta(days=366):
        raise invalid("start", "开始时间不对。", "请填一年以内的时间；补登以前的学习，请填当时的日期。")


def _credit(plan: SessionPlan, rules: rulebook.HourRules) -> int:
    if plan.credit is None:
        credit = default_credit(plan.minutes, rules.minutes_per_hour, rules.step)
        return hundredths(min(credit, rules.max_per_session))
    if not plan.credit.is_finite() or not 0 <= plan.credit <= rules.max_per_session:
        raise invalid("credit", "学时数不对。", f"请填 0 到 {rules.max_per_session} 之间的数。")
    if plan.credit % rules.step:
        raise invalid("credit", "学时数不对。", f"请填 {rules.step} 的整数倍，例如 1 或 1.5。")
    return hundredths(plan.credit)


def words(text: str, longest: int, name: str) -> str:
    """Return a short text of a person, trimmed and without invisible characters.

    Raises:
        ServiceError: `invalid` when it is empty, too long, or holds what cannot be stored.
    """
    cleaned = _CONTROL.sub("", unicodedata.normalize("NFC", text)).strip()
    if any("\ud800" <= char <= "\udfff" for char in cleaned):
        raise invalid("text", f"{name}里有无法保存的字符。", "请重新输入。")
    if not cleaned:
        raise invalid("text", f"还没有填{name}。", f"请填写{name}。")
    if len(cleaned) > longest:
        raise invalid(
            "text", f"{name}太长了，多了 {len(cleaned) - longest} 个字。", f"请缩短到 {longest} 字以内。"
        )
    return cleaned


def member_by_number(number: str) -> Member:
    """Return a member by number.

    Raises:
        ServiceError: `not_found`.
    """
    member = Member.get_or_none(Member.number == number) if number.isprintable() else None
    if member is None:
        raise not_found(f"编号为 {number} 的党员")
    return member
