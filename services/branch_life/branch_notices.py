"""通知: words of an organization to its members, on their page; nobody notes who has read them (F09, F13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models import BranchNotice, Member, Organization
from services import audit, leading, rulebook
from services.actor import Actor
from services.clock import civil_day
from services.errors import invalid, not_found
from services.keys import new_key
from services.transaction import transaction
from services.words import lines, words_for

#: So many stand on a page, the newest first.
PAGE = 100
_WHAT = "这份通知"
_SECOND_PRESS = timedelta(minutes=10)


@dataclass(frozen=True)
class Notice:
    """One notice: who gives it, its words, from when and up to which day it stands."""

    key: str
    organization: str
    title: str
    body: str
    at: datetime
    until: date
    current: bool
    withdrawn: bool


@dataclass(frozen=True)
class NewNotice:
    """What somebody wants to say: one line, the words, and the last day on which they stand."""

    title: str
    body: str
    until: date


def publish(actor: Actor, code: str, new: NewNotice, now: datetime) -> str:
    """Publish a notice to all members of an organization and of what lies below; return its key.

    Raises:
        ServiceError: `not_found` for a foreign organization, `title`, `text` or `until` for what cannot be.
    """
    today = civil_day(now)
    rules = rulebook.current().cadence(today)
    require_last_day(new.until, today, rules.notice_days)
    said = words_for("title", new.title, 60, "标题"), lines(new.body, rules.notice_chars, "正文")
    with transaction():
        organization = leading.organization(actor, code, today)
        first = BranchNotice.get_or_none(
            BranchNotice.organization == organization,
            BranchNotice.title == said[0],
            BranchNotice.body == said[1],
            BranchNotice.by == actor.member_id,
            BranchNotice.at >= now - _SECOND_PRESS,
            BranchNotice.withdrawn_at.is_null(),
        )
        if first is not None:
            return str(first.key)
        key = new_key()
        BranchNotice.insert(
            key=key,
            organization=organization,
            title=said[0],
            body=said[1],
            at=now,
            until=new.until,
            by=actor.member_id,
        ).execute()
        audit.record(actor, now, "notice.published", "notice", key)
    return key


def withdraw(actor: Actor, key: str, now: datetime) -> None:
    """Take a notice back; a second time changes nothing.

    Raises:
        ServiceError: `not_found`.
    """
    with transaction():
        row = _find(actor, key, now)
        open_still = (BranchNotice.id == row.id) & BranchNotice.withdrawn_at.is_null()
        if BranchNotice.update(withdrawn_at=now).where(open_still).execute():
            audit.record(actor, now, "notice.withdrawn", "notice", key)


def listed(actor: Actor, now: datetime) -> list[Notice]:
    """Return the notices of the organizations within reach, the newest first."""
    condition = leading.reached(actor, civil_day(now))
    if condition is None:
        return []
    query = BranchNotice.select(BranchNotice, Organization).join(Organization).where(condition)
    return [_notice(row, now) for row in query.order_by(*_newest()).limit(PAGE)]


def one(actor: Actor, key: str, now: datetime) -> Notice:
    """Return a notice within reach, also one that no longer stands.

    Raises:
        ServiceError: `not_found`.
    """
    return _notice(_find(actor, key, now), now)


def of_member(member: Member, now: datetime) -> list[Notice]:
    """Return what the member's group, branch and the organizations above say at present, the newest first."""
    query = (
        BranchNotice.select(BranchNotice, Organization)
        .join(Organization)
        .where(
            BranchNotice.organization.in_(organizations_of(member)),
            BranchNotice.until >= civil_day(now),
            BranchNotice.withdrawn_at.is_null(),
        )
    )
    return [_notice(row, now) for row in query.order_by(*_newest()).limit(PAGE)]


def read(member: Member, key: str, now: datetime) -> Notice:
    """Return a notice to the member that stands at present; that it was read is noted nowhere.

    Raises:
        ServiceError: `not_found` for others' notices, for withdrawn ones and for those whose time is over.
    """
    found = next((notice for notice in of_member(member, now) if notice.key == key), None)
    if found is None:
        raise not_found(_WHAT, "可能已经收回，或者过了日子。")
    return found


def organizations_of(member: Member) -> list[int]:
    """Return the ids of the organizations that a member belongs to, from the top down."""
    paths: Iterable[str] = [member.branch.path, member.group.path if member.group_id else ""]
    return sorted({int(part) for path in paths for part in path.split(".") if part})


def _newest() -> tuple[object, ...]:
    return BranchNotice.at.desc(), BranchNotice.id.desc()


def _find(actor: Actor, key: str, now: datetime) -> BranchNotice:
    rows = BranchNotice.select(BranchNotice, Organization).join(Organization)
    row: BranchNotice = leading.row(actor, rows, key, _WHAT, civil_day(now))
    return row


def _notice(row: BranchNotice, now: datetime) -> Notice:
    withdrawn = row.withdrawn_at is not None
    return Notice(
        key=row.key,
        organization=row.organization.name,
        title=row.title,
        body=row.body,
        at=row.at,
        until=row.until,
        current=not withdrawn and row.until >= civil_day(now),
        withdrawn=withdrawn,
    )


def require_last_day(until: date, today: date, most: int) -> None:
    """Refuse a last day that is behind, or further ahead than so many days.

    Raises:
        ServiceError: `until`.
    """
    if not today <= until <= today + timedelta(days=most):
        raise invalid("until", "这一天不行。", f"请选今天到 {most} 天以内的一天。")
