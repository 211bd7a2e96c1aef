"""The tree of organizations: which one a code names, the groups of a branch, what lies below which paths."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any

from models import Organization
from models.terms import OrgKind


def named(code: str) -> Organization | None:
    """Return the organization of a code, None when there is none."""
    # What no roster can hold is not asked of the database: the two refuse it in different ways.
    return Organization.get_or_none(Organization.code == code) if code.isprintable() else None


def groups(branch: Organization) -> list[tuple[str, str]]:
    """Return (code, name) of a branch's groups, by name."""
    rows = Organization.select(Organization.code, Organization.name).where(
        Organization.parent == branch, Organization.kind == OrgKind.GROUP
    )
    return list(rows.order_by(Organization.name, Organization.code).tuples())


def covers(paths: Iterable[str], path: str) -> bool:
    """Whether what stands at a path is one of the organizations at these paths or lies below one of them."""
    return path.startswith(tuple(paths))


def below(paths: Iterable[str], *places: Any) -> Any:
    """Return the condition that one of some joined organizations is covered by these paths; None without any.

    Args:
        paths: of the organizations that somebody leads or looks after; the empty one covers all.
        places: `Organization` or aliases of it, as they are joined in the query.
    """
    return any_of([place.path.startswith(path) for path in paths for place in places])


def touching(paths: Iterable[str], place: Any) -> Any:
    """Return the condition that a joined organization stands at, below or above one of these paths.

    Args:
        paths: of the organizations in which somebody holds a role.
        place: `Organization` or an alias of it, as it is joined in the query.
    """
    conditions = []
    for path in paths:
        parts = path.split(".")
        above = [".".join(parts[:depth]) + "." for depth in range(1, len(parts) - 1)]
        conditions += [place.path.startswith(path), place.path.in_(above)]
    return any_of(conditions)


def any_of(conditions: Iterable[Any]) -> Any:
    """Return the condition that one of these holds, those that are None left out; None where all are."""
    there = [condition for condition in conditions if condition is not None]
    return reduce(or_, there) if there else None
