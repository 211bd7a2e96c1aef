"""Telephone numbers: sealed in the database, masked in lists, in full for who has to call (F19)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from models import Member, Organization
from services import keyring
from services.deciders import Desk


class Phone(NamedTuple):
    """A number as it is shown, None when the roster has none or none that can be read."""

    shown: str | None
    in_full: bool


def of_members(place: Desk, members: Sequence[int], *, in_full: bool) -> dict[int, Phone]:
    """Return the numbers of these members, in full only where asked for by who leads their branch.

    An officer above sees them masked: whoever calls is the branch, which knows the person.
    """
    rows = (
        Member.select(Member.id, Member.phone, Organization.path)
        .join(Organization, on=(Member.branch == Organization.id))
        .where(Member.id.in_(list(members)))
        .tuples()
    )
    found: dict[int, Phone] = {}
    for member, sealed, path in rows:
        plain = None if sealed is None else keyring.current().unseal(sealed)
        leads = any(path.startswith(prefix) for prefix in place.leading)
        full = in_full and leads and plain is not None
        found[member] = Phone(plain if full or plain is None else masked(plain), full)
    return found


def masked(phone: str) -> str:
    """Return 138****5678; of an unusually short number nothing but its end."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 10 else f"****{phone[-2:]}"
