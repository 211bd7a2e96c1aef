"""Helpers listen to voices and write down what they hear, for the member to confirm (R42, F07)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import Member, Organization, ReportCycle, ShuxueReport, VoiceNote, VoiceSound
from models.terms import ReportState, Role, View, VoiceState
from services import access, audit, tree
from services.access import HELPING, LEADING
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid, not_found
from services.shuxue import draft, reports
from services.shuxue.notes import PAGE, Voice, load, settled, voice_of
from services.transaction import transaction

#: States in which a voice may be written down, or written down better.
_AUDIBLE = (VoiceState.FETCHED, VoiceState.WRITTEN)
#: States of a report into which a text can still come.
_WRITABLE = (ReportState.DRAFT, ReportState.RETURNED, ReportState.RECORDED)


@dataclass(frozen=True)
class WaitingVoice:
    """A voice to be written down, as a helper sees it in the list; by name, never by an amount."""

    key: str
    number: str
    name: str
    group: str
    cycle_title: str
    view: View
    state: VoiceState
    received_at: datetime


@dataclass(frozen=True)
class ToWrite:
    """A voice on the helper's page: whose it is, what was asked, what was written down before."""

    voice: Voice
    name: str
    group: str
    label: str
    prompt: str
    has_sound: bool


@dataclass(frozen=True)
class Sound:
    """A sound: its content type as the platform named it, and the bytes."""

    kind: str
    body: bytes


def waiting(actor: Actor, now: datetime) -> list[WaitingVoice]:
    """Return the voices that the actor may write down, by name and then by time."""
    day = civil_day(now)
    branches = access.prefixes(actor, LEADING | {Role.HELPER}, day)
    groups = access.prefixes(actor, HELPING, day)
    if not groups:
        return []
    branch, group = Organization.alias(), Organization.alias()
    rows = (
        VoiceNote.select(VoiceNote, ShuxueReport, Member, ReportCycle, group)
        .join(ShuxueReport)
        .join(Member, on=(ShuxueReport.member == Member.id))
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id), attr="team")
        .switch(ShuxueReport)
        .join(ReportCycle)
        .where(
            tree.any_of([tree.below(branches, branch), tree.below(groups, group)]),
            Member.id != (actor.member_id or 0),
            VoiceNote.state.in_(_AUDIBLE),
            ShuxueReport.state.in_(_WRITABLE),
        )
        .order_by(Member.name, Member.number, VoiceNote.received_at, VoiceNote.id)
        .limit(PAGE)
    )
    return [_waiting(row) for row in rows]


def read(actor: Actor, key: str, now: datetime) -> ToWrite:
    """Return a voice for the helper who listens to it and writes it down.

    Raises:
        ServiceError: `not_found` for an unknown voice and for one out of reach alike, `settled` for one
            that the member has confirmed or taken back.
    """
    note = _reached(actor, key, now)
    cycle, member = note.report.cycle, note.report.member
    asked = draft.own(cycle, member, note.report, now).form.view(View(note.view))
    return ToWrite(
        voice_of(note),
        member.name,
        member.group.name if member.group_id else "",
        asked.label,
        asked.prompt,
        VoiceSound.select().where(VoiceSound.note == note).exists(),
    )


def sound(actor: Actor, key: str, now: datetime) -> Sound:
    """Return the sound of a voice.

    Raises:
        ServiceError: as `read`; `not_found` also when the sound was deleted or not fetched yet.
    """
    note = _reached(actor, key, now)
    kept = VoiceSound.get_or_none(VoiceSound.note == note)
    if kept is None:
        raise not_found("这段录音", "可能还没有取到，或者过了保存的日子已经删除。")
    return Sound(kept.kind, bytes(kept.body))


def write_down(actor: Actor, key: str, text: str, now: datetime) -> Voice:
    """Keep what a helper heard, for the member to confirm; it may be mended until then.

    Raises:
        ServiceError: as `read`; `invalid` for an empty or an over-long text.
    """
    with transaction():
        note = _reached(actor, key, now)
        body = reports.clean(text, now)
        if not body.strip():
            raise invalid("text", "还没有写下听到的内容。", "请听录音，写下来再保存。")
        changed = VoiceNote.update(
            state=VoiceState.WRITTEN, text=body, written_by=actor.member_id, written_at=now
        ).where(VoiceNote.id == note.id, VoiceNote.state.in_(_AUDIBLE))
        if changed.execute() != 1:
            raise settled(VoiceState.CONFIRMED)
        audit.record(actor, now, "voice.written", "voice", key)
    return voice_of(load(key))


def _reached(actor: Actor, key: str, now: datetime) -> VoiceNote:
    """Return a voice whose member the actor may write down for, as long as it may be written down."""
    note = load(key)
    try:
        access.require_helper(actor, note.report.member, civil_day(now))
    except ServiceError as error:
        raise not_found("这段语音") from error
    if note.state not in _AUDIBLE:
        raise settled(note.state)
    return note


def _waiting(note: VoiceNote) -> WaitingVoice:
    report, member = note.report, note.report.member
    return WaitingVoice(
        key=note.key,
        number=member.number,
        name=member.name,
        group=member.team.name if member.group_id else "",
        cycle_title=report.cycle.title,
        view=View(note.view),
        state=note.state,
        received_at=note.received_at,
    )
