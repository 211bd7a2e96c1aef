"""A member by the number that the roster gives; who may know of them is decided elsewhere (`access.py`)."""

from __future__ import annotations

from models import Member
from services.errors import ServiceError, not_found


def nobody(number: str) -> ServiceError:
    """Say that there is no such member: of somebody out of reach in the very words of an unknown number."""
    return not_found(f"编号为 {number[:32]} 的党员")


def member_by_number(number: str) -> Member:
    """Return a member by number.

    Raises:
        ServiceError: `not_found`.
    """
    # What no roster can hold is not asked of the database: the two refuse it in different ways.
    member = Member.get_or_none(Member.number == number) if number.isprintable() else None
    if member is None:
        raise nobody(number)
    return member
