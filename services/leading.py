"""The organizations that a person leads or looks after, for what is arranged and said through the year."""

from __future__ import annotations

from datetime import date
from typing import Any

from models import Organization
from models.terms import OrgKind
from services import tree
from services.access import ABOVE, LEADING, prefixes
from services.actor import Actor
from services.errors import not_found
from services.rows import keyed

#: So many organizations stand in a list to choose from; any other is found by its code.
LISTED = 100
_WHAT = "这个党组织"


def reached(actor: Actor, on: date) -> Any:
    """Return the condition that an organization is led by the actor or lies below; None for nobody's."""
    return tree.below(prefixes(actor, LEADING | ABOVE, on), Organization)


def organizations(actor: Actor, on: date) -> list[Organization]:
    """Return the organizations within reach from the top down, groups left out, so many as a list holds."""
    condition = reached(actor, on)
    if condition is None:
        return []
    return list(_without_groups(condition).order_by(Organization.path).limit(LISTED))


def organization(actor: Actor, code: str | None, on: date) -> Organization:
    """Return one organization within reach; without a code the first one, from the top down.

    Raises:
        ServiceError: `not_found` for an unknown code and for a foreign organization alike.
    """
    return _one(reached(actor, on), code, Organization.path)


def branch(actor: Actor, code: str | None, on: date) -> Organization:
    """Return one Party branch within reach; without a code the first by name.

    Raises:
        ServiceError: `not_found` as above, also for a committee.
    """
    condition = reached(actor, on)
    branches = None if condition is None else condition & (Organization.kind == OrgKind.BRANCH)
    return _one(branches, code, Organization.name)


def covers(actor: Actor, path: str, on: date) -> bool:
    """Whether the organization at a path is led by the actor or lies below."""
    return tree.covers(prefixes(actor, LEADING | ABOVE, on), path)


def row(actor: Actor, rows: Any, key: str, what: str, on: date) -> Any:
    """Return the row of a key whose organization the actor leads or looks after.

    Args:
        actor: who asks.
        rows: the rows of one table with a key, joined with their organizations.
        key: as it stands in the address.
        what: how the thing is called when it is refused.
        on: the civil day by which roles are judged.

    Raises:
        ServiceError: `not_found` for an unknown key and for somebody else's row alike.
    """
    found = keyed(rows, key)
    if found is None or not covers(actor, found.organization.path, on):
        raise not_found(what)
    return found


def _one(condition: Any, code: str | None, first_by: Any) -> Organization:
    # What no roster can hold is not asked of the database: the two refuse it in different ways.
    if condition is not None and (code is None or code.isprintable()):
        query = _without_groups(condition)
        query = query if code is None else query.where(Organization.code == code)
        found: Organization | None = query.order_by(first_by, Organization.id).first()
        if found is not None:
            return found
    raise not_found(_WHAT, "请从页面上选。")


def _without_groups(condition: Any) -> Any:
    return Organization.select().where(condition, Organization.kind != OrgKind.GROUP)
