"""All promises with a number, one after the other: `make bench`."""

from __future__ import annotations

import subprocess
import sys

from bench import postgres

#: What runs, with the databases it runs on.
BENCHES: tuple[tuple[str, tuple[str, ...], bool], ...] = (
    ("bench.checkin", (), True),
    ("bench.burst", ("--scans", "1000", "5000"), True),
    ("bench.roster", (), False),
    ("bench.export", (), False),
    ("bench.delivery", (), True),
    ("bench.gaps", (), True),
    ("bench.screen", (), False),
    ("bench.year", ("--branches", "200"), False),
)


def main() -> int:
    """Run every bench on SQLite, and those that store on PostgreSQL too; the first failure ends the run."""
    for name, words, both in BENCHES:
        if _run(name, words, "SQLite"):
            return 1
        if both:
            with postgres.database() as url:
                if _run(name, (*words, "--database", url), "PostgreSQL"):
                    return 1
    return 0


def _run(name: str, words: tuple[str, ...], database: str) -> int:
    print(f"\n== {name} on {database}", flush=True)
    return subprocess.run([sys.executable, "-m", name, *words], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
