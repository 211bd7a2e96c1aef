"""The simulator's clock, which the control API can shift or stop."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


class Clock:
    """Real time plus an offset, or one frozen moment."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._frozen: float | None = None

    def now(self) -> float:
        """Return seconds since 1970 in simulated time."""
        if self._frozen is not None:
            return self._frozen
        return time.time() + self._offset

    def today(self) -> str:
        """Return the civil day in Beijing; quotas count by it."""
        return datetime.fromtimestamp(self.now(), BEIJING).date().isoformat()

    def iso(self, moment: float | None = None) -> str:
        """Return a moment (now by default) in ISO 8601, Beijing time."""
        when = self.now() if moment is None else moment
        return datetime.fromtimestamp(when, BEIJING).isoformat(timespec="seconds")

    def shift(self, seconds: float) -> None:
        """Let time run on, this many seconds away from real time."""
        self._offset, self._frozen = seconds, None

    def freeze(self, iso: str) -> None:
        """Stop at a moment; a time without an offset is Beijing time."""
        moment = datetime.fromisoformat(iso)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=BEIJING)
        self._frozen = moment.timestamp()

    def real(self) -> None:
        """Go back to real time."""
        self._offset, self._frozen = 0.0, None
