"""Bringing voices home before the platform drops them, and letting old ones go (F07, WECHAT part 1)."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from models import VoiceNote, VoiceSound
from models.terms import VoiceState
from services import rulebook
from services.clock import civil_day
from services.ports import Busy, MediaFetch, MediaGone, PlatformError
from services.transaction import transaction

#: The platform keeps what people send for three days.
KEPT_THERE = timedelta(days=3)
#: When a voice is tried, counted from its arrival; after the last of these at every waking until it is over.
_TRIES = tuple(timedelta(minutes=at) for at in (0, 1, 3, 10, 30, 60, 120, 240, 480, 960, 1440, 2880))
#: So many are fetched at one waking, so that a slot ends within its minute.
_BATCH = 20

_log = structlog.get_logger("voices")


def fetch_due(fetch: MediaFetch, now: datetime) -> int:
    """Fetch the sounds that are due from the platform and return how many were fetched or given up.

    Each is claimed by an update that changes one row; no transaction is open during the call. What the
    platform has no longer is LOST, and the member is told.
    """
    done = _give_up(now)
    for note in _due(now):
        if not _claim(note):
            continue
        try:
            kind, body = fetch.media(note.media_id)
        except MediaGone:
            done += _lose(note.id)
        except Busy:
            # The others would wait as long; they are due again at the next waking.
            break
        except PlatformError as error:
            _log.warning("voice_not_fetched", code=error.code, action=str(error.action))
            break
        else:
            done += _keep(note.id, kind, body, now)
    return done


def forget_old(now: datetime) -> int:
    """Delete sounds older than the rule allows (F07) and return how many.

    A voice that nobody has written down by then is LOST; one that is written down can still be confirmed.
    """
    days = rulebook.current().shuxue(civil_day(now)).voice_days
    old = VoiceNote.received_at < now - timedelta(days=days)
    with transaction():
        VoiceNote.update(state=VoiceState.LOST).where(old, VoiceNote.state == VoiceState.FETCHED).execute()
        notes = VoiceNote.select(VoiceNote.id).where(old)
        return int(VoiceSound.delete().where(VoiceSound.note.in_(notes)).execute())


def _due(now: datetime) -> list[VoiceNote]:
    waiting = (
        VoiceNote.select()
        .where(VoiceNote.state == VoiceState.RECEIVED)
        .order_by(VoiceNote.tries, VoiceNote.received_at, VoiceNote.id)
    )
    due = [note for note in waiting if now - note.received_at >= _TRIES[min(note.tries, len(_TRIES) - 1)]]
    return due[:_BATCH]


def _claim(note: VoiceNote) -> bool:
    with transaction():
        return bool(
            VoiceNote.update(tries=VoiceNote.tries + 1)
            .where(
                VoiceNote.id == note.id,
                VoiceNote.tries == note.tries,
                VoiceNote.state == VoiceState.RECEIVED,
            )
            .execute()
            == 1
        )


def _keep(note_id: int, kind: str, body: bytes, now: datetime) -> int:
    with transaction():
        # A voice that the member took back meanwhile stays taken back.
        if not _change(VoiceNote.id == note_id, VoiceState.FETCHED):
            return 0
        VoiceSound.insert(note=note_id, kind=kind[:32], body=body, fetched_at=now).execute()
    return 1


def _lose(note_id: int) -> int:
    with transaction():
        return _change(VoiceNote.id == note_id, VoiceState.LOST)


def _give_up(now: datetime) -> int:
    with transaction():
        return _change(VoiceNote.received_at < now - KEPT_THERE, VoiceState.LOST)


def _change(condition: object, state: VoiceState) -> int:
    changed = VoiceNote.update(state=state).where(condition, VoiceNote.state == VoiceState.RECEIVED)
    return int(changed.execute())
