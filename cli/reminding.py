"""The command that decides who is reminded of what."""

from __future__ import annotations

import argparse

from cli import values
from cli.answer import Answer
from cli.command import Call
from services import reminders
from services.clock import civil
from services.reminders import Decided


def remind_arguments(parser: argparse.ArgumentParser) -> None:
    """At which moment, and whether to queue."""
    parser.add_argument(
        "--at", type=values.moment, metavar="时间", help="按这个时间来算，例如 2026-11-16T09:00；默认现在"
    )
    parser.add_argument("--dry-run", action="store_true", help="只看，不放进待发的队列")


def remind(call: Call) -> Answer:
    """Say what is due, and queue it unless only asked."""
    now = call.at or call.now
    decided = reminders.decide(now) if call.dry_run else reminders.remind(now)
    return Answer(_document(decided), _text(call, decided))


def _document(decided: Decided) -> dict[str, object]:
    return {
        "due": [
            {
                "member": each.number,
                "topic": each.topic,
                "period": each.period,
                "channel": each.channel,
                "fields": each.fields,
            }
            for each in decided.due
        ],
        "suppressed": [
            {"member": each.number, "topic": each.topic, "reason": each.why} for each in decided.suppressed
        ],
    }


def _text(call: Call, decided: Decided) -> str:
    head = f"{civil(call.at or call.now):%Y-%m-%d %H:%M} "
    head += "该提醒" if call.dry_run else "已放进待发的队列"
    lines = [f"{head} {len(decided.due)} 条，不发 {len(decided.suppressed)} 条。"]
    lines += [f"  {each.number} {each.topic.label}：{each.words}" for each in decided.due]
    lines += [f"  {each.number} {each.topic.label}：不发，{each.why.label}" for each in decided.suppressed]
    return "\n".join(lines)
