"""A simulator, and a tiny service beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from simulator.settings import SimulatorSettings
from tests.simulator.harness import TEMPLATE, Simulator
from tests.simulator.service import Service


@pytest.fixture(autouse=True)
def _rules_and_keys() -> None:
    """The simulator knows nothing of the service's rules; its tests do not set them up."""


@pytest.fixture
def service() -> Iterator[Service]:
    """A service that answers everything with 「收到 …」."""
    service = Service()
    service.start()
    yield service
    service.stop()


@pytest.fixture
def sim(service: Service) -> Simulator:
    """A simulator whose receipts come at once, with one template."""
    assert service.server is not None
    origin = f"http://127.0.0.1:{service.server.server_port}"
    settings = SimulatorSettings(service=origin, receipt_delay=0.01, scene={"templates": [TEMPLATE]})
    service.settings = settings
    simulator = Simulator(settings)
    service.who = lambda code: simulator.world.codes[code].openid
    return simulator


@pytest.fixture
def address(sim: Simulator) -> Iterator[str]:
    """The origin of a simulator that listens, for a real browser."""
    server = make_server("127.0.0.1", 0, sim.app, threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
