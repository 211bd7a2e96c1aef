"""What templates may call: dates and hours in words, addresses of files, whether a way is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from flask import Flask

from services import spoken
from services.clock import civil_day
from web.care import care, here
from web.context import now
from web.notice import brief
from web.visitor import helps, leads


def teach(app: Flask, asset: Callable[[str], str]) -> None:
    """Give the templates their filters and functions."""
    app.jinja_env.filters.update(
        hours=spoken.hours,
        signed_hours=spoken.signed_hours,
        clock_time=spoken.clock_time,
        spoken=_spoken,
        spoken_day=_spoken_day,
        exact=spoken.exact_moment,
        full_day=_full_day,
        paired=spoken.paired,
    )
    app.jinja_env.globals.update(
        asset=asset, large_type=care, own_address=here, leads=leads, helps=helps, privacy_brief=brief
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _spoken(at: datetime) -> str:
    return spoken.spoken_moment(at, now())


def _full_day(day: date) -> str:
    return spoken.full_day(day, civil_day(now()).year)


def _spoken_day(at: datetime) -> str:
    return spoken.spoken_day(at, now())
