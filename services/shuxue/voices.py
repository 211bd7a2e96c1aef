"""Voices: a member's own words for a view, until somebody has written them down and the member agrees (F07).

RECEIVED → FETCHED → WRITTEN → CONFIRMED; the sound goes with the confirmation. Nothing recognises speech:
whoever plugs in a recogniser (`ports.Transcriber`) gives the helper a proposal, nothing more.
"""

from __future__ import annotations

import re
from datetime import datetime

from models import Member, ReportCycle, ShuxueReport, VoiceNote, VoiceSound
from models.terms import ReportChannel, View, VoiceState
from services import audit
from services.actor import member_actor
from services.errors import ServiceError, invalid, not_found
from services.keys import new_key
from services.policy.shuxue import Act
from services.shuxue import reports, writing
from services.shuxue.fetching import fetch_due, forget_old
from services.shuxue.hearing import Sound, ToWrite, WaitingVoice, read, sound, waiting, write_down
from services.shuxue.notes import Voice, load, settled, voice_of, voices_where
from services.transaction import transaction

__all__ = [
    "Sound",
    "ToWrite",
    "Voice",
    "WaitingVoice",
    "confirm",
    "drop",
    "fetch_due",
    "find",
    "forget_old",
    "of_member",
    "of_report",
    "pending",
    "read",
    "receive",
    "sound",
    "waiting",
    "write_down",
]

_MEDIA_ID = re.compile(r"[0-9A-Za-z_\-+/=.]{1,128}")
#: States that a member may end.
_OPEN = (VoiceState.RECEIVED, VoiceState.FETCHED, VoiceState.WRITTEN, VoiceState.LOST)


def receive(member: Member, cycle_key: str, view: View, media_id: str, now: datetime) -> Voice:
    """Note a voice that the member sent for a view; the sound is fetched later.

    Raises:
        ServiceError: `invalid` for an id that the platform never gives; what `writing` refuses.
    """
    if not _MEDIA_ID.fullmatch(media_id):
        raise invalid("voice", "这段语音没有收到。", "请再说一次，或者打字。")
    with transaction():
        cycle = reports.round_of(member, cycle_key, now)
        reports.require(Act.WRITE, cycle, reports.of(cycle, member), now)
        # The way becomes VOICE when the first words of a voice are confirmed; a dropped one leaves no trace.
        report = reports.begun(cycle, member, ReportChannel.SELF_CHAT, now)
        known = VoiceNote.get_or_none(VoiceNote.report == report, VoiceNote.media_id == media_id)
        if known is None:
            known = VoiceNote.create(
                key=new_key(),
                report=report,
                view=view,
                media_id=media_id,
                received_at=now,
            )
    return voice_of(load(known.key))


def find(member: Member, key: str) -> Voice:
    """Return one of the member's voices.

    Raises:
        ServiceError: `not_found` for an unknown one and for somebody else's alike.
    """
    return voice_of(_own(member, key))


def of_report(member: Member, cycle_key: str) -> list[Voice]:
    """Return the voices of the member's report in a round that are not dropped, the oldest first."""
    return voices_where(
        ShuxueReport.member == member, ReportCycle.key == cycle_key, VoiceNote.state != VoiceState.DROPPED
    )


def of_member(member: Member) -> list[Voice]:
    """Return all voices of the member that are not dropped, the latest first."""
    return voices_where(ShuxueReport.member == member, VoiceNote.state != VoiceState.DROPPED)[::-1]


def pending(member: Member, now: datetime) -> list[Voice]:
    """Return the member's voices that wait for the member's yes and can still get it, the oldest first."""
    written = voices_where(ShuxueReport.member == member, VoiceNote.state == VoiceState.WRITTEN)
    rounds = {voice.cycle_key for voice in written}
    editable = {key for key in rounds if writing.look(member, key, now).editable}
    return [voice for voice in written if voice.cycle_key in editable]


def confirm(member: Member, key: str, now: datetime, shown: datetime | None = None) -> Voice:
    """Take what was written down into the view: the member agrees, and the sound is deleted (F07).

    A second time changes nothing.

    Args:
        member: whose voice.
        key: of the voice.
        now: this moment.
        shown: when the member was shown the text; None when this is known otherwise.

    Raises:
        ServiceError: `not_found` for somebody else's voice, `not_written` before anybody wrote it down,
            `changed` when the helper has mended the text since it was shown,
            what `writing` refuses when the report cannot be changed any more.
    """
    with transaction():
        note = _own(member, key)
        if note.state is VoiceState.CONFIRMED:
            return voice_of(note)
        if shown is not None and note.written_at is not None and note.written_at > shown:
            raise ServiceError("changed", "支部同志刚刚又改过这段文字。", "请再看一遍，对了再确认。")
        changed = VoiceNote.update(state=VoiceState.CONFIRMED, text=None, confirmed_at=now).where(
            VoiceNote.id == note.id, VoiceNote.state == VoiceState.WRITTEN
        )
        if changed.execute() != 1:
            raise ServiceError(
                "not_written", f"这段语音{note.state.label}。", "支部同志整理成文字以后，再请您确认。"
            )
        writing.append(member, note.report.cycle.key, View(note.view), note.text, ReportChannel.VOICE, now)
        VoiceSound.delete().where(VoiceSound.note == note.id).execute()
        audit.record(member_actor(member.id), now, "voice.confirmed", "voice", key)
    return voice_of(load(key))


def drop(member: Member, key: str, now: datetime) -> Voice:
    """Take a voice back: its sound and what was written down go. A second time changes nothing.

    Raises:
        ServiceError: `not_found` for somebody else's voice, `settled` for a confirmed one.
    """
    with transaction():
        note = _own(member, key)
        if note.state is VoiceState.DROPPED:
            return voice_of(note)
        changed = VoiceNote.update(state=VoiceState.DROPPED, text=None).where(
            VoiceNote.id == note.id, VoiceNote.state.in_(_OPEN)
        )
        if changed.execute() != 1:
            raise settled(note.state)
        VoiceSound.delete().where(VoiceSound.note == note.id).execute()
        audit.record(member_actor(member.id), now, "voice.dropped", "voice", key)
    return voice_of(load(key))


def _own(member: Member, key: str) -> VoiceNote:
    note = load(key)
    if note.report.member_id != member.id:
        raise not_found("这段语音")
    return note
