"""What the commands are given by the composition root; nothing here starts anything itself."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from services.clock import Clock
    from services.delivery import Tally


class SettingsLike(Protocol):
    """The settings of a deployment as far as the commands look at them."""

    def model_dump(self) -> dict[str, Any]:
        """Return all settings by name."""
        ...


class Platform(Protocol):
    """The calls to WeChat that commands make."""

    def push_menu(self) -> None:
        """Put the account's menu in place; raises `services.ports.PlatformError`."""
        ...

    def templates(self) -> Collection[str]:
        """Return the numbers of the account's templates; raises `services.ports.PlatformError`."""
        ...


@dataclass(frozen=True)
class CliTools:
    """The doors that app.py opens for the commands.

    Attributes:
        clock: this moment.
        load_settings: reads the settings, with what WeChat needs when asked; raises `settings_fault`.
        settings_fault: what `load_settings` raises; its text lists all faults.
        open_database: connects the tables, loads the rules and the keyring. It does not migrate.
        serve: runs the web on a migrated database until stopped, and the scheduler unless told otherwise.
        scheduler: runs timed jobs and delivery on a migrated database until stopped.
        demo: runs the demo on a port until stopped.
        play: plays the scene once.
        platform: the WeChat client of this deployment.
        deliver: sends what is due and returns the counts.
    """

    clock: Clock
    load_settings: Callable[[bool], SettingsLike]
    settings_fault: type[Exception]
    open_database: Callable[[Any], object]
    serve: Callable[[Any, str, int, bool], int]
    scheduler: Callable[[Any], int]
    demo: Callable[[int], int]
    play: Callable[[], int]
    platform: Callable[[Any], Platform]
    deliver: Callable[[Any], Tally]
