"""The stage of a journey: a migrated database with the sample roster, the service, the simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.operator import Operator
from tests.journeys.stage import Stage

ROSTER = Path(__file__).resolve().parents[2] / "demo" / "roster.xlsx"


@pytest.fixture(scope="session")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """Somebody who gives the commands of all journeys."""
    operator = Operator(tmp_path_factory.mktemp("operator"))
    yield operator
    operator.close()


@pytest.fixture
def rules_dir() -> Path | None:
    """The folder of rules of the deployment; a journey may give its own, as an operator does."""
    return None


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def stage(
    request: pytest.FixtureRequest, tmp_path: Path, operator: Operator, rules_dir: Path | None
) -> Iterator[Stage]:
    """A running deployment with the sample roster imported by command line."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/shuxue.db"
    else:
        create: Callable[[], str] = request.getfixturevalue("new_postgres_url")
        url = create()
    stage = Stage(url, tmp_path, operator)
    if rules_dir is not None:
        stage.env["RULES_DIR"] = str(rules_dir)
    try:
        stage.run("migrate")
        assert stage.run("import-roster", str(ROSTER))["applied"] is True
        stage.open()
        yield stage
    finally:
        stage.close()
