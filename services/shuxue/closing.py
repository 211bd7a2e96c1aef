"""Closing rounds, in set-based statements: what becomes of drafts, without any penalty (R40)."""

from __future__ import annotations

from datetime import datetime, timedelta

from models import Exemption, ReportCycle, ShuxueReport, VoiceNote
from models.terms import CycleState, ReportState, VoiceState
from services.clock import civil_day
from services.periods import holds


def overdue(now: datetime) -> list[int]:
    """Return the ids of the rounds whose last day has passed."""
    rows = ReportCycle.select(ReportCycle.id).where(
        ReportCycle.state == CycleState.OPEN, ReportCycle.due < civil_day(now)
    )
    return [row.id for row in rows]


def lately(now: datetime) -> list[int]:
    """Return the ids of the rounds closed in the last two days.

    A draft that was begun in the very moment in which its round was closed is met the next time.
    """
    rows = ReportCycle.select(ReportCycle.id).where(
        ReportCycle.state == CycleState.CLOSED, ReportCycle.closed_at >= now - timedelta(days=2)
    )
    return [row.id for row in rows]


def shut(ids: list[int], now: datetime) -> None:
    """Close these rounds: drafts become NOT_FILED, or NOT_REQUIRED for members with an exemption."""
    if not ids:
        return
    ReportCycle.update(state=CycleState.CLOSED, closed_at=now).where(
        ReportCycle.id.in_(ids), ReportCycle.state == CycleState.OPEN
    ).execute()
    drafts = ShuxueReport.cycle.in_(ids) & (ShuxueReport.state == ReportState.DRAFT)
    exempt = (
        ShuxueReport.select(ShuxueReport.id)
        .join(ReportCycle)
        .join(Exemption, on=(Exemption.member == ShuxueReport.member))
        .where(
            drafts,
            holds(Exemption, ReportCycle.due),
        )
    )
    # Who has spoken in time and waits for somebody to write it down has filed: the delay is the branch's.
    spoken = VoiceNote.select(VoiceNote.report).where(
        VoiceNote.state.in_([VoiceState.RECEIVED, VoiceState.FETCHED, VoiceState.WRITTEN])
    )
    for state, which in (
        (ReportState.RECORDED, ShuxueReport.id.in_(spoken)),
        (ReportState.NOT_REQUIRED, ShuxueReport.id.in_(exempt)),
        (ReportState.NOT_FILED, drafts),
    ):
        ShuxueReport.update(state=state, changed_at=now).where(drafts, which).execute()
