"""The privacy notice of today, for the pages that show some or all of it."""

from __future__ import annotations

from services import rulebook
from services.clock import civil_day
from services.rulebook import Notice
from web.context import now


def notice() -> Notice:
    """Return the edition in force."""
    return rulebook.current().notice(civil_day(now()))


def brief() -> tuple[str, ...]:
    """Return the few sentences that stand above the form for the code."""
    return notice().brief
