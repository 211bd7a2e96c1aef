"""The addresses of pages that commands and the demo hand out: spelled here and nowhere else."""

from __future__ import annotations

from models import StudySession
from services.arrival import codes


def screen_path(session: StudySession) -> str:
    """Return the path of a session's meeting screen, with the secret that opens it on any laptop."""
    return f"/s/sessions/{session.key}/screen?key={codes.screen_key(session.key, session.screen_nonce)}"


def screen_qr_path(session: StudySession) -> str:
    """Return the path of the picture that the meeting screen shows at this moment."""
    return screen_path(session).replace("/screen?", "/screen/qr.png?")
