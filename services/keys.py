"""The random keys in the addresses of what members and leaders write: nobody guesses one from another."""

from __future__ import annotations

import re
import secrets

_SHAPE = re.compile(r"[0-9A-Za-z_-]{1,22}")


def new_key() -> str:
    """Return a key of twenty characters that nobody can guess."""
    return secrets.token_urlsafe(15)


def may_be_key(text: str) -> bool:
    """Whether a text has the shape of a key; no other is asked of a database, which might refuse it."""
    return _SHAPE.fullmatch(text) is not None
