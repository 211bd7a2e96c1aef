"""A simulated year of a district: every gap announced (R91, R97), nobody told more than F13 allows.

The clock goes through 2026 day by day, with the job `remind` in the night, in the morning and in the evening;
what is due is taken for delivered. Two schedulers are woken at once; one is killed now and then, the clock
leaps, and for three days nobody runs (year_trouble.py). At every checkpoint the hours of each member (or of a
sample) are judged a second time, one by one, by services/hours.py, and compared. Prints the counts per topic
and reason, and what befell the schedulers.

    python -m bench.year [--branches 2000] [--sample 500] [--database postgresql://…]
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import structlog

from bench import year_world
from bench.pushes import SECRET
from bench.year_trouble import Trouble
from models import Member
from models.connection import connect, disconnect
from models.terms import Topic
from scheduler.jobs import REMIND, Job
from services import hours, jobs, keyring, rulebook
from services.clock import civil, seconds
from services.policy import reminders as policy
from services.policy.reminders import DATED, Checkpoint, Gap
from services.reminders import due_still, overtaken, plan
from services.reminders.moment import at as moment_at
from services.reminders.moment import rows, words
from services.statement import run
from services.upkeep import schema

_SAID = "('DUE', 'SENDING', 'ACCEPTED', 'DELIVERED', 'REFUSED', 'UNKNOWN', 'FAILED', 'DEAD', 'INBOX')"


class Year:
    """A district's year: `counts` says how often each (topic, outcome) was decided."""

    def __init__(self, branches: int, sample: int | None = None, *, calm: bool = False) -> None:
        year_world.fill(branches)
        self.counts: Counter[tuple[str, str]] = Counter()
        self.faults: list[str] = []
        self._sample = sample
        self.trouble = Trouble(Job(REMIND, 600, self._work), calm)
        self._expected: dict[str, dict[int, Gap]] = {}

    def day(self, day: date, hours_of_day: tuple[int, ...] = (6, 9, 21)) -> None:
        """Let a day happen and wake the schedulers at these hours."""
        year_world.live(day)
        for hour in hours_of_day:
            now = year_world.at(day, hour)
            if self.trouble.lives(now):
                self.trouble.wake(now)
                if due_still.may_send(now):
                    run(
                        "UPDATE reminder SET state = 'DELIVERED', sent_at = ?"
                        " WHERE state = 'DUE' AND due_at <= ?",
                        (seconds(now), seconds(now)),
                    )

    def _work(self, now: datetime) -> int:
        """Do what the job does, and count what it decides; a kill may come after each commit."""
        overtaken.close(now, jobs.last_done(REMIND))
        moment, queued = moment_at(now), 0
        point = policy.checkpoint_at(now.date(), moment.rules.checkpoints, 14)
        if point is not None and not moment.silent and point.day.isoformat() not in self._expected:
            self._expected[point.day.isoformat()] = self._judged(point, now)
        for part in plan.remind_by_chunk(now):
            queued += len(part.due)
            self.counts.update((each.topic.value, "due") for each in part.due)
            self.counts.update(
                (each.topic.value, each.why.value)
                for each in part.suppressed
                if each.fresh or not moment.silent
            )
            if part.due and moment.silent:
                self.faults.append(f"{len(part.due)} due at {now}, which is quiet")
            self.trouble.may_die()
        self.trouble.worked[jobs.slot_of(now, 600)] += 1
        return queued

    def _judged(self, point: Checkpoint, now: datetime) -> dict[int, Gap]:
        """Judge the members one by one, the slow way."""
        query = Member.select().order_by(Member.id)
        if self._sample is not None:
            step = max(query.count() // self._sample, 1)
            query = query.where(Member.id.in_(range(step, query.count() + 1, step)))
        found = {}
        for member in query:
            if member.active_from > now.date():
                continue
            view = hours.view(member, now.year, now)
            found[member.id] = (
                Gap.NONE
                if view.required is None
                else policy.judge_gap(
                    view.required, view.credited, view.offered, view.planned, point, by_pace=False
                )
            )
        return found

    def check(self) -> list[str]:
        """Return every broken rule of the year."""
        self._check_gaps()
        self._check_limits()
        self._check_moments()
        self._check_choices()
        for topic, count in rows("SELECT topic, COUNT(*) FROM reminder WHERE why = 'stale' GROUP BY topic"):
            self.counts[topic, "stale"] = count
        return self.faults + self.trouble.faults()

    def _check_gaps(self) -> None:
        """Each gap was announced, or why not is on record; nobody else heard of one (R91, R93)."""
        for period, expected in self._expected.items():
            found = {
                member: (state, why)
                for member, state, why in rows(
                    "SELECT member_id, state, why FROM reminder WHERE topic = 'HOURS_GAP' AND period = ?",
                    period,
                )
            }
            for member, gap in expected.items():
                state, why = found.get(member, (None, None))
                right = {
                    Gap.NONE: state is None or why in {"exempt", "satisfied"},
                    Gap.BRANCH: why == "branch_short",
                    Gap.MEMBER: state == "DELIVERED" or why in {"opted_out", "unbound", "frequency"},
                }[gap]
                if not right:
                    self.faults.append(f"{period}: member {member} has {gap}, the outbox says {state} {why}")

    def _check_limits(self) -> None:
        """No topic twice in a month to one person, no event twice (F13)."""
        told: Counter[tuple[int, str, str]] = Counter()
        for member, topic, due_at in rows(
            f"SELECT member_id, topic, due_at FROM reminder WHERE state IN {_SAID}"
            f" AND topic NOT IN ({words(DATED)}) AND NOT (why IS NOT NULL AND why = 'frequency')"
        ):
            told[member, topic, f"{civil(datetime.fromtimestamp(due_at, year_world.ZONE)):%Y-%m}"] += 1
        self.faults += [f"{key} was said {count} times" for key, count in told.items() if count > 1]
        twice = rows(
            "SELECT member_id, topic, session_id, COUNT(*) FROM reminder WHERE session_id IS NOT NULL"
            f" AND state IN {_SAID} GROUP BY member_id, topic, session_id HAVING COUNT(*) > 1"
        )
        self.faults += [f"session told twice: {row}" for row in twice]

    def _check_moments(self) -> None:
        """Nothing was sent at night, in the evening or on a day off (F13)."""
        for (sent_at,) in rows("SELECT DISTINCT sent_at FROM reminder WHERE sent_at IS NOT NULL"):
            when = datetime.fromtimestamp(sent_at, year_world.ZONE)
            if moment_at(when).silent:
                self.faults.append(f"sent at {when}")

    def _check_choices(self) -> None:
        """Nothing went to those who had switched it off, left the topic, or are not required (F13, R04)."""
        said = f"SELECT COUNT(*) FROM reminder r WHERE r.state IN {_SAID}"
        for name, condition in {
            "switched off": "EXISTS (SELECT 1 FROM member_setting t WHERE t.member_id = r.member_id)",
            "left": "EXISTS (SELECT 1 FROM opt_out o WHERE o.member_id = r.member_id AND o.topic = r.topic)",
            "exempt": "EXISTS (SELECT 1 FROM exemption x WHERE x.member_id = r.member_id)",
        }.items():
            [(count,)] = rows(f"{said} AND {condition}")
            if count:
                self.faults.append(f"{count} went to members of whom it holds: {name}")

    def table(self) -> str:
        """Return the counts per topic and outcome."""
        outcomes = sorted({outcome for _, outcome in self.counts}, key=lambda each: (each != "due", each))
        lines = ["topic".ljust(18) + "".join(each.rjust(14) for each in outcomes)]
        for topic in Topic:
            line = [self.counts[topic.value, each] for each in outcomes]
            if any(line):
                lines.append(topic.value.ljust(18) + "".join(f"{each:,}".rjust(14) for each in line))
        return "\n".join(lines)


def main() -> int:
    """Run the year; 1 when a rule was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--branches", type=int, default=2_000)
    parser.add_argument("--sample", type=int, default=500)
    parser.add_argument("--database")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        rulebook.use(rulebook.Rulebook(Path(__file__).resolve().parent.parent / "rules"))
        keyring.use(keyring.Keyring(SECRET))
        connect(given.database or f"sqlite:///{folder}/year.db")
        schema.migrate()
        began = time.perf_counter()
        year = Year(given.branches, given.sample)
        day = date(year_world.YEAR, 1, 1)
        while day.year == year_world.YEAR:
            year.day(day, (9,) if day.day % 7 else (6, 9, 21))
            day += timedelta(days=1)
        faults = year.check()
        members = given.branches * year_world.A_BRANCH
        print(f"{members:,} members, {given.branches:,} branches, {time.perf_counter() - began:.0f} s")
        print(year.table())
        print("schedulers:", ", ".join(f"{count} {what}" for what, count in year.trouble.told.items()))
        print("\n".join(faults[:20]) or "no rule was broken")
        disconnect()
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
