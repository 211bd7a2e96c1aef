"""What templates may call: dates and hours in words, addresses of files, whether a way is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask

from services import spoken
from web.context import now
from web.visitor import leads


def teach(app: Flask, asset: Callable[[str], str]) -> None:
    """Give the templates their filters and functions."""
    app.jinja_env.filters.update(
        hours=spoken.hours,
        signed_hours=spoken.signed_hours,
        clock_time=spoken.clock_time,
        spoken=_spoken,
        spoken_day=_spoken_day,
        exact=spoken.exact_moment,
        paired=spoken.paired,
    )
    app.jinja_env.globals.update(asset=asset, leads=leads)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _spoken(at: datetime) -> str:
    return spoken.spoken_moment(at, now())


def _spoken_day(at: datetime) -> str:
    return spoken.spoken_day(at, now())
