"""The addresses of pages that commands and the demo hand out: spelled here and nowhere else."""

from __future__ import annotations

from services import codes


def screen_path(key: str) -> str:
    """Return the path of a session's meeting screen, with the secret that opens it on any laptop."""
    return f"/s/sessions/{key}/screen?key={codes.screen_key(key)}"


def screen_qr_path(key: str) -> str:
    """Return the path of the picture that the meeting screen shows at this moment."""
    return f"/s/sessions/{key}/screen/qr.png?key={codes.screen_key(key)}"
