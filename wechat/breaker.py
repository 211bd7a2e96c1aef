"""Stops asking a platform that does not answer, so that a dead peer costs no thread its eight seconds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

FAILURES: Final = 5
"""Busy answers in a row that open the breaker."""

PAUSE: Final = 30.0
"""Seconds for which it stays open; then one call tries."""


class Breaker:
    """Counts Busy answers in a row. Threads may share it."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Start closed.

        Args:
            monotonic: seconds that never go back; the civil clock may jump and must not open or close
                anything.
        """
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = 0.0

    def allows(self) -> bool:
        """Say whether a call may go out; after the pause one caller may, and its outcome decides."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            now = self._monotonic()
            if now < self._open_until:
                return False
            # The next pause starts now, so that the others do not follow before this one has found out.
            self._open_until = now + PAUSE
            return True

    def answered(self) -> None:
        """Note that the platform answered in its own words, be it an error: it is there."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Note a Busy answer; the fifth in a row opens the breaker."""
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._open_until = self._monotonic() + PAUSE
