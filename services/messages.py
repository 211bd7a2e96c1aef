"""Messages of 投诉建议 as they are read: by whom, in which order, with the line that a question is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import Feedback, HourEntry, Member, Organization, PointEntry, StudySession
from models.terms import FeedbackKind, FeedbackState
from services import tree
from services.access import ABOVE, LEADING, Grant, held_by, paths_of
from services.actor import Actor
from services.clock import civil_day
from services.points.viewing import label


@dataclass(frozen=True)
class About:
    """The line of a ledger that a question is about; `amount` in hundredths of an hour or of a point."""

    kind: str
    subject: str
    day: date
    title: str
    amount: int


@dataclass(frozen=True)
class Item:
    """One message with its answer; `writer` is (number, name, branch), None when no name was given."""

    key: str
    kind: FeedbackKind
    to: str
    words: str
    created_at: datetime
    state: FeedbackState
    answer: str | None
    answered_at: datetime | None
    about: About | None
    writer: tuple[str, str, str] | None


#: What may be asked about, and the ledger that holds it.
LEDGERS: dict[str, Any] = {"hours": HourEntry, "points": PointEntry}
_READING = LEADING | ABOVE
#: No list is longer than a page.
_PAGE = 100


def newest() -> tuple[Any, Any]:
    """Return the order from the newest message on."""
    return Feedback.created_at.desc(), Feedback.id.desc()


def to_read_by(actor: Actor, now: datetime) -> Any:
    """Return the condition for what an actor may read and answer."""
    return to_read_with(actor, held_by(actor, civil_day(now)))


def to_read_with(actor: Actor, held: Sequence[Grant] | None) -> Any:
    """Return the same by roles that were asked for already (`access.held_by`)."""
    below = tree.below(paths_of(held, _READING), Organization)
    reach = Organization.id.in_([]) if below is None else below
    if actor.member_id is None:
        return reach
    return reach & (Feedback.member.is_null() | (Feedback.member != actor.member_id))


def rows(condition: Any, order: tuple[Any, ...], limit: int = _PAGE) -> list[Any]:
    """Return messages with whom they are for and who wrote them."""
    branch = Organization.alias()
    query = (
        Feedback.select(Feedback, Organization, Member, branch)
        .left_outer_join(Organization, on=(Feedback.organization == Organization.id), attr="organization")
        .switch(Feedback)
        .left_outer_join(Member, on=(Feedback.member == Member.id), attr="member")
        .left_outer_join(branch, on=(Member.branch == branch.id), attr="branch")
        .where(condition)
        .order_by(*order)
        .limit(limit)
    )
    return list(query)


def items(found: list[Any]) -> list[Item]:
    """Return messages as their readers see them, with the lines that questions are about."""
    subjects: dict[tuple[str, str], About] = {}
    for kind, ledger in LEDGERS.items():
        ids = [int(row.subject) for row in found if row.subject_kind == kind]
        about_of = lines(kind, ids, ledger.id.is_null(False)) if ids else {}
        subjects |= {(kind, subject): about for subject, about in about_of.items()}
    return [_item(row, subjects.get((row.subject_kind, row.subject))) for row in found]


def _item(row: Any, about: About | None) -> Item:
    writer = row.member if row.member_id is not None else None
    return Item(
        key=row.key,
        kind=row.kind,
        to=row.organization.name if row.organization_id is not None else "",
        words=row.words,
        created_at=row.created_at,
        state=row.state,
        answer=row.answer,
        answered_at=row.answered_at,
        about=about,
        writer=(writer.number, writer.name, writer.branch.name) if writer is not None else None,
    )


def lines(kind: str, ids: list[int], condition: Any) -> dict[str, About]:
    """Return lines of a ledger by their id as text, for saying what a question is about."""
    ledger = LEDGERS[kind]
    found = (
        ledger.select(ledger, StudySession.title.alias("held"))
        .left_outer_join(StudySession, on=(ledger.session == StudySession.id))
        .where(ledger.id.in_(ids), condition)
        .objects()
    )
    return {str(row.id): _about(kind, row) for row in found}


def _about(kind: str, row: Any) -> About:
    if kind == "hours":
        return About(kind, str(row.id), row.day, row.held or row.source.label, row.hours)
    return About(kind, str(row.id), row.day, row.held or label(row.item, row.edition), row.points)
