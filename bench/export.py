"""Exports in flat memory: 100,000 rows through web/files/workbook.py beside XlsxWriter alone.

Each figure comes from a process of its own. Prints seconds and peak memory of both, for a tenth of the rows
and for all: the ratio of times is at most 1.3, and ten times the rows may not need twice the memory.

    python -m bench.export [--rows 100000] [--runs 3]
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
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

GOAL_RATIO = 1.3
GOAL_GROWTH = 2.0
WIDTH = 8


def rows(count: int) -> Iterator[tuple[str | int, ...]]:
    """Yield rows as a table of hours has them: texts, and amounts in hundredths."""
    for number in range(count):
        yield ("第一党小组", "欧阳翀龑", f"DY{number:06}", 3200, 2150, 1900, 250, "=1+1 说明")


def bare(target: Path, count: int) -> None:
    """Write with XlsxWriter and nothing else."""
    with xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False}) as book:
        page, text, amount = (
            book.add_worksheet(),
            book.add_format({"border": 1}),
            book.add_format({"border": 1}),
        )
        for at, row in enumerate(rows(count), start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(at, column, cell, text)
                else:
                    page.write_number(at, column, cell / 100, amount)


def ours(target: Path, count: int) -> None:
    """Write as an export does."""
    from web.files.workbook import Column, Kind, Sheet, write

    kinds = [Kind.AMOUNT if 3 <= at <= 6 else Kind.TEXT for at in range(WIDTH)]
    columns = tuple(Column(f"列{at}", 12, kind) for at, kind in enumerate(kinds))
    with target.open("wb") as file:
        write(file, [Sheet("表", "表", columns, rows(count))])


def measure(which: str, count: int) -> dict[str, float]:
    """Write once in this process; return seconds and the peak of its memory in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        {"bare": bare, "ours": ours}[which](Path(folder) / "table.xlsx", count)
        seconds = time.perf_counter() - started
    return {"seconds": seconds, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _apart(which: str, count: int) -> dict[str, float]:
    words = [sys.executable, "-m", "bench.export", "--one", which, "--rows", str(count)]
    found: dict[str, float] = json.loads(subprocess.run(words, check=True, capture_output=True).stdout)
    return found


def main() -> int:
    """Compare, and return 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--one", choices=("bare", "ours"))
    args = parser.parse_args()
    if args.one:
        print(json.dumps(measure(args.one, args.rows)))
        return 0
    times: dict[str, list[float]] = {"bare": [], "ours": []}
    peaks = {which: 0.0 for which in times}
    for _ in range(args.runs):
        for which, taken in times.items():
            found = _apart(which, args.rows)
            taken.append(found["seconds"])
            peaks[which] = max(peaks[which], found["mib"])
    small = _apart("ours", args.rows // 10)["mib"]
    ratio = statistics.median(times["ours"]) / statistics.median(times["bare"])
    for which, taken in times.items():
        print(f"{which}: {statistics.median(taken):.2f} s, peak {peaks[which]:.0f} MiB, {args.rows} rows")
    growth = peaks["ours"] / small
    print(f"ratio {ratio:.2f}, goal at most {GOAL_RATIO}")
    print(f"a tenth of the rows peaks at {small:.0f} MiB: growth {growth:.2f}, goal at most {GOAL_GROWTH}")
    return int(ratio > GOAL_RATIO or growth > GOAL_GROWTH)


if __name__ == "__main__":
    raise SystemExit(main())
