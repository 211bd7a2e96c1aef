"""Fixtures of the page tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.web.world import World, build


@pytest.fixture
def world(db: Any, now: datetime) -> World:
    """The small world on either database, without form tokens: test_security.py asks for those."""
    return build(now)
