"""Plain HTTP to the two processes that the demo itself has started on this machine."""

from __future__ import annotations

import json
import urllib.error
import urllib.request  # noqa: TID251 - it only reaches the demo's own children on the loopback address
from typing import Any

#: Proxies of the surrounding shell lead away from this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # noqa: TID251 - as above


class Unanswered(Exception):
    """A process did not answer, or refused; the text says which and how."""


def answers(address: str) -> bool:
    """Whether a GET is answered with 200 within two seconds."""
    try:
        with _opener.open(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class Control:
    """The control API of a running simulator."""

    def __init__(self, origin: str) -> None:
        """Remember where it listens."""
        self.origin = origin

    def get(self, path: str) -> Any:
        """Read something."""
        return self._ask(path, None)

    def post(self, path: str, **body: Any) -> Any:
        """Do something."""
        return self._ask(path, json.dumps(body).encode())

    def _ask(self, path: str, data: bytes | None) -> Any:
        address = f"{self.origin}/sim/api/{path}"
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(address, data, headers)  # noqa: TID251, S310 - our own child's address
        try:
            with _opener.open(request, timeout=40) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")[:200]
            raise Unanswered(f"{path}: HTTP {error.code} {text}") from error
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise Unanswered(f"{path}: {error}") from error
