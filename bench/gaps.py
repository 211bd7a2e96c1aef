"""The scan for gaps as a ratio to the bare SQL, and writing reminders as a ratio to one INSERT … SELECT.

The bare SQL asks for the facts of one checkpoint (credited, offered, planned) of everybody and reads them.
Ours scans, judges, finds people, next sessions and make-ups, and puts the words together. Both run in turn,
each in a process of its own for the peak memory; medians are compared.

    python -m bench.gaps [--members 10000 100000] [--runs 3] [--write 100000] [--database postgresql://…]
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import gap_world
from bench.pushes import SECRET
from models import database
from models.connection import connect, disconnect
from models.terms import Topic
from services import keyring, rulebook
from services.policy.reminders import Checkpoint
from services.reminders import gap_sql, outbox, plan
from services.reminders.moment import at, rows
from services.statement import run

GOAL = 2.0
GAPS = {Topic.HOURS_GAP, Topic.BRANCH_SHORT}


def bare() -> int:
    """Fetch the facts of everybody, as the statement of the scan finds them but without its filter."""
    moment = at(gap_world.NOW)
    point = Checkpoint(gap_world.NOW.date().replace(day=15), last=True)
    sql = gap_sql.statement(moment, point, rulebook.current().hours_of_year(gap_world.NOW.year))
    sql = sql.replace("CREATE TEMP TABLE gap_fact AS", "").partition("  AND COALESCE(h.credited, 0)")[0]
    cursor, count = run(sql, ()), 0
    while found := cursor.fetchmany(1000):
        count += len(found)
    return count


def scan() -> int:
    """Decide about all gaps without writing and count the decisions."""
    return sum(
        len(part.due) + len(part.suppressed) for part in plan.decide_by_chunk(gap_world.NOW, topics=GAPS)
    )


def _one(url: str, what: str) -> None:
    """Run one of both in this process and print what it took."""
    rulebook.use(rulebook.Rulebook(Path(__file__).resolve().parent.parent / "rules"))
    keyring.use(keyring.Keyring(SECRET))
    connect(url)
    # The calendar and its library are read once in a process's life.
    at(gap_world.NOW)
    began, cpu = time.perf_counter(), time.process_time()
    count = {"bare": bare, "scan": scan}[what]()
    took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"count": count, "mib": peak, **took}))
    disconnect()


def _measure(url: str, members: int, runs: int) -> float:
    found: dict[str, list[dict[str, float]]] = {"bare": [], "scan": []}
    for _ in range(runs):
        for what, lines in found.items():
            words = [sys.executable, "-m", "bench.gaps", "--one", what, "--database", url]
            done = subprocess.run(words, check=True, capture_output=True, text=True)
            lines.append(json.loads(done.stdout))
    medians = {what: statistics.median(each["seconds"] for each in lines) for what, lines in found.items()}
    ratio = medians["scan"] / medians["bare"]
    peak = max(each["mib"] for each in found["scan"])
    print(
        f"{members:>9,} members: bare {medians['bare']:.2f} s, scan {medians['scan']:.2f} s,"
        f" ratio {ratio:.2f}"
        f" (goal ≤ {GOAL}); {medians['scan'] / members * 1e6:.1f} µs a member;"
        f" {found['scan'][0]['count']:,} decisions; peak {peak:.0f} MiB",
        flush=True,
    )
    return ratio


_COPY = "INSERT INTO reminder ({columns}) SELECT {columns} FROM reminder_copy ORDER BY id"


def _write(count: int, runs: int) -> float:
    """Write so many reminders as the outbox does, and the same rows by one INSERT … SELECT."""
    lines = _lines(count)
    names = ", ".join((*outbox.COLUMNS, "tries"))
    found: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(runs):
        run("DELETE FROM reminder", ())
        began = time.perf_counter()
        with database.atomic():
            for first in range(0, len(lines), 10_000):
                outbox.insert(lines[first : first + 10_000])
        found["ours"].append(time.perf_counter() - began)
        run("CREATE TEMP TABLE reminder_copy AS SELECT * FROM reminder", ())
        run("DELETE FROM reminder", ())
        began = time.perf_counter()
        with database.atomic():
            run(_COPY.format(columns=names), ())
        found["bare"].append(time.perf_counter() - began)
        run("DROP TABLE reminder_copy", ())
    ours, bare_ = statistics.median(found["ours"]), statistics.median(found["bare"])
    ratio = ours / bare_
    print(
        f"{count:>9,} rows: INSERT … SELECT {bare_:.2f} s, ours {ours:.2f} s,"
        f" ratio {ratio:.2f} (goal ≤ {GOAL})"
    )
    return ratio


def _lines(count: int) -> list[tuple[object, ...]]:
    """Make rows like those of a checkpoint, the members and branches in the order of the scan."""
    people = rows("SELECT branch_id, id FROM member ORDER BY branch_id, id LIMIT ?", count)
    now = int(gap_world.NOW.timestamp())
    fields = json.dumps(
        {"name1": "党员", "thing2": "主题党日", "number3": "11", "time4": "2026年11月23日 9:00"}
    )
    text = "今年已有 21 学时，还差 11。接下来有11月23日（周一） 9:00「主题党日」3 学时，参加了就够。" * 2
    return [
        (
            f"{number:020}", branch, member, "HOURS_GAP", "2026-11-15", "DUE", None, "TEMPLATE", None,
            None, fields, text, "/m/hours", "2026版", now, now + 1_000_000, now,
            None,
        )
        for number, (branch, member) in enumerate(people)
    ]  # fmt: skip


def main() -> int:
    """Measure every size; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", type=int, default=100_000)
    parser.add_argument("--database")
    parser.add_argument("--one", choices=("bare", "scan"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        _one(given.database, given.one)
        return 0
    ratios = []
    for members in given.members:
        with tempfile.TemporaryDirectory() as folder:
            url = given.database or f"sqlite:///{folder}/gaps.db"
            gap_world.fill(url, members)
            disconnect()
            ratios.append(_measure(url, members, given.runs))
            connect(url)
            if members == max(given.members):
                ratios.append(_write(min(given.write, members), given.runs))
            gap_world.clear()
            disconnect()
    return 1 if max(ratios) > GOAL else 0


if __name__ == "__main__":
    sys.exit(main())
