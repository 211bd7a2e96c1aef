"""`python app.py demo`: the service and the simulator with a believable year, at one address."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from demo import data, processes, prompt, rules, scene
from demo.processes import CannotStart, Places
from demo.tools import DemoTools
from models import database
from models.connection import disconnect
from services.clock import civil_day
from services.upkeep import schema


def run(port: int, tools: DemoTools) -> int:
    """Run the demo on `port`, with the simulator on the next one, until stopped; returns the exit code."""
    places = Places(port, port + 1)
    try:
        _require_free(places)
        return _run(places, tools)
    except CannotStart as fault:
        print(fault, file=sys.stderr)
    except KeyboardInterrupt:
        # Only while the data is prepared: afterwards Ctrl-C is the orderly way to stop.
        print("演示没有启动，准备到一半的数据已放弃。", file=sys.stderr)
    return 1


def _run(places: Places, tools: DemoTools) -> int:
    instance = Path(tools.environment.get("INSTANCE_DIR") or tools.root / "instance").resolve() / "demo"
    instance.mkdir(parents=True, exist_ok=True)
    url = tools.environment.get("DATABASE_URL") or f"sqlite:///{instance / 'shuxue.db'}"
    settings = processes.settings_for(places, instance, url)
    scene_file = instance / "scene.json"
    prepare(tools, settings, instance, scene_file)
    environment = processes.child_environment(tools.environment, settings)
    with _stop_signals() as stop, processes.both(places, tools.root, environment, scene_file) as children:
        processes.wait_ready(places, children, stop.is_set)
        if not stop.is_set():
            push_menu(tools, settings)
            _announce(places)
        while not stop.wait(0.5):
            processes.require_alive(children)
    print("演示已停止。", file=sys.stderr)
    return 0


def prepare(
    tools: DemoTools,
    settings: Mapping[str, str],
    instance: Path,
    scene_file: Path,
    branches: int | None = None,
) -> None:
    """Bring the demo's database to today and write the scene.

    A SQLite file of ours is made anew when it is from another day. A database that somebody named is
    only filled when it is empty, and never emptied. `branches` limits the year as in `data.build`.

    Raises:
        CannotStart: when the named database holds other people's work.
    """
    now, mark = tools.clock(), instance / "built-on"
    day = civil_day(now).isoformat()
    own = "DATABASE_URL" not in tools.environment or not tools.environment["DATABASE_URL"]
    if own and (not mark.exists() or mark.read_text("utf-8") != day):
        _remove_database(instance)
    own_rules = rules.write_copy(tools.rules, Path(settings["RULES_DIR"]), civil_day(now))
    tools.open_database(settings)
    try:
        schema.migrate()
        if data.is_empty():
            print("正在准备示例数据，十几秒就好……", file=sys.stderr)
            key = data.build(now, branches=branches).open_session
            mark.write_text(day, "utf-8")
        elif data.has_demo():
            key = data.ensure_open_session(now)
        else:
            raise CannotStart("DATABASE_URL 指向的数据库里已有别的数据，演示不会动它。请换一个空的数据库。")
        data.forget_platform()
        # The service's own origin stands in PUBLIC_URL, so that links of the chat open in the phone.
        composed = scene.compose(key, settings["PUBLIC_URL"], now, rules.templates(own_rules))
        scene_file.write_text(json.dumps(composed, ensure_ascii=False, indent=1), "utf-8")
    finally:
        if database.obj is not None:
            disconnect()


def _remove_database(instance: Path) -> None:
    for path in instance.glob("shuxue.db*"):
        path.unlink()
    shutil.rmtree(instance / "uploads", ignore_errors=True)


def _require_free(places: Places) -> None:
    busy = [port for port in (places.port, places.simulator_port) if not processes.free(port)]
    if busy:
        said = "、".join(map(str, busy))
        raise CannotStart(f"端口 {said} 已被占用，请换一个，例如：make run PORT={places.port + 1000}")


def push_menu(tools: DemoTools, settings: Mapping[str, str]) -> None:
    """Put the menu on the simulator's phones.

    Raises:
        CannotStart: when the simulator refuses it.
    """
    done = prompt.run(lambda words: tools.command(settings, words), "menu", "push")
    if done.code:
        raise CannotStart(f"菜单没有推送成功：{done.err.strip()[-400:]}")


def _announce(places: Places) -> None:
    print(f"{places.simulator}/")
    print("在浏览器里打开上面的地址：左边是手机，右边是会场屏。人和支部都是编的，随便按。")
    print("要停下来，按 Ctrl-C。", flush=True)


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Turn Ctrl-C and SIGTERM into an event, so that both children are always stopped."""
    stop = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    former = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
