"""The operator's command line without a start for each command: a journey gives dozens of them.

One process has imported app.py and all that commands import late; each command runs in a fork of it, with an
environment, an output and an end of its own. That `python app.py COMMAND` itself starts is what
tests/cli/test_processes.py shows.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
#: What a command may come to need.
_LOADED = (
    "app", "cli.delivering", "cli.operate", "cli.people", "cli.privacy", "cli.reminding", "cli.shuxue",
    "cli.study", "playhouse.migrations", "psycopg_pool", "services.upkeep.schema", "services.tokens",
    "wechat.platform",
)  # fmt: skip


class Done(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


class Operator:
    """Somebody at the command line of the machine."""

    def __init__(self, folder: Path) -> None:
        """Sit down; what commands say passes through files in `folder`."""
        self._files = folder / "out.txt", folder / "err.txt"
        self._desk = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.operator"],
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, env: Mapping[str, str], *words: str) -> Done:
        """Give a command of app.py."""
        return self._order(env, words=words)

    def execute(self, env: Mapping[str, str], code: str) -> Done:
        """Let Python run some lines, as `python -c` does."""
        return self._order(env, code=code)

    def close(self) -> None:
        """Stand up."""
        for pipe in (self._desk.stdin, self._desk.stdout):
            if pipe is not None:
                pipe.close()
        self._desk.wait(timeout=15)

    def _order(self, env: Mapping[str, str], **what: Any) -> Done:
        assert self._desk.stdin is not None
        assert self._desk.stdout is not None
        out, err = self._files
        print(
            json.dumps({"env": dict(env), "out": str(out), "err": str(err), **what}),
            file=self._desk.stdin,
            flush=True,
        )
        code = self._desk.stdout.readline()
        assert code, "the process that runs the commands is gone"
        return Done(int(code), out.read_text("utf-8"), err.read_text("utf-8"))


def _serve() -> int:
    """Run each order of the standard input in a fork, and say how it ended."""
    for name in _LOADED:
        importlib.import_module(name)
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            # The fork leaves the loop for good, as a process that was started for this one command.
            return _carry_out(order)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)
    return 0


def _carry_out(order: dict[str, Any]) -> int:
    for number, name in ((1, "out"), (2, "err")):
        with Path(order[name]).open("wb") as file:
            os.dup2(file.fileno(), number)
    os.environ.clear()
    os.environ.update(order["env"])
    try:
        if "code" in order:
            exec(order["code"], {"__name__": "__main__"})
            return 0
        return int(importlib.import_module("app").main(order["words"]))
    except Exception:
        traceback.print_exc()
        return 1


if __name__ == "__main__":
    sys.exit(_serve())
