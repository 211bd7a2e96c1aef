"""Wrong tries of one account or one machine on one day: guessing ends politely."""

from __future__ import annotations

import ipaddress
from datetime import datetime

from models import TryCount
from services import keyring
from services.clock import civil_day


def of_address(address: str) -> str:
    """Return what stands for a machine's address in the table: a hash, of which nobody reads the address.

    Of the longer kind of address (IPv6) one machine holds as many as it likes, so its first half is taken.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return keyring.current().fingerprint(f"address:{address[:100]}")
    half = ipaddress.ip_network((int(found), 64), strict=False) if found.version == 6 else found
    return keyring.current().fingerprint(f"address:{half}")


def count(kind: str, subject: str, now: datetime) -> int:
    """Count one wrong try of today and return how many there are now."""
    day = civil_day(now)
    TryCount.insert(kind=kind, subject=subject, day=day, count=1).on_conflict(
        conflict_target=[TryCount.kind, TryCount.subject, TryCount.day],
        update={TryCount.count: TryCount.count + 1},
    ).execute()
    return today(kind, subject, now)


def today(kind: str, subject: str, now: datetime) -> int:
    """Return how many wrong tries of a kind an account made today."""
    row = TryCount.get_or_none(
        TryCount.kind == kind, TryCount.subject == subject, TryCount.day == civil_day(now)
    )
    return 0 if row is None else row.count
