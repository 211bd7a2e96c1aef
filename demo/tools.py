"""What the demo is given by the composition root: the environment and the database have one door each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.clock import Clock


@dataclass(frozen=True)
class DemoTools:
    """The doors that app.py opens for the demo.

    Attributes:
        environment: the environment of this process; child processes get it with the demo's settings on top.
        clock: this moment.
        root: the folder of app.py.
        open_database: reads the settings from the environment with these on top (names as in the
            environment), connects the tables, loads rules and keyring. It does not migrate.
        command: runs one command of the service in this process, with these settings on top, and returns
            its exit code.
    """

    environment: Mapping[str, str]
    clock: Clock
    root: Path
    open_database: Callable[[Mapping[str, str]], object]
    command: Callable[[Mapping[str, str], list[str]], int]

    @property
    def rules(self) -> Path:
        """The folder of rules that a deployment here would use; the demo copies it."""
        return Path(self.environment.get("RULES_DIR") or self.root / "rules")
