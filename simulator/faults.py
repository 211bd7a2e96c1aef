"""Faults on demand: what the control API asks to go wrong."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Gate:
    """Holds one push back until another has overtaken it."""

    passed: threading.Event = field(default_factory=threading.Event)
    waiting: bool = False


class Faults:
    """The faults that are switched on, for API paths and for pushes."""

    def __init__(self) -> None:
        self.api: dict[str, dict[str, Any]] = {}
        self.push: dict[str, Any] = {}
        self.pinned_second: int | None = None
        self.gate = Gate()
        self._lock = threading.Lock()

    def switch_on(self, wanted: Mapping[str, Any]) -> None:
        """Add faults; a path or a push fault that is named again is replaced."""
        with self._lock:
            for path, fault in (wanted.get("api") or {}).items():
                self.api[path.strip("/") or "*"] = dict(fault)
            self.push.update(wanted.get("push") or {})

    def clear(self) -> None:
        """Switch everything off and let held pushes go."""
        with self._lock:
            self.api.clear()
            self.push.clear()
            self.pinned_second = None
            self.gate.passed.set()
            self.gate = Gate()

    def take_api(self, path: str) -> dict[str, Any]:
        """Return the fault of an API path and use up one of its `times`."""
        with self._lock:
            key = path if path in self.api else "*"
            fault = self.api.get(key)
            if fault is None:
                return {}
            if self._used_up(fault):
                del self.api[key]
            return dict(fault)

    def take_push(self) -> dict[str, Any]:
        """Return the faults of the next push and use up one of their `times`."""
        with self._lock:
            fault = dict(self.push)
            if fault and self._used_up(self.push):
                self.push.clear()
            return fault

    def has(self, name: str) -> bool:
        """Say whether a fault is on that concerns something else than a push."""
        with self._lock:
            return bool(self.push.get(name))

    @staticmethod
    def _used_up(fault: dict[str, Any]) -> bool:
        if "times" not in fault:
            return False
        fault["times"] = int(fault["times"]) - 1
        return bool(fault["times"] <= 0)

    def pin(self, now: int) -> int:
        """Return the one second that all pushes share while `same_second` is on."""
        with self._lock:
            if self.pinned_second is None:
                self.pinned_second = now
            return self.pinned_second

    def dump(self) -> dict[str, Any]:
        """Return what is switched on."""
        with self._lock:
            return {"api": {k: dict(v) for k, v in self.api.items()}, "push": dict(self.push)}
