"""G19: a roster of 10,000 members within 10 seconds and 200 MiB, on SQLite with synchronous FULL.

Prints, for each of several runs in processes of their own: the bare read by calamine, the import, the
second import (which changes nothing), the time for which check-ins could not write, and the peak memory.

    python -m bench.roster [--rows 10000] [--runs 3] [--database postgresql://…]
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

NOW = "2026-11-21T10:00:00+08:00"
GOAL_SECONDS = 10.0
GOAL_MIB = 200.0
ORGANIZATIONS = ("代码", "名称", "类型", "上级代码", "领域", "设支委会")
MEMBERS = (
    "编号", "姓名", "支部代码", "党小组", "类别", "入党日期", "转正日期",
    "手机号", "党内职务", "任职日期", "流动去向", "流动起始", "不作硬性要求",
)  # fmt: skip
FIRST = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何"
LAST = "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超兰霞平刚桂英翀龑頔堃"
DUTIES = ("书记", "组织委员", "宣传委员", "党小组长")


def write_roster(path: Path, rows: int) -> None:
    """Write a workbook of so many members in branches of 22, with duties, absences and exemptions."""
    random.seed(7)
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False}) as book:
        organizations = book.add_worksheet("党组织")
        organizations.write_row(0, 0, ORGANIZATIONS)
        organizations.write_row(1, 0, ("DW01", "示范区党工委", "党委", "", "机关", "是"))
        line = 2
        for branch in range((rows + 21) // 22):
            code = f"ZB{branch:04}"
            organizations.write_row(line, 0, (code, f"第{branch + 1}党支部", "党支部", "DW01", "社区", "是"))
            for group, name in enumerate(("第一党小组", "第二党小组"), start=1):
                group_row = (f"{code}X{group}", name, "党小组", code, "社区", "否")
                organizations.write_row(line + group, 0, group_row)
            line += 3
        members = book.add_worksheet("党员")
        members.write_row(0, 0, MEMBERS)
        for number in range(rows):
            members.write_row(number + 1, 0, _member(number))


def _member(number: int) -> tuple[str, ...]:
    joined = date(1970, 1, 1) + timedelta(days=random.randrange(20_000))
    place = number % 22
    duty = DUTIES[place] if place < len(DUTIES) else ""
    away = place == 10
    return (
        f"DY{number:06}",
        random.choice(FIRST) + "".join(random.choices(LAST, k=2)),
        f"ZB{number // 22:04}",
        ("第一党小组", "第二党小组")[place % 2],
        "离退休" if place > 15 else "在职",
        joined.isoformat(),
        (joined + timedelta(days=366)).isoformat(),
        f"1{random.randrange(3 * 10**9, 10**10):010}",
        duty,
        "2025-03-01" if duty else "",
        "外省务工" if away else "",
        "2026-02-01" if away else "",
        "是" if place > 19 else "",
    )


def _peak_mib() -> float:
    # The high-water mark of this very process; getrusage would count the parent's at the fork.
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(roster: Path, url: str) -> dict[str, Any]:
    """Read, import twice, and return the figures of one fresh process and database."""
    from python_calamine import CalamineWorkbook

    from models.connection import connect, disconnect
    from services import keyring
    from services.actor import OPERATOR
    from services.roster import import_roster
    from services.upkeep import schema

    connect(url)
    schema.migrate()
    keyring.use(keyring.Keyring("a secret of the bench, long enough to pass"))
    figures: dict[str, Any] = {"base_mib": _peak_mib()}
    now = datetime.fromisoformat(NOW)

    def bare() -> None:
        with CalamineWorkbook.from_path(roster) as book:
            for name in book.sheet_names:
                book.get_sheet_by_name(name).to_python()

    steps = (
        ("bare", bare),
        ("dry", lambda: import_roster(roster, OPERATOR, now, dry_run=True)),
        ("import", lambda: import_roster(roster, OPERATOR, now)),
        ("again", lambda: import_roster(roster, OPERATOR, now)),
    )
    for name, step in steps:
        waits: list[float] = []
        stop = threading.Event()
        prober = threading.Thread(target=_probe, args=(url, stop, waits))
        if name == "import" and url.startswith("sqlite"):
            prober.start()
        begun = time.perf_counter()
        result = step()
        figures[name] = time.perf_counter() - begun
        stop.set()
        if waits or prober.is_alive():
            prober.join()
            figures["longest_wait"] = max(waits)
        if result is not None:
            figures[f"{name}_counts"] = [result.created, result.updated, result.unchanged]
    figures["mib"] = _peak_mib()
    disconnect()
    return figures


def _probe(url: str, stop: threading.Event, waits: list[float]) -> None:
    """Take the write lock again and again, as check-ins do, and note how long each waited."""
    import sqlite3

    connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
    while not stop.is_set():
        begun = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("COMMIT")
        waits.append(time.perf_counter() - begun)
        time.sleep(0.005)
    connection.close()


def main() -> int:
    """Run the bench and print its figures; 1 when a goal is missed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=10_000)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--database", help="an empty PostgreSQL database; then one run only")
    arguments.add_argument("--once", nargs=2, metavar=("FILE", "URL"), help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.once:
        print(json.dumps(measure(Path(chosen.once[0]), chosen.once[1])))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        roster = Path(folder) / "roster.xlsx"
        write_roster(roster, chosen.rows)
        print(f"{chosen.rows} members, {roster.stat().st_size / 1024:.0f} KiB")
        runs = [
            _run(roster, chosen.database or f"sqlite:///{folder}/{run}.db")
            for run in range(1 if chosen.database else chosen.runs)
        ]
    for name in ("bare", "dry", "import", "again", "longest_wait", "base_mib", "mib"):
        values = [run[name] for run in runs if name in run]
        if values:
            middle = statistics.median(values)
            print(f"{name:>13}: median {middle:8.3f}   {min(values):.3f} - {max(values):.3f}")
    seconds, bare, mib = (statistics.median(run[name] for run in runs) for name in ("import", "bare", "mib"))
    counts = f"{runs[0]['import_counts']} {runs[0]['again_counts']}"
    print(f"import / bare read: {seconds / bare:.1f}   created, updated, unchanged: {counts}")
    met = seconds <= GOAL_SECONDS and mib <= GOAL_MIB
    print(f"goal {GOAL_SECONDS:.0f} s, {GOAL_MIB:.0f} MiB: {'met' if met else 'MISSED'}")
    return 0 if met else 1


def _run(roster: Path, url: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.roster", "--once", str(roster), url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    sys.exit(main())
