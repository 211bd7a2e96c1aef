"""What the chat says about points and monthly claims: the number, its last lines, what waits, what next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services import spoken
from services.points import PointsView
from services.points.claim_lists import Claim
from services.points.viewing import Line
from services.rulebook.points import PointItem

#: So much of a person's own words is shown again: enough to know them by.
_GLIMPSE = 24
_REASON = 60

NO_NUMBER = "请先写事项前面的数字。\n"
NO_DAY = "请在事项后面写上日期，例如：{}"
NO_WORDS = "请在日期后面写一句做了什么，例如：{}"


def points(view: PointsView, returned: Sequence[Claim], page: str) -> str:
    """Word a member's points: the sum with its word, the last lines, what waits, where the reasons stand."""
    if not view.in_scope and not view.lines:
        return outside(page)
    rows = [_sum(view)]
    recent = view.recent(2)
    if recent:
        rows.append("最近：" + "；".join(_entry(line) for line in recent))
    if returned:
        rows.append(_waits(returned))
    rows.append("做了好事可以报一件：发「申报」。" if view.in_scope else "您已经退出积分，以后不再记。")
    rows.append(f"为什么是这个数：{page}")
    return "\n".join(rows)


def outside(page: str) -> str:
    """Say that somebody does not take part, that this changes nothing, and how to."""
    return f"积分对您不作要求，不参加也没有任何影响。\n想参加，打开这里按「我要参加」：{page}"


def claimable(items: Sequence[PointItem], months: Sequence[tuple[str, date, date]], page: str) -> str:
    """List what may be claimed by its numbers, with an example of the line to send."""
    if not items:
        return f"现在没有要自己申报的事项，参加学习的积分会自己记上。\n积分在这里：{page}"
    numbered = "；".join(
        f"{at} {item.label}（{spoken.hours(item.points)} 分）" for at, item in enumerate(items, 1)
    )
    first = months[0][1]
    return (
        f"可以申报：{numbered}\n"
        f"例如发：{example(items[0], months[-1][2])}\n"
        f"现在可以报 {first.month}月{first.day}日以来的事。参加学习不用报，会后自己记上。\n"
        f"也可以在这里填：{page}"
    )


def example(item: PointItem, day: date, number: int = 1) -> str:
    """Write the line that somebody could send."""
    words = item.hint.removeprefix("例如：") or "做了什么"
    return f"申报 {number} {day.month}月{day.day}日 {_without_day(words)}"


def filed(claim: Claim, left: str) -> str:
    """Say that a claim has reached the branch."""
    return (
        f"已报给支部：{_day(claim.day)} {claim.label}（{spoken.hours(claim.points)} 分）\n"
        f"{short(claim.words, _GLIMPSE)}\n支部同意后记分。想改或收回：{left}"
    )


def short(words: str, most: int) -> str:
    """Cut a text to so many characters, on one line."""
    line = " ".join(words.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _sum(view: PointsView) -> str:
    band = f"（{view.band}）" if view.band else ""
    return f"今年积分 {spoken.hours(view.score)}{band}。"


def _entry(line: Line) -> str:
    sign = "−" if line.points < 0 else "+"
    note = f"（{line.note}）" if line.note else ""
    return f"{_day(line.day)} {line.item} {sign}{spoken.hours(abs(line.points))}{note}"


def _waits(returned: Sequence[Claim]) -> str:
    first = returned[0]
    more = f"，另有 {len(returned) - 1} 份" if len(returned) > 1 else ""
    why = f"：{short(first.reason, _REASON)}" if first.reason else ""
    return f"{_day(first.day)} {first.label}的申报请再补充{why}{more}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _without_day(words: str) -> str:
    """Leave out a day at the head of a hint: the example brings its own."""
    head, sign, rest = words.partition("日")
    return rest if sign and head.replace("月", "").isdigit() else words
