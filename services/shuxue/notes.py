"""The rows of voices, and what a member sees of one: shared by both sides of a voice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import Member, Organization, ReportCycle, ShuxueReport, VoiceNote
from models.terms import View, VoiceState
from services.errors import ServiceError
from services.rows import named

#: No list is longer.
PAGE = 200


@dataclass(frozen=True)
class Voice:
    """One voice message of a member as the member sees it.

    `text` is what was written down so far, at `written_at`; it is empty again once it stands in the view.
    """

    key: str
    cycle_key: str
    cycle_title: str
    view: View
    state: VoiceState
    text: str
    received_at: datetime
    written_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Whether somebody still has to do something with it."""
        return self.state in (VoiceState.RECEIVED, VoiceState.FETCHED, VoiceState.WRITTEN)


def load(key: str) -> VoiceNote:
    """Return a voice with its report, round and member.

    Raises:
        ServiceError: `not_found`.
    """
    query = (
        VoiceNote.select(VoiceNote, ShuxueReport, ReportCycle, Member, Organization)
        .join(ShuxueReport)
        .join(ReportCycle)
        .switch(ShuxueReport)
        .join(Member, on=(ShuxueReport.member == Member.id))
        .join(Organization, on=(Member.branch == Organization.id))
    )
    note: VoiceNote = named(query, key, "这段语音")
    return note


def voices_where(*conditions: object) -> list[Voice]:
    """Return the voices that fit, the oldest first."""
    rows = (
        VoiceNote.select(VoiceNote, ShuxueReport, ReportCycle)
        .join(ShuxueReport)
        .join(ReportCycle)
        .where(*conditions)
        .order_by(VoiceNote.received_at, VoiceNote.id)
        .limit(PAGE)
    )
    return [voice_of(row) for row in rows]


def voice_of(note: VoiceNote) -> Voice:
    """Return a row as its member sees it."""
    cycle = note.report.cycle
    return Voice(
        note.key,
        cycle.key,
        cycle.title,
        View(note.view),
        note.state,
        note.text or "",
        note.received_at,
        note.written_at,
    )


def settled(state: VoiceState) -> ServiceError:
    """Refuse to change a voice that is done with."""
    return ServiceError("settled", f"这段语音{state.label}。", "要改这一段，请到「述学」里改文字。")
