"""Whose tables somebody may take home: those of the branches that the person runs (F01, R100)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from models import Member, Organization
from models.terms import OrgKind
from services import audit, periods, tree
from services.access import LEADING, prefixes
from services.actor import Actor
from services.errors import not_found

#: The group's name in the joined tables of `members`.
GROUP = Organization.alias()


def branches(actor: Actor, on: date) -> list[Organization]:
    """Return the branches that an actor runs on a day, by name.

    An officer above gets none: figures by member are the deciding body's alone (F01).
    """
    below = tree.below(prefixes(actor, LEADING, on), Organization)
    if below is None:
        return []
    query = Organization.select().where(below, Organization.kind == OrgKind.BRANCH)
    return list(query.order_by(Organization.name, Organization.code))


def branch_of(actor: Actor, code: str | None, on: date) -> Organization:
    """Return the branch that was asked for, without a wish the first one.

    Raises:
        ServiceError: `not_found` for an unknown branch and for one of somebody else's: both read alike.
    """
    found = [branch for branch in branches(actor, on) if code in (None, "", branch.code)]
    if not found:
        raise not_found("这个支部", "请从「导出」页上选。")
    return found[0]


def members(branch: Organization, first: date, last: date, *columns: Any) -> Any:
    """Return the query of a branch's members who belonged to it at some time between two days.

    They come by group and name, those without a group last; `GROUP` is the joined group.
    """
    return (
        Member.select(*columns)
        .left_outer_join(GROUP, on=(Member.group == GROUP.id))
        .where(
            Member.branch == branch,
            periods.active_between(first, last),
        )
        .order_by(GROUP.name.asc(nulls="LAST"), Member.name, Member.number)
    )


def year_bounds(year: int) -> tuple[date, date]:
    """Return the first and the last day of a calendar year."""
    return date(year, 1, 1), date(year, 12, 31)


def note(actor: Actor, now: datetime, table: str, branch: Organization, **which: Any) -> None:
    """Write down that a table was taken: who, what and when, and nobody's name."""
    audit.record(actor, now, "export.made", "branch", branch.id, table=table, **which)
