"""What the calls of a roll come to: the same, in whatever order and however often they arrive (R07, R24).

Every leader's own calls follow one another: a later one corrects an earlier one. What several leaders say
of one member is joined: whoever was seen there is there, the best that anybody saw holds, and the first
true time is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.terms import AttendanceStatus
from services.policy.rates import THERE

#: From the least to the most that can be said of somebody; who need not come counts as not yet called.
_RANK = {
    AttendanceStatus.EXPECTED: 0,
    AttendanceStatus.EXEMPT: 0,
    AttendanceStatus.ABSENT: 1,
    AttendanceStatus.LEAVE: 2,
    AttendanceStatus.PARTIAL: 3,
    AttendanceStatus.LATE: 4,
    AttendanceStatus.PRESENT: 5,
}
_BOTH = frozenset({1, 2})


@dataclass(frozen=True)
class Call:
    """One call of one member: by whom (None for the operator), at which second since 1970.

    `arrived` counts upwards as calls come in and decides between two of the same second.
    """

    by: int | None
    at: int
    arrived: int
    status: AttendanceStatus
    half: int | None = None


@dataclass(frozen=True)
class Word:
    """What is said of one member: the status, since when (None unless there), the halves, by whom."""

    status: AttendanceStatus = AttendanceStatus.EXPECTED
    at: int | None = None
    halves: frozenset[int] = frozenset()
    by: int | None = None

    @property
    def there(self) -> bool:
        """Whether the member was seen."""
        return self.status in THERE

    @property
    def half(self) -> int | None:
        """Return the half of a long session, None when no single one is known."""
        if self.status is not AttendanceStatus.PARTIAL or len(self.halves) != 1:
            return None
        return next(iter(self.halves))


def word_of(calls: Iterable[Call]) -> Word:
    """Return one leader's word: the last call holds; who was seen in both halves was there.

    The time is that of the first call since the member was last said not to be there.
    """
    word = Word()
    for call in sorted(calls, key=lambda call: (call.at, call.arrived)):
        if call.status not in THERE:
            word = Word(call.status, by=call.by)
            continue
        halves = frozenset({call.half}) if call.half else frozenset()
        if call.status is word.status is AttendanceStatus.PARTIAL:
            halves |= word.halves
        word = _whole(call.status, word.at if word.there else call.at, halves, call.by)
    return word


def join(one: Word, other: Word) -> Word:
    """Return what two words come to; the order does not matter, and twice is once."""
    if one.there and other.there:
        first = min(one, other, key=_first)
        status = max(one.status, other.status, key=_RANK.__getitem__)
        return _whole(status, first.at, one.halves | other.halves, first.by)
    return max(one, other, key=lambda word: (_RANK[word.status], -(word.by or 0)))


def fold(calls: Iterable[Call]) -> Word:
    """Return what all the calls of one member come to."""
    by_leader: dict[int | None, list[Call]] = {}
    for call in calls:
        by_leader.setdefault(call.by, []).append(call)
    found = Word()
    for mine in by_leader.values():
        found = join(found, word_of(mine))
    return found


def _whole(status: AttendanceStatus, at: int | None, halves: frozenset[int], by: int | None) -> Word:
    """Turn two halves into a whole; the halves stay known, so that a third word changes nothing."""
    return Word(AttendanceStatus.PRESENT if halves >= _BOTH else status, at, halves, by)


def _first(word: Word) -> tuple[int, int]:
    return (word.at if word.at is not None else 0, word.by or 0)
