"""年度计划: what an organization means to hold in a year, entered once, copied, changed (R15, R20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from models import Organization, PlanItem, StudySession
from models.terms import Area, SessionKind, SessionState
from services import audit, leading, rulebook
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid
from services.keys import new_key
from services.rows import hold
from services.study.session_plan import KINDS, areas_of, areas_text
from services.transaction import transaction
from services.words import words

_WHAT = "计划里的这一项"
#: The same lines within this time are a second press of the same button.
_SECOND_PRESS = timedelta(minutes=10)


@dataclass(frozen=True)
class Entry:
    """One line of the plan as somebody wants it; `month` is 1 to 12, `minutes` the length of the session."""

    month: int
    kind: SessionKind
    title: str
    areas: tuple[Area, ...]
    minutes: int


@dataclass(frozen=True)
class Row:
    """One line as it stands; `session` is the key of the session that it has become, None before.

    `title`, `place` and the moment of the session are those of the plan until then.
    """

    key: str
    organization: Organization
    year: int
    entry: Entry
    session: str | None
    starts_at: datetime | None


def of_year(actor: Actor, code: str | None, year: int, now: datetime) -> tuple[Organization, list[Row]]:
    """Return an organization within reach and the lines of its plan of a year, by month and title.

    Raises:
        ServiceError: `not_found` for an unknown organization and for somebody else's alike.
    """
    organization = leading.organization(actor, code, civil_day(now))
    return organization, [_row(item) for item in _items(organization, year)]


def one(actor: Actor, key: str, now: datetime) -> Row:
    """Return one line within reach.

    Raises:
        ServiceError: `not_found`.
    """
    return _row(find(actor, key, now))


def checked(entry: Entry, year: int, now: datetime) -> Entry:
    """Return a line whose words are clean.

    Raises:
        ServiceError: `invalid`, with the code `year`, `month`, `kind`, `text`, `areas` or `minutes`.
    """
    today = civil_day(now)
    rules = rulebook.current().checkin(today)
    if abs(year - today.year) > 1:
        raise invalid("year", "只能做去年、今年和明年的计划。", "请从页面上选年份。")
    if not 1 <= entry.month <= 12:
        raise invalid("month", "还没有选月份。", "请选 1 到 12 月。")
    if entry.kind not in KINDS:
        raise invalid("kind", "这种形式不能写进计划。", "请换一种形式。")
    if not entry.areas:
        raise invalid("areas", "还没有选学习内容。", "请至少选一项。")
    if not rules.min_minutes <= entry.minutes <= rules.max_minutes:
        raise invalid(
            "minutes",
            f"时长 {entry.minutes} 分钟不行。",
            f"请填 {rules.min_minutes} 到 {rules.max_minutes} 分钟。",
        )
    return replace(entry, title=words(entry.title, 60, "标题"))


def add(actor: Actor, code: str, year: int, entries: Sequence[Entry], now: datetime) -> int:
    """Enter several lines at once, all or none, and return how many are new.

    Raises:
        ServiceError: as `checked`; `none` without a line, `full` when the year's plan would grow too long.
    """
    if not entries:
        raise invalid("none", "还没有填。", "请至少填一行。")
    clean = [checked(entry, year, now) for entry in entries]
    with transaction():
        organization = to_change(leading.organization(actor, code, civil_day(now)))
        stored = _items(organization, year)
        fresh = [entry for entry in clean if not _pressed_before(stored, entry, actor, now)]
        _require_room(len(stored) + len(fresh), now)
        _insert(actor, organization, year, fresh, now)
    return len(fresh)


def copy(actor: Actor, code: str, year: int, now: datetime) -> int:
    """Take over last year's lines that are not in this year's plan yet, and return how many.

    Raises:
        ServiceError: `not_found`, `none` when last year has no plan, `full`.
    """
    with transaction():
        organization = to_change(leading.organization(actor, code, civil_day(now)))
        last = [entry_of(item) for item in _items(organization, year - 1)]
        if not last:
            raise ServiceError("none", f"{year - 1} 年没有计划。", "请直接添加。")
        stored = _items(organization, year)
        known = {(item.month, item.kind, item.title) for item in stored}
        fresh = [
            checked(entry, year, now) for entry in last if (entry.month, entry.kind, entry.title) not in known
        ]
        _require_room(len(stored) + len(fresh), now)
        _insert(actor, organization, year, fresh, now)
    return len(fresh)


def change(actor: Actor, key: str, entry: Entry, now: datetime) -> None:
    """Change a line that no session has come of.

    Raises:
        ServiceError: as `checked`, `not_found`, `arranged` once it is a session.
    """
    with transaction():
        item = _open(actor, key, now)
        clean = checked(entry, item.year, now)
        PlanItem.update(**_columns(clean)).where(PlanItem.id == item.id).execute()
        audit.record(actor, now, "plan.changed", "plan", item.key)


def remove(actor: Actor, key: str, now: datetime) -> None:
    """Take a line out that no session has come of.

    Raises:
        ServiceError: `not_found`, `arranged`.
    """
    with transaction():
        item = _open(actor, key, now)
        item.delete_instance()
        audit.record(actor, now, "plan.removed", "plan", item.key)


def _items(organization: Organization, year: int) -> list[PlanItem]:
    mine = _rows().where(PlanItem.organization == organization, PlanItem.year == year)
    return list(mine.order_by(PlanItem.month, PlanItem.title, PlanItem.id))


def _rows() -> Any:
    """Return the lines of all plans with their organizations and the sessions they have become."""
    return (
        PlanItem.select(PlanItem, StudySession, Organization)
        .join(Organization)
        .switch(PlanItem)
        .left_outer_join(StudySession, on=(PlanItem.session == StudySession.id))
    )


def find(actor: Actor, key: str, now: datetime) -> PlanItem:
    """Return the row of a line within reach, with its organization and session.

    Raises:
        ServiceError: `not_found`.
    """
    item: PlanItem = leading.row(actor, _rows(), key, _WHAT, civil_day(now))
    return item


def to_change(organization: Organization) -> Organization:
    """Let presses on the same plan wait for each other, and return its organization."""
    hold(Organization, Organization.id == organization.id)
    return organization


def is_arranged(item: PlanItem) -> bool:
    """Whether a session stands for the line; a cancelled one may be arranged anew."""
    return item.session_id is not None and item.session.state is not SessionState.CANCELLED


def _open(actor: Actor, key: str, now: datetime) -> PlanItem:
    item = find(actor, key, now)
    if is_arranged(item):
        raise ServiceError("arranged", "这一项已经安排成学习，不能再改。", "要改请到那次学习里改。")
    return item


def _row(item: PlanItem) -> Row:
    session = item.session if is_arranged(item) else None
    return Row(
        key=item.key,
        organization=item.organization,
        year=item.year,
        entry=entry_of(item),
        session=session.key if session else None,
        starts_at=session.starts_at if session else None,
    )


def entry_of(item: PlanItem) -> Entry:
    """Return a line as somebody wanted it."""
    return Entry(item.month, item.kind, item.title, areas_of(item.areas), item.minutes)


def _columns(entry: Entry) -> dict[str, object]:
    return {
        "month": entry.month,
        "kind": entry.kind,
        "title": entry.title,
        "areas": areas_text(entry.areas),
        "minutes": entry.minutes,
    }


def _insert(actor: Actor, organization: Organization, year: int, entries: list[Entry], now: datetime) -> None:
    for entry in entries:
        key = new_key()
        PlanItem.insert(
            key=key, organization=organization, year=year, by=actor.member_id, at=now, **_columns(entry)
        ).execute()
        audit.record(actor, now, "plan.added", "plan", key)


def _pressed_before(stored: list[PlanItem], entry: Entry, actor: Actor, now: datetime) -> bool:
    same = _columns(entry)
    return any(
        item.by_id == actor.member_id
        and item.at >= now - _SECOND_PRESS
        and all(getattr(item, name) == value for name, value in same.items())
        for item in stored
    )


def _require_room(count: int, now: datetime) -> None:
    most = rulebook.current().cadence(civil_day(now)).plan_items
    if count > most:
        raise ServiceError("full", f"一年的计划最多 {most} 项。", "请先去掉用不着的。")
