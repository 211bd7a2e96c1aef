"""The settings a simulator starts with."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MODES = ("plain", "compat", "safe")


@dataclass(frozen=True)
class SimulatorSettings:
    """Everything that is fixed when the simulator starts.

    Times are seconds. `service` is where the service really listens, `service_public`
    the origin it believes to have (its PUBLIC_URL); both are without a closing slash.
    """

    service: str = "http://127.0.0.1:8000"
    service_public: str = ""
    host: str = "127.0.0.1"
    port: int = 8001
    app_id: str = "wx0123456789abcdef"
    app_secret: str = "0123456789abcdef0123456789abcdef"  # noqa: S105 - a simulated account
    token: str = "simulator-token"  # noqa: S105 - a simulated account
    aes_key: str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    account_id: str = "gh_0123456789ab"
    mode: str = "safe"
    seed: int = 0
    push_timeout: float = 5.0
    attempts: int = 3
    receipt_delay: float = 0.3
    threads: int = 64
    scene: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse values that would only fail later, inside a push."""
        if self.mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, not {self.mode!r}")
        if len(self.aes_key) != 43:
            raise ValueError("the EncodingAESKey has 43 characters")
        object.__setattr__(self, "service", self.service.rstrip("/"))
        public = (self.service_public or self.service).rstrip("/")
        object.__setattr__(self, "service_public", public)


def from_environment() -> dict[str, str]:
    """Return the settings that the environment gives, for use as defaults."""
    names = {
        "app_id": "WECHAT_APP_ID",
        "app_secret": "WECHAT_APP_SECRET",
        "token": "WECHAT_TOKEN",
        "aes_key": "WECHAT_AES_KEY",
        "mode": "WECHAT_MODE",
        "service_public": "PUBLIC_URL",
    }
    return {name: os.environ[key] for name, key in names.items() if os.environ.get(key)}


def read_scene(path: str | None) -> dict[str, Any]:
    """Read a scene file; no path gives an empty scene."""
    if path is None:
        return {}
    scene = json.loads(Path(path).read_text(encoding="utf-8"))
    if not isinstance(scene, dict):
        raise ValueError("a scene file holds one JSON object")
    return scene
