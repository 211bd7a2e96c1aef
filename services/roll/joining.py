"""What one call of a member comes to beside all that is known of them already (R24, R112)."""

from __future__ import annotations

from dataclasses import dataclass

from models import Attendance, RollEntry, StudySession
from models.terms import AttendanceSource, AttendanceStatus, RollOutcome
from services.clock import seconds
from services.policy.rates import THERE
from services.policy.roll import Call, Word, fold, join, word_of

#: What says nothing yet of whether somebody came.
UNDECIDED = frozenset({AttendanceStatus.EXPECTED, AttendanceStatus.EXEMPT})
_ROLL_CALL = frozenset({AttendanceSource.ROLL_CALL, AttendanceSource.VISIT})


@dataclass(frozen=True)
class Joined:
    """The word that holds with the call; `known` when the place said as much, `changes` when it is written.

    Who said it is written down too, so that the rows do not depend on which device came first: a known word
    may be written all the same.
    """

    word: Word
    known: bool
    changes: bool


def joined(session: StudySession, member_id: int, mine: Call) -> Joined:
    """Join a call with what has been taken of the member and with what stands at the place."""
    calls = _calls(session, member_id)
    place = Attendance.get_or_none(Attendance.session == session, Attendance.member == member_id)
    stands = _word_at(place)
    explained = place is None or place.source in {None, *_ROLL_CALL}
    if explained and _same(stands, fold(calls)):
        wanted = fold([*calls, mine])
    else:
        # A scan, a leave or a correction on the spot stands there, which no entry of ours explains.
        own = [call for call in calls if call.by == mine.by]
        if explained and place is not None and stands.by == mine.by:
            wanted = word_of([_spot(stands), *own, mine])
        else:
            wanted = _beside(stands, word_of([*own, mine]), place)
        explained = False
    known = _same(wanted, stands)
    return Joined(wanted, known, not known or (explained and stands.by != wanted.by))


def _calls(session: StudySession, member_id: int) -> list[Call]:
    """Return what has been taken of one member so far."""
    rows = RollEntry.select().where(
        RollEntry.session == session,
        RollEntry.member == member_id,
        RollEntry.outcome != RollOutcome.REFUSED,
    )
    return [Call(row.by_id, seconds(row.at), row.id, row.status, row.half) for row in rows]


def _word_at(place: Attendance | None) -> Word:
    """Return what a place says."""
    if place is None:
        return Word()
    at = seconds(place.at) if place.at is not None and place.status in THERE else None
    halves = frozenset({place.half}) if place.half else frozenset[int]()
    return Word(place.status, at, halves, place.by_id)


def _spot(stands: Word) -> Call:
    """Return a leader's own call on the spot as a call; one without a time came before whatever is sent."""
    return Call(stands.by, stands.at or 0, 0, stands.status, stands.half)


def _same(one: Word, other: Word) -> bool:
    if one.status in UNDECIDED and other.status in UNDECIDED:
        return True
    return (one.status, one.at, one.half) == (other.status, other.at, other.half)


def _beside(stands: Word, word: Word, place: Attendance | None) -> Word:
    """Join a word with a place that came about by another way; a scan as good as the word keeps its time."""
    joined = join(stands, word)
    scanned = place is not None and place.source not in {None, *_ROLL_CALL}
    if scanned and stands.there and joined.status is stands.status and joined.half == stands.half:
        return stands
    return joined
