"""Starting the service and the simulator as child processes, watching them, and stopping both."""

from __future__ import annotations

import base64
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.wire import answers

HOST = "127.0.0.1"
_START_SECONDS = 60
_STOP_SECONDS = 12


class CannotStart(Exception):
    """The demo cannot run; the text is one Chinese sentence for the person who started it."""


@dataclass(frozen=True)
class Places:
    """Where the two processes listen."""

    port: int
    simulator_port: int

    @property
    def service(self) -> str:
        """The origin of the service."""
        return f"http://{HOST}:{self.port}"

    @property
    def simulator(self) -> str:
        """The origin of the simulator."""
        return f"http://{HOST}:{self.simulator_port}"


@dataclass
class Child:
    """One started process, and the file that holds what it said."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_words(self) -> str:
        """Return the end of its log."""
        lines = self.log.read_text("utf-8", errors="replace").splitlines()
        return "\n".join(lines[-8:])

    def stop(self) -> None:
        """Ask it to end, and insist when it does not."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free(port: int) -> bool:
    """Whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def spare_places() -> Places:
    """Return two ports that nobody uses at this moment."""
    with socket.socket() as one, socket.socket() as other:
        one.bind((HOST, 0))
        other.bind((HOST, 0))
        return Places(one.getsockname()[1], other.getsockname()[1])


def settings_for(places: Places, instance: Path, database_url: str) -> dict[str, str]:
    """Return the settings of a demo: made-up credentials, and the simulator in the place of WeChat."""
    return {
        "ENVIRONMENT": "development",
        "DATABASE_URL": database_url,
        "INSTANCE_DIR": str(instance),
        "RULES_DIR": str(instance / "rules"),
        "PUBLIC_URL": places.service,
        "WECHAT_API_BASE": places.simulator,
        "WECHAT_APP_ID": "wx" + secrets.token_hex(8),
        "WECHAT_APP_SECRET": secrets.token_hex(16),
        "WECHAT_TOKEN": secrets.token_hex(12),
        "WECHAT_AES_KEY": base64.b64encode(secrets.token_bytes(32)).decode().rstrip("="),
        "WECHAT_AES_KEY_PREVIOUS": "",
        "WECHAT_MODE": "safe",
    }


def child_environment(environment: Mapping[str, str], settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the children: proxies must not stand between the two."""
    own = {"NO_PROXY": f"{HOST},localhost", "no_proxy": f"{HOST},localhost", "PYTHONUNBUFFERED": "1"}
    return {**environment, **own, **settings}


@contextmanager
def both(places: Places, root: Path, environment: Mapping[str, str], scene: Path) -> Iterator[list[Child]]:
    """Run the service and the simulator until the block ends.

    The simulator gets a seed of its own each time, else the ids of its messages would repeat and the
    service would take new messages for copies of old ones.
    """
    folder = scene.parent
    simulator = ["-m", "simulator", "--port", str(places.simulator_port), "--service", places.service]
    simulator += ["--scene", str(scene), "--seed", str(secrets.randbelow(10**9))]
    service = [str(root / "app.py"), "serve", "--host", HOST, "--port", str(places.port)]
    children: list[Child] = []
    try:
        for name, words in (("simulator", simulator), ("service", service)):
            children.append(_start(name, words, root, environment, folder / f"{name}.log"))
        yield children
    finally:
        for child in reversed(children):
            child.stop()


def _start(name: str, words: list[str], root: Path, environment: Mapping[str, str], log: Path) -> Child:
    line = [sys.executable, *words]
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 - our own programs, words from the demo itself
            line, cwd=root, env=dict(environment), stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    return Child(name, process, log)


def wait_ready(places: Places, children: list[Child], stopped: Callable[[], bool] = lambda: False) -> None:
    """Wait until both answer, or somebody asks to stop.

    Raises:
        CannotStart: when one has ended or takes too long, with its last words.
    """
    deadline = time.monotonic() + _START_SECONDS
    waiting = [f"{places.simulator}/sim/api/counters", f"{places.service}/readyz"]
    while waiting and not stopped():
        require_alive(children)
        waiting = [address for address in waiting if not answers(address)]
        if waiting and time.monotonic() > deadline:
            said = "\n".join(child.last_words() for child in children)
            raise CannotStart(f"等了 {_START_SECONDS} 秒还没有启动好。最后的记录：\n{said}")
        time.sleep(0.1 if waiting else 0)


def require_alive(children: list[Child]) -> None:
    """Raise when a process has ended by itself.

    Raises:
        CannotStart: naming it, with its last words.
    """
    for child in children:
        if child.process.poll() is not None:
            raise CannotStart(f"{child.name} 自己停了（{child.log}）：\n{child.last_words()}")
