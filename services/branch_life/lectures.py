"""微党课: short lectures of the branch's own and of those above, from which sessions are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models import MicroLecture, Organization
from models.terms import Area
from services import audit, leading, rulebook, tree
from services.access import ABOVE, LEADING, prefixes
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid, not_found
from services.keys import new_key
from services.transaction import transaction
from services.words import words, words_for

#: So many stand on a page.
PAGE = 400
_WHAT = "这一课"
_SECOND_PRESS = timedelta(minutes=10)


@dataclass(frozen=True)
class Lecture:
    """One lecture; `own` says that the person who looks may take it out of the list."""

    key: str
    organization: str
    title: str
    speaker: str
    area: Area
    minutes: int
    words: str | None
    own: bool


@dataclass(frozen=True)
class NewLecture:
    """What somebody wants to add; `area` is an identifier of terms.Area."""

    title: str
    speaker: str
    area: str
    minutes: int
    words: str = ""


def listed(actor: Actor, now: datetime, area: Area | None = None) -> list[Lecture]:
    """Return the lectures of the organizations within reach and above, by area and title."""
    today = civil_day(now)
    condition = _in_sight(actor, now)
    if condition is None:
        return []
    of_area = MicroLecture.area == area if area else MicroLecture.area.is_null(False)
    rows = list(
        MicroLecture.select(MicroLecture, Organization)
        .join(Organization)
        .where(condition, of_area, MicroLecture.removed_at.is_null())
        .order_by(MicroLecture.title, MicroLecture.id)
        .limit(PAGE)
    )
    order = list(Area)
    paths = prefixes(actor, LEADING | ABOVE, today)
    found = [_lecture(row, own=tree.covers(paths, row.organization.path)) for row in rows]
    return sorted(found, key=lambda lecture: order.index(lecture.area))


def one(actor: Actor, key: str, now: datetime) -> Lecture:
    """Return a lecture in sight.

    Raises:
        ServiceError: `not_found`, also for one that was taken out.
    """
    found = next((each for each in listed(actor, now) if each.key == key), None)
    if found is None:
        raise not_found(_WHAT)
    return found


def add(actor: Actor, code: str, new: NewLecture, now: datetime) -> str:
    """Add a lecture to an organization's list and return its key; a second press finds the first.

    Raises:
        ServiceError: `not_found`, `text`, `speaker`, `area`, `minutes`, `words`, `full`.
    """
    today = civil_day(now)
    columns = _columns(new, now)
    with transaction():
        organization = leading.organization(actor, code, today)
        stands = (MicroLecture.organization == organization) & MicroLecture.removed_at.is_null()
        first = MicroLecture.get_or_none(
            stands,
            MicroLecture.title == columns["title"],
            MicroLecture.speaker == columns["speaker"],
            MicroLecture.at >= now - _SECOND_PRESS,
        )
        if first is not None:
            return str(first.key)
        most = rulebook.current().cadence(today).lectures
        if MicroLecture.select().where(stands).count() >= most:
            raise ServiceError("full", f"最多放 {most} 课。", "请先去掉用不着的。")
        key = new_key()
        MicroLecture.insert(
            key=key, organization=organization, by=actor.member_id, at=now, **columns
        ).execute()
        audit.record(actor, now, "lecture.added", "lecture", key)
    return key


def remove(actor: Actor, key: str, now: datetime) -> None:
    """Take a lecture out of the list; a second time changes nothing.

    Raises:
        ServiceError: `not_found` for those of others, also of the organizations above.
    """
    with transaction():
        rows = MicroLecture.select(MicroLecture, Organization).join(Organization)
        row = leading.row(actor, rows, key, _WHAT, civil_day(now))
        stands = (MicroLecture.id == row.id) & MicroLecture.removed_at.is_null()
        if MicroLecture.update(removed_at=now).where(stands).execute():
            audit.record(actor, now, "lecture.removed", "lecture", key)


def _in_sight(actor: Actor, now: datetime) -> Any:
    """Return the condition that an organization lies within reach or above what the actor leads."""
    today = civil_day(now)
    found = leading.reached(actor, today)
    paths = prefixes(actor, LEADING | ABOVE, today)
    above = {int(part) for path in paths for part in path.split(".") if part}
    return found if found is None or not above else found | Organization.id.in_(sorted(above))


def _columns(new: NewLecture, now: datetime) -> dict[str, object]:
    rules = rulebook.current().checkin(civil_day(now))
    if new.area not in set(Area):
        raise invalid("area", "还没有选学习内容。", "请选一项。")
    if not 1 <= new.minutes <= rules.max_minutes:
        raise invalid("minutes", "时长不对。", f"请填 1 到 {rules.max_minutes} 分钟。")
    return {
        "title": words(new.title, 60, "标题"),
        "speaker": words_for("speaker", new.speaker, 50, "谁来讲"),
        "area": Area(new.area),
        "minutes": new.minutes,
        "words": words_for("words", new.words, 500, "说明") if new.words.strip() else None,
    }


def _lecture(row: MicroLecture, *, own: bool) -> Lecture:
    return Lecture(
        key=row.key,
        organization=row.organization.name,
        title=row.title,
        speaker=row.speaker,
        area=row.area,
        minutes=row.minutes,
        words=row.words,
        own=own,
    )
