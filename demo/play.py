"""`python app.py play`: one meeting from card to confirmed hours, printed as people would see it."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from demo import processes, rules, scene, steps
from demo.processes import CannotStart
from demo.stage import Missed, Stage
from demo.steps import Step
from demo.tools import DemoTools
from demo.wire import Control, Unanswered
from services.clock import civil_day


def play(tools: DemoTools) -> int:
    """Play the scene on spare ports with a database of its own; 1 when something did not happen."""
    began = time.monotonic()
    print("把一次学习从发卡走到学时，不到一分钟。人和支部都是编的，话是真的一来一回。", flush=True)
    try:
        with tempfile.TemporaryDirectory(prefix="shuxue-play-") as folder:
            _play(tools, Path(folder))
    except (CannotStart, Missed, Unanswered) as fault:
        print(f"没有走通：{fault}", file=sys.stderr)
        return 1
    print(f"\n全部走通，用时 {time.monotonic() - began:.0f} 秒。")
    return 0


def _play(tools: DemoTools, folder: Path) -> None:
    places = processes.spare_places()
    settings = processes.settings_for(places, folder, f"sqlite:///{folder / 'shuxue.db'}")
    environment = processes.child_environment(tools.environment, settings)
    scene_file = folder / "scene.json"
    own_rules = rules.write_copy(tools.rules, Path(settings["RULES_DIR"]), civil_day(tools.clock()))
    composed = {"account": scene.ACCOUNT, "templates": rules.templates(own_rules)}
    scene_file.write_text(json.dumps(composed, ensure_ascii=False), "utf-8")
    stage = Stage(lambda words: tools.command(settings, words), Control(places.simulator), places.service)
    for title, step in steps.BEFORE:
        _run(title, step, stage, tools)
    with processes.both(places, tools.root, environment, scene_file) as children:
        processes.wait_ready(places, children)
        for title, step in steps.SCENE:
            _run(title, step, stage, tools)
            processes.require_alive(children)


def _run(title: str, step: Step, stage: Stage, tools: DemoTools) -> None:
    print(f"\n【{title}】", flush=True)
    try:
        step(stage, tools.clock())
    except (Missed, Unanswered) as fault:
        raise Missed(f"「{title}」：{fault}") from fault
