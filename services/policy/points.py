"""What each event of a points year counts: caps, ceiling and floor, in the order of dates (R61–R66)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from models.terms import PointSource

#: On one day what was attended comes before what is claimed, and both before what is taken off.
_RANK = {
    PointSource.BASE: 0,
    PointSource.SESSION: 1,
    PointSource.CLAIM: 2,
    PointSource.DEDUCT: 3,
    PointSource.VETO: 4,
}

ITEM_FULL = "这一项全年已达上限"
CATEGORY_FULL = "这一类全年已达上限"
CEILING = "总分已达上限"
SAME_DAY = "同一天参加的学习已经记分，不重复记"
FLOOR = "总分已到 0 分，不再扣"
VETOED = "按组织决定，本年度记 0 分"
SWITCHED_OFF = "现行规则没有开启一票否决"


@dataclass(frozen=True)
class Event:
    """Something that happened on a day: a base, an attended session, an approved claim, a body's decision.

    `stated` is in hundredths and negative for a deduction. `number` orders events of one day and source.
    `session_kind` says which kind of session a SESSION event is, `not_on` which kinds exclude a claim of
    the same day (R71).
    """

    source: PointSource
    number: int
    day: date
    item: str
    category: str
    stated: int
    session_kind: str = ""
    not_on: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Limits:
    """What an edition allows in a year, in hundredths; an item or category without an entry has no cap."""

    ceiling: int
    item_caps: Mapping[str, int] = field(default_factory=dict)
    category_caps: Mapping[str, int] = field(default_factory=dict)
    veto: bool = False


@dataclass(frozen=True)
class Counted:
    """What an event counts, and why that is not what was stated."""

    event: Event
    points: int
    note: str | None = None


def count(events: Iterable[Event], limits: Limits) -> list[Counted]:
    """Return what each event of one member and points year counts, in the order of their dates (R63).

    The order in which the events are given, and so the order in which they became known, changes nothing.
    Each amount is cut to what is left of the item's cap, of the category's and of the ceiling; a deduction
    takes no more than there is. After a veto nothing counts.
    """
    ordered = sorted(events, key=_place)
    attended: dict[date, set[str]] = {}
    for event in ordered:
        if event.source is PointSource.SESSION:
            attended.setdefault(event.day, set()).add(event.session_kind)
    year = _Year(limits)
    return [year.take(event, attended.get(event.day, frozenset())) for event in ordered]


def _place(event: Event) -> tuple[int, date, int, int]:
    # The base is what a year begins with, also for a member who joins later.
    return int(event.source is not PointSource.BASE), event.day, _RANK[event.source], event.number


class _Year:
    """What has counted so far; amounts used up are kept by name and sign, without their sign."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._score = 0
        self._items: dict[str, int] = {}
        self._categories: dict[tuple[str, bool], int] = {}
        self._vetoed = False

    def take(self, event: Event, attended: Iterable[str]) -> Counted:
        points, note = self._judge(event, attended)
        self._score += points
        if event.source is PointSource.VETO and self._limits.veto:
            self._vetoed = True
        elif points:
            lasting = (event.category, points < 0)
            self._items[event.item] = self._items.get(event.item, 0) + abs(points)
            self._categories[lasting] = self._categories.get(lasting, 0) + abs(points)
        return Counted(event, points, note)

    def _judge(self, event: Event, attended: Iterable[str]) -> tuple[int, str | None]:
        if event.source is PointSource.VETO:
            return (-self._score, VETOED) if self._limits.veto else (0, SWITCHED_OFF)
        if self._vetoed:
            return 0, VETOED
        if event.stated < 0:
            points, note = self._capped(event, (FLOOR, self._score))
            return -points, note
        if not event.not_on.isdisjoint(attended):
            return 0, SAME_DAY
        return self._capped(event, (CEILING, self._limits.ceiling - self._score))

    def _capped(self, event: Event, whole: tuple[str, int]) -> tuple[int, str | None]:
        """Return how much of the amount, without its sign, fits under the three limits, and what cut it."""
        points, note = abs(event.stated), None
        for words, left in (*self._caps(event), whole):
            if left < points:
                points, note = max(left, 0), words
        return points, note

    def _caps(self, event: Event) -> Iterable[tuple[str, int]]:
        caps = self._limits
        if event.item in caps.item_caps:
            yield ITEM_FULL, caps.item_caps[event.item] - self._items.get(event.item, 0)
        if event.category in caps.category_caps:
            used = self._categories.get((event.category, event.stated < 0), 0)
            yield CATEGORY_FULL, caps.category_caps[event.category] - used
