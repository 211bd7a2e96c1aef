"""The stage of a journey: a migrated database with the sample roster, the service, the simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.stage import Stage

ROSTER = Path(__file__).resolve().parents[2] / "demo" / "roster.xlsx"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A running deployment with the sample roster imported by command line."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/shuxue.db"
    else:
        create: Callable[[], str] = request.getfixturevalue("new_postgres_url")
        url = create()
    stage = Stage(url, tmp_path)
    try:
        stage.run("migrate")
        assert stage.run("import-roster", str(ROSTER))["applied"] is True
        stage.open()
        yield stage
    finally:
        stage.close()
