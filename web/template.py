"""What templates may call: dates and hours in words, addresses of files, whether a way is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask

from web import words
from web.context import now
from web.visitor import leads


def teach(app: Flask, asset: Callable[[str], str]) -> None:
    """Give the templates their filters and functions."""
    app.jinja_env.filters.update(
        hours=words.hours,
        signed_hours=words.signed_hours,
        clock_time=words.clock_time,
        spoken=_spoken,
        spoken_day=_spoken_day,
        exact=words.exact_moment,
        paired=words.paired,
    )
    app.jinja_env.globals.update(asset=asset, leads=leads)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _spoken(at: datetime) -> str:
    return words.spoken_moment(at, now())


def _spoken_day(at: datetime) -> str:
    return words.spoken_day(at, now())
