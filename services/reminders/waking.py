"""Telling the deliverer that something is due; the composition root says who that is (scheduler/queue.py)."""

from __future__ import annotations

from collections.abc import Callable

_hook: Callable[[], None] | None = None


def use(hook: Callable[[], None] | None) -> None:
    """Set what is called; None leaves it to the sweep of the next minute."""
    global _hook
    _hook = hook


def wake() -> None:
    """Ask for a delivery. Inside a transaction the request is committed with it, or goes with it."""
    if _hook is not None:
        _hook()
