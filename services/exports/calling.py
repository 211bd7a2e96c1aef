"""The phone-and-visit list as a table; who stands on it is decided by `services/reaching.py` alone (R94)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models.terms import Topic
from services import reaching, scope
from services.actor import Actor
from services.clock import civil_day
from services.transaction import transaction


@dataclass(frozen=True)
class Call:
    """Somebody to be called or visited; `phone` is "" when none is known (F19: it is optional)."""

    group: str | None
    name: str
    number: str
    phone: str
    topic: Topic
    words: str
    until: date


@dataclass(frozen=True)
class CallsTable:
    """Whom a branch has to call or visit, by group and name."""

    branch: str
    rows: tuple[Call, ...]


def of_branch(actor: Actor, code: str | None, now: datetime) -> CallsTable:
    """Return who was not reached about what still matters and has not been called or visited since.

    Raises:
        ServiceError: `not_found` for another branch.
    """
    branch = scope.branch_of(actor, code, civil_day(now))
    with transaction():
        rows = tuple(
            Call(
                person.section or None, person.name, person.number, person.phone.shown or "", matter.topic,
                matter.words, matter.until,
            )
            for person in reaching.of_branch(actor, branch, now)
            for matter in person.matters
        )  # fmt: skip
        scope.note(actor, now, "calling", branch)
    return CallsTable(branch.name, rows)
