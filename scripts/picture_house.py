"""The demo at a moment that stands still: what `pictures.py` photographs, with its phones.

The service runs in this process, because only here can it be given another clock; the simulator is a process
of its own as always, and is told to stop at the same moment.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import app as composition
from config import load_settings, process_environment
from demo import cast, processes, run
from demo.tools import DemoTools
from demo.wire import Control, answers
from models import Organization, StudySession
from services import login
from services.clock import ZONE
from web.server import build

ROOT = Path(__file__).resolve().parent.parent
#: A Thursday afternoon, eight minutes before the theme day: the door is open and some are there already.
MOMENT = datetime(2026, 11, 19, 13, 52, tzinfo=ZONE)
_PATIENCE = 30


class Standing:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.now = MOMENT

    def __call__(self) -> datetime:
        """Return the moment at which it stands."""
        return self.now


@dataclass
class House:
    """The running demo: where it is, what time it is there, and who may come in."""

    service: str
    simulator: str
    clock: Standing
    control: Control

    def cookie(self, openid: str) -> dict[str, str]:
        """Return the cookie of somebody who has logged in."""
        return {"name": "shuxue", "value": login.start(openid, self.clock()), "url": self.service}

    def pass_time(self, **span: float) -> datetime:
        """Let time go on, here and on the phones."""
        self.clock.now += timedelta(**span)
        self.control.post("clock", at=self.clock.now.isoformat())
        return self.clock.now

    def session(self, title: str) -> StudySession:
        """Return a session of the scene's branch by a part of its title, the latest first."""
        return (
            StudySession.select()
            .join(Organization)
            .where(Organization.code == cast.BRANCH, StudySession.title.contains(title))
            .order_by(StudySession.starts_at.desc())
            .get()
        )


@contextmanager
def house() -> Iterator[House]:
    """Fill a demo in a temporary folder and run it until the block ends."""
    clock, places = Standing(), _places()
    with tempfile.TemporaryDirectory(prefix="shuxue-pictures-") as name:
        folder = Path(name)
        settings = processes.settings_for(places, folder, f"sqlite:///{folder / 'shuxue.db'}")
        lowered: dict[str, Any] = {name.lower(): value for name, value in settings.items()}
        tools = DemoTools(
            environment={},
            clock=clock,
            root=ROOT,
            open_database=lambda _: composition.open_database(load_settings(**lowered)),
            command=lambda _, words: composition.main(words, **lowered),
        )
        run.prepare(tools, settings, folder, folder / "scene.json")
        with _simulator(places, folder, settings):
            control = Control(places.simulator)
            control.post("clock", at=clock().isoformat())
            run.push_menu(tools, settings)
            with _service(load_settings(wechat=True, **lowered), clock, places):
                yield House(places.service, places.simulator, clock, control)


@contextmanager
def _simulator(places: processes.Places, folder: Path, settings: dict[str, str]) -> Iterator[None]:
    line = [sys.executable, "-m", "simulator", "--port", str(places.simulator_port)]
    line += ["--service", places.service, "--scene", str(folder / "scene.json"), "--seed", "7"]
    environment = processes.child_environment(process_environment(), settings)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(line, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet) as child:
        try:
            _wait(f"{places.simulator}/sim/api/counters")
            yield
        finally:
            child.terminate()


@contextmanager
def _service(settings: Any, clock: Standing, places: processes.Places) -> Iterator[None]:
    composition.open_database(settings)
    server = build(composition.create_app(settings, clock), processes.HOST, places.port)
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    try:
        _wait(f"{places.service}/healthz")
        yield
    finally:
        server.close()


def _places() -> processes.Places:
    """Return the usual ports, which stand in the addresses on the pictures, or spare ones."""
    usual = processes.Places(8000, 8001)
    free = processes.free(usual.port) and processes.free(usual.simulator_port)
    return usual if free else processes.spare_places()


def _wait(address: str) -> None:
    until = time.monotonic() + _PATIENCE
    while not answers(address):
        if time.monotonic() > until:
            raise TimeoutError(f"{address} does not answer")
        time.sleep(0.1)
