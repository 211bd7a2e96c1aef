"""The demo's own copy of the rules: what an operator would fill in before reminders can go out.

A unit applies for its templates in the account's console and writes their numbers into `reminders.toml` of
its RULES_DIR. The demo does the same with templates that its simulator knows, so that the service itself
runs as it would anywhere.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from models.terms import Topic
from services.rulebook import Rulebook

#: What the start page says of the one thing that differs from a unit's own rules.
NOTE = "这里白天夜里都能发提醒，方便您试；平时晚上八点到早上八点、休息日不发。"

#: Titles of the templates, and what stands before each of their keywords, as a console would show them.
TITLES: dict[Topic, tuple[str, tuple[str, ...]]] = {
    Topic.SESSION_TOMORROW: ("学习通知", ("学习内容", "时间", "地点", "学时")),
    Topic.SESSION_MOVED: ("学习改期通知", ("学习内容", "新的时间", "地点")),
    Topic.SESSION_CANCELLED: ("学习取消通知", ("学习内容", "原定时间")),
    Topic.HOURS_GAP: ("学习提醒", ("姓名", "课程", "还差学时", "时间")),
    Topic.BRANCH_SHORT: ("学习安排提醒", ("党支部", "已安排学时", "还差学时")),
    Topic.REPORT_WINDOW: ("述学提醒", ("姓名", "述学", "截止日期")),
    Topic.REPORT_RETURNED: ("述学补充提醒", ("姓名", "述学")),
    Topic.MAKE_UP: ("补学提醒", ("姓名", "学习内容", "截止日期")),
    Topic.CLAIM_CLOSING: ("申报提醒", ("姓名", "事项", "截止日期")),
    Topic.CONTACT_DUE: ("联系提醒", ("党支部", "人数", "截止日期")),
    Topic.NEW_SECRETARY: ("培训提醒", ("姓名", "培训", "截止日期")),
    Topic.NEW_MEMBER: ("培训提醒", ("姓名", "培训", "截止日期")),
    Topic.CARE: ("关心提醒", ("党支部", "人数")),
}
#: Topics for which a member may also accept single 订阅通知, the second way.
_SUBSCRIBED = frozenset({Topic.HOURS_GAP, Topic.SESSION_TOMORROW, Topic.MAKE_UP})
_SECTION = re.compile(r"\[edition\.topic\.(\w+)\]")
_EMPTY = 'template = ""'
_LIMITS = {
    "quiet_from": '"00:00"',
    "quiet_until": '"00:00"',
    "workdays_only": "false",
}
#: A checkpoint that lies so near would tell everybody of the gap before the newcomer can (R91, F13).
_BEFORE, _AFTER = timedelta(days=2), timedelta(days=45)


def template_of(topic: Topic) -> str:
    """Return the number that the demo's account gives a topic's template."""
    return f"demo-{topic.value.lower().replace('_', '-')}"


def write_copy(shipped: Path, folder: Path, today: date) -> Path:
    """Copy the rules into a folder with the templates filled in, and return the folder.

    Templates that somebody has filled in already are kept. Quiet hours and days off are taken out, and a
    checkpoint around today as well, whose reminders would come before the one that is tried out by hand.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(shipped, folder)
    path = folder / "reminders.toml"
    path.write_text(_filled(path.read_text("utf-8"), today), "utf-8")
    Rulebook(folder)
    return folder


def templates(folder: Path) -> list[dict[str, Any]]:
    """Return the account's templates for the simulator: all that the rules of a folder name."""
    raw = tomllib.loads((folder / "reminders.toml").read_text("utf-8"))
    found: dict[str, dict[str, Any]] = {}
    for edition in raw["edition"]:
        for name, rules in edition["topic"].items():
            title, labels = TITLES[Topic(name)]
            said = zip(rules["fields"], [*labels, *rules["fields"]][: len(rules["fields"])], strict=True)
            shown = {"title": title, "fields": dict(said)}
            if rules["template"]:
                found[rules["template"]] = {"template_id": rules["template"], **shown}
            if rules.get("subscribe"):
                found[rules["subscribe"]] = {
                    "template_id": rules["subscribe"], "kind": "subscribe", **shown,
                }  # fmt: skip
    return list(found.values())


def _filled(text: str, today: date) -> str:
    lines, topic = [], None
    for line in text.splitlines():
        section = _SECTION.fullmatch(line.partition("#")[0].strip())
        topic = Topic(section[1]) if section else topic
        lines.append(_line(line, topic, today))
    return "\n".join(lines) + "\n"


def _line(line: str, topic: Topic | None, today: date) -> str:
    key = line.partition("=")[0].strip()
    if key in _LIMITS:
        return f"{key} = {_LIMITS[key]}"
    if key == "checkpoints":
        kept = [each for each in re.findall(r'"(\d\d-\d\d)"', line) if not _near(each, today)]
        return f"checkpoints = {kept}".replace("'", '"')
    if topic is None or line.partition("#")[0].strip() != _EMPTY:
        return line
    filled = f'template = "{template_of(topic)}"'
    return f'{filled}\nsubscribe = "{template_of(topic)}-once"' if topic in _SUBSCRIBED else filled


def _near(checkpoint: str, today: date) -> bool:
    years = (today.year - 1, today.year, today.year + 1)
    days = (date.fromisoformat(f"{year}-{checkpoint}") for year in years)
    return any(day - _BEFORE <= today <= day + _AFTER for day in days)
