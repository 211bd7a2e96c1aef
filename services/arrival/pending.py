"""The scan of an account that is not bound yet: it waits, and counts from its own moment (R26)."""

from __future__ import annotations

from datetime import datetime, timedelta

from models import PendingScan, StudySession
from services import rulebook
from services.arrival.checkin import CheckIn, arrive
from services.arrival.codes import Proof
from services.clock import civil_day
from services.errors import ServiceError
from services.transaction import transaction


def redeem(openid: str, now: datetime) -> CheckIn | None:
    """Turn the scan that an account made shortly before it was bound into its check-in (R26).

    The moment of the scan counts. A scan that has waited too long, or a door that was shut then,
    gives None: binding succeeds all the same.
    """
    waited = rulebook.current().checkin(civil_day(now)).pending_scan_minutes
    with transaction():
        pending = (
            PendingScan.select(PendingScan, StudySession)
            .join(StudySession)
            .where(PendingScan.openid == openid, PendingScan.at >= now - timedelta(minutes=waited))
            .order_by(PendingScan.at.desc())
            .first()
        )
        PendingScan.delete().where(PendingScan.openid == openid).execute()
        if pending is None:
            return None
        try:
            return arrive(openid, Proof(pending.session.key, pending.source), pending.at, now)
        except ServiceError:
            return None
