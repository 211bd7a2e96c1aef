"""The step of the played scene in which the secretary reminds those who lack hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from demo import cast
from demo.stage import Actor, Stage, require, say, tell
from services.clock import civil

#: Seconds until a message must stand on the phone. A push takes about one; a busy machine is given time.
_RINGS = 15.0
_PUSH, _LIST = "/s/push", "/s/unreached"


def arrange(stage: Stage, now: datetime) -> None:
    """Announce as many hours as a whole year needs: only then is a gap the member's own (R09)."""
    # In the last days of a year nothing fits in any more; then these were held, and missed.
    held = (civil(now) + timedelta(days=15)).year > civil(now).year
    days = (-9, -5) if held else (7, 14)
    morning = civil(now).replace(hour=9, minute=0, second=0, microsecond=0)
    lines = [_training(f"集中培训第{turn}期", morning + timedelta(days=day))
             for turn, day in zip("一二", days, strict=True)]  # fmt: skip
    trainings = stage.commands(*lines)
    if held:
        stage.commands(*(("session", "confirm", each["id"]) for each in trainings))
    tell("支部把全年的学习都安排了，连同今天的一共 32 学时")


def push(stage: Stage, secretary: Actor, member: Actor, without_phone: tuple[str, str]) -> None:
    """Choose two, read the words, press once; one phone rings, the other one is to be called."""
    number, name = without_phone
    page = stage.open(secretary, _PUSH)
    require(member.name in page and name in page, "「提醒」页上没有学时不够的同志")
    chosen: dict[str, str | list[str]] = {"topic": "HOURS_GAP", "member": [member.number, number]}
    shown = stage.submit(secretary, f"{_PUSH}/preview", _PUSH, **chosen)
    require("还差 30.5" in shown, "没有看到要发的话")
    say(secretary.name, f"（打开「提醒」，选{member.name}、{name}，看过要发的话，按「发给 1 位同志」）")
    stage.submit(secretary, _PUSH, _PUSH, **chosen)
    message = stage.message(member, _RINGS)
    require("还差学时：30.5" in message, "提醒里没有写还差多少")
    require(name in stage.open(secretary, _LIST), f"{name}不在电话名单上")
    tell(f"{name}没有绑定微信，在书记的电话名单上，打个电话就好")


def once(stage: Stage, secretary: Actor, member: Actor) -> None:
    """Press again in vain, and let the member want no more."""
    chosen: dict[str, str | list[str]] = {"topic": "HOURS_GAP", "member": [member.number]}
    again = stage.submit(secretary, f"{_PUSH}/preview", _PUSH, **chosen)
    require("已经提醒过" in again, "同一件事还能再提醒一次")
    stage.ask(member, "提醒 关", ("提醒",), "text", content="提醒 关")


def _training(title: str, start: datetime) -> tuple[str, ...]:
    what = ("--branch", cast.BRANCH, "--kind", "CENTRALISED_TRAINING", "--title", title)
    when = ("--start", start.isoformat(timespec="seconds"), "--minutes", "480")
    return ("session", "create", *what, *when, "--area", "THEORY", "--credit", "14.5")
