"""The clock is watched by one that cannot be set: while it leaps, no timed job runs (G8).

A wall clock that was set by a year would confirm what was never held and delete what may still be kept. So
the jobs rest when it leaps. A small leap is a correction, or the machine has slept: once the clock has
stood for a moment, work goes on. A great one is left to the operator, who looks at the clock and starts anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from services.clock import Clock, seconds

#: Seconds by which the two clocks may part between two looks; daemons that set the time slew it slowly.
_DRIFT = 60
#: Seconds for which a clock must stand after a small leap before it is believed.
_STAND = 90
#: Whoever leaps further than this is not believed until a new start.
_FAR = timedelta(days=8)

log = structlog.get_logger("scheduler")


class ClockWatch:
    """Says whether the wall clock may be believed at this moment. Threads may share it."""

    def __init__(self, clock: Clock, steady: Callable[[], float]) -> None:
        """Take the clock as it stands for true.

        Args:
            clock: the wall clock.
            steady: seconds of a clock that nobody can set, such as time.monotonic.
        """
        self._clock, self._steady = clock, steady
        self._lock = threading.Lock()
        self._offset = self._apart()
        self._leapt: tuple[float, float] | None = None

    def believed(self) -> bool:
        """Look at both clocks; False while the wall clock has leapt and is not believed yet."""
        with self._lock:
            apart = self._apart()
            if abs(apart - self._offset) <= _DRIFT:
                self._offset, self._leapt = apart, None
                return True
            if self._leapt is None or abs(apart - self._leapt[0]) > _DRIFT:
                self._leapt = (apart, self._steady())
                log.error("clock_leapt", seconds=round(apart - self._offset))
            leapt, since = self._leapt
            if abs(leapt - self._offset) > _FAR.total_seconds() or self._steady() - since < _STAND:
                return False
            self._offset, self._leapt = apart, None
            return True

    def _apart(self) -> float:
        return seconds(self._clock()) - self._steady()
