"""What befalls the schedulers of a simulated year: two at once, kills, a clock that leaps, an outage (G7).

The two share the database as two processes would: both are woken at the same moment, in threads.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from models import database
from scheduler.jobs import Job
from scheduler.run import Waking
from services import jobs
from services.statement import run

#: The three days from the last checkpoint on: what is due then is caught up afterwards.
OUTAGE = frozenset({date(2026, 11, 15), date(2026, 11, 16), date(2026, 11, 17)})
#: On which day the clock leaps by how much, to be set right some minutes later.
LEAPS = {
    date(2026, 3, 31): timedelta(days=400),
    date(2026, 6, 30): timedelta(hours=2),
    date(2026, 9, 30): timedelta(hours=-2),
    date(2026, 10, 14): timedelta(days=-400),
}
#: One waking in so many ends with a kill in the middle of the work.
_KILLS = 12


class Killed(BaseException):
    """Stands for SIGKILL in the middle of the work."""


@dataclass
class Trouble:
    """Two schedulers and their fate, counted in `told`; in a calm year there is one alone."""

    job: Job
    calm: bool = False
    told: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=lambda: random.Random(2026))
    worked: Counter[int] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Let both start on New Year's Day."""
        self._true = datetime(2026, 1, 1).astimezone()
        self._leap = timedelta()
        self._die = threading.local()
        self._lock = threading.Lock()
        self._crew = self._started()

    def lives(self, now: datetime) -> bool:
        """Whether anybody runs on this day; after an outage both are started anew."""
        if self.calm:
            return True
        if now.date() in OUTAGE:
            self.told["days away"] += 1
            return False
        if now.date() - timedelta(days=1) in OUTAGE:
            self._true = now
            self._crew = self._started()
        return True

    def wake(self, now: datetime) -> None:
        """Wake both at a moment of the year, with whatever is to befall them."""
        self._true = now
        if self.calm:
            self._crew[0].run(self.job)
            return
        leap = LEAPS.get(now.date())
        if leap is not None:
            self._leaping(leap)
        self._both(kill=self.chance.randrange(_KILLS) == 0)

    def may_die(self) -> None:
        """Be called by the work between two commits; the doomed one ends here."""
        if getattr(self._die, "now", False):
            self.told["killed"] += 1
            raise Killed

    def faults(self) -> list[str]:
        """Return the slots that were worked at to the end more than once, and those that nobody finished."""
        [(left,)] = run("SELECT COUNT(*) FROM job_claim WHERE done_at IS NULL", ()).fetchall()
        found = [f"slot {slot} was done {count} times" for slot, count in self.worked.items() if count > 1]
        return [*found, *([f"{left} slots were never finished"] if left else [])]

    def _started(self) -> tuple[Waking, Waking]:
        def wall() -> datetime:
            return self._true + self._leap

        def steady() -> float:
            return self._true.timestamp()

        return Waking(wall, (self.job,), steady), Waking(wall, (self.job,), steady)

    def _leaping(self, leap: timedelta) -> None:
        """Let the clock leap, run on for some minutes, and be set right again."""
        for self._leap in (leap, timedelta()):
            for _ in range(5):
                self._both(kill=False)
                self._true += timedelta(minutes=1)
        self.told["leaps and back"] += 1

    def _both(self, *, kill: bool) -> None:
        gate = threading.Barrier(2)
        doomed = self.chance.randrange(2)
        results: list[int | None] = []

        def run_one(number: int) -> None:
            self._die.now = kill and number == doomed
            gate.wait(60)
            with suppress(Killed):
                results.append(self._crew[number].run(self.job))
            database.obj.release()
            if not database.obj.server:
                database.obj.close()

        _together(run_one, (0, 1))
        with self._lock:
            done = sum(result is not None for result in results)
            self.told["wakings"] += 1
            self.told["done"] += done
        if len(results) < 2:
            # The other finds the claim when its lease is over, and takes over.
            self._true += timedelta(seconds=jobs.LEASE + 1)
            before = self.told["done"]
            self._both(kill=False)
            self.told["taken over"] += self.told["done"] - before


def _together(work: object, numbers: Iterable[int]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in numbers]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
