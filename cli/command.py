"""One line of the table of commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cli.answer import Answer

if TYPE_CHECKING:
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


class LateModule:
    """A module of this folder that is imported when one of its functions is called, not when it is named."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, function: str) -> Callable[[Any], Any]:
        """Return what calls the module's function of this name."""

        def call(given: Any) -> Any:
            return getattr(import_module(f"cli.{self._name}"), function)(given)

        return call


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
