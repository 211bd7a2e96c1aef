"""One line of the table of commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from cli.answer import Answer
from cli.tools import CliTools, SettingsLike


class Needs(Enum):
    """How far the deployment is opened before a command runs."""

    NOTHING = "nothing"
    SETTINGS = "settings"
    DATABASE = "database"
    SCHEMA = "schema"


@dataclass(frozen=True)
class Call:
    """What a command gets: its arguments, the doors, this moment, and the settings when it needs them."""

    arguments: argparse.Namespace
    tools: CliTools
    now: datetime
    settings: SettingsLike | None

    def __getattr__(self, name: str) -> Any:
        """Return an argument by its name."""
        return getattr(self.arguments, name)


def no_arguments(_parser: argparse.ArgumentParser) -> None:
    """Add no argument."""


@dataclass(frozen=True)
class Command:
    """A command: its name (two words make a group), its help, what it needs and what it does.

    `wechat` says whether it needs what the account's console gives. `run` returns an Answer, or the exit
    code of a process that ran until it was stopped.
    """

    name: str
    help: str
    run: Callable[[Call], Answer | int]
    arguments: Callable[[argparse.ArgumentParser], None] = no_arguments
    needs: Needs = Needs.SCHEMA
    group_help: str = ""
    wechat: bool = False
