"""A stage for journeys: the service and the simulator as processes, driven as people drive them."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.journeys.operator import ROOT, Operator

_WAIT = 40.0


def free_ports(count: int) -> list[int]:
    """Return ports that nobody uses, all different."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@dataclass
class Spoken:
    """What one push led to: the HTTP attempts, and the words that stand in the chat."""

    attempts: list[dict[str, Any]]
    shown: str


@dataclass
class Stage:
    """One deployment on one database, beside the simulator.

    The command line runs as `python app.py … --json`, people act through the simulator's phone.
    """

    database_url: str
    folder: Path
    operator: Operator
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    service: str = ""
    simulator: str = ""

    def __post_init__(self) -> None:
        """Choose ports and made-up credentials."""
        ports = free_ports(2)
        self.service, self.simulator = (f"http://127.0.0.1:{port}" for port in ports)
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WECHAT_")},
            "DATABASE_URL": self.database_url,
            "INSTANCE_DIR": str(self.folder / "instance"),
            "SECRET_KEY": "a secret of the tests, long enough to pass",
            "PUBLIC_URL": self.service,
            "ENVIRONMENT": "development",
            "WECHAT_APP_ID": "wxjourney00000001",
            "WECHAT_APP_SECRET": secrets.token_hex(16),
            "WECHAT_TOKEN": "journeytoken",
            "WECHAT_AES_KEY": secrets.token_hex(21) + "A",
            "WECHAT_API_BASE": self.simulator,
        }

    def run(self, *words: str, code: int = 0) -> Any:
        """Run a command and return its JSON document; the exit code must be `code`."""
        done = self.operator.run(self.env, *words, "--json")
        assert done.code == code, f"{words}: exit {done.code}\n{done.out}\n{done.err}"
        return json.loads(done.out) if done.out.strip() else None

    def execute(self, code: str) -> str:
        """Let a process of this deployment run some lines of Python, and return what it prints."""
        done = self.operator.execute(self.env, code)
        assert done.code == 0, done.err
        return done.out

    def open(self) -> None:
        """Start the service and the simulator and wait until both answer."""
        self.start_service()
        self._start("-m", "simulator", "--port", self.simulator.rpartition(":")[2], "--service", self.service)
        _wait_for(self.simulator + "/sim/api/people", self.children)

    def start_service(self) -> subprocess.Popen[bytes]:
        """Start the service alone."""
        child = self._start("app.py", "serve", "--port", self.service.rpartition(":")[2])
        _wait_for(self.service + "/readyz", self.children)
        return child

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        log = (self.folder / f"{words[1].strip('-')}-{len(self.children)}.log").open("wb")
        child = subprocess.Popen([sys.executable, *words], cwd=ROOT, env=self.env, stdout=log, stderr=log)
        log.close()
        self.children.append(child)
        return child

    def kill(self, child: subprocess.Popen[bytes]) -> None:
        """Kill a process as a power cut would."""
        child.send_signal(signal.SIGKILL)
        child.wait(timeout=10)
        self.children.remove(child)

    def close(self) -> None:
        """Stop both and wait for them."""
        for child in self.children:
            child.terminate()
        for child in self.children:
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(timeout=5)

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """Call the simulator's control API."""
        answer = requests.request(method, f"{self.simulator}/sim/api{path}", json=body or None, timeout=60)
        assert answer.ok, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def person(self, name: str) -> Person:
        """Let somebody with a phone appear who follows nothing yet."""
        return Person(self, name, self.ask("POST", "/people", name=name)["openid"])


@dataclass
class Person:
    """Somebody with a phone."""

    stage: Stage
    name: str
    openid: str

    def _act(self, action: str, **body: Any) -> Spoken:
        answer = self.stage.ask("POST", f"/people/{self.openid}/{action}", **body)
        return Spoken(answer.get("attempts", []), answer.get("shown") or "")

    def follow(self, scene: str = "") -> str:
        """Follow the account, perhaps by a QR."""
        return self._act("follow", **({"scene": scene} if scene else {})).shown

    def says(self, words: str) -> str:
        """Type something and return what the account answers."""
        return self._act("text", content=words).shown

    def speaks(self) -> str:
        """Send a voice message of some seconds."""
        return self._act("voice").shown

    def scans(self, scene: str) -> str:
        """Scan a WeChat QR that carries a scene."""
        return self._act("scan", content=f"scene:{scene}").shown

    def menu_scans(self, content: str) -> str:
        """Press 签到 in the menu and scan."""
        return self._act("menu-scan", key="CHECKIN_SCAN", content=content).shown

    def opens(self, url: str) -> dict[str, Any]:
        """Open a page in the phone's browser."""
        answer: dict[str, Any] = self.stage.ask("POST", f"/people/{self.openid}/open", url=url)
        return answer

    def submits(self, url: str, page: str, **form: str) -> dict[str, Any]:
        """Send a form of a page."""
        answer: dict[str, Any] = self.stage.ask(
            "POST", f"/people/{self.openid}/submit", url=url, form=form, page=page
        )
        return answer


def _wait_for(url: str, children: list[subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + _WAIT
    while time.monotonic() < until:
        try:
            if requests.get(url, timeout=1).status_code == 200:
                return
        except requests.RequestException:
            pass
        assert all(child.poll() is None for child in children), f"a process died before {url} answered"
        time.sleep(0.1)
    raise AssertionError(f"{url} did not answer in {_WAIT:.0f} s")
