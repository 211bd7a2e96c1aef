"""The command line of the service, without starting Python anew for each command.

A command runs in a fork of this process, with an output and an end of its own: all that it would load is
there already, which takes nine tenths of its time away. Who forks must not have begun a thread.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from typing import IO, NamedTuple

#: How a command ends that was broken off by a fault of ours, as Python itself would end.
_BROKEN = 1


class Done(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def run(command: Callable[[list[str]], int], *words: str) -> Done:
    """Run one command to its end.

    Args:
        command: runs the words of a command line and returns the exit code.
        words: the command and its arguments.
    """
    with _file() as out, _file() as err:
        # What is printed and not yet written would otherwise be written by both.
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if not child:
            _carry_out(command, list(words), out, err)
        _, status = os.waitpid(child, 0)
        return Done(os.waitstatus_to_exitcode(status), _read(out), _read(err))


def _file() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8")


def _carry_out(command: Callable[[list[str]], int], words: list[str], out: IO[str], err: IO[str]) -> None:
    """Run the command and leave at once: nothing of the parent's may be tidied up here."""
    code = _BROKEN
    try:
        sys.stdout, sys.stderr = out, err
        code = command(words)
    except BaseException:
        traceback.print_exc(file=err)
    finally:
        out.flush()
        err.flush()
        os._exit(code)


def _read(file: IO[str]) -> str:
    file.seek(0)
    return file.read()
