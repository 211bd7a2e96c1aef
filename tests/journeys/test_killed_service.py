"""A service that is killed in the middle of a meeting has lost nothing that it acknowledged (G1, in small).

`make faults` does the same two hundred times.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.faults import kill_again

pytestmark = pytest.mark.slow


def test_a_killed_service_has_lost_no_acknowledged_scan_on_sqlite(tmp_path: Path) -> None:
    assert kill_again(f"sqlite:///{tmp_path}/kill.db", 2, early=False) == 0


@pytest.mark.postgres
def test_a_killed_service_has_lost_no_acknowledged_scan_on_postgresql(new_postgres_url) -> None:
    assert kill_again(new_postgres_url(), 1, early=False) == 0


def test_the_harness_sees_the_losses_of_a_service_that_answers_before_it_commits(tmp_path: Path) -> None:
    assert kill_again(f"sqlite:///{tmp_path}/control.db", 2, early=True) > 0
