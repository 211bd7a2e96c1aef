"""Commands that send what is queued, save and restore the database, and say whether all is well."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.answer import DONE, REFUSED, Answer
from cli.command import Call
from cli.operate import opened
from models.connection import DurabilityFault
from services.actor import OPERATOR
from services.delivery import fence, pauses, upkeep
from services.ports import PlatformError
from services.upkeep import backups, doctor
from services.upkeep.doctor import Finding


def deliver(call: Call) -> Answer:
    """Send until nothing is due."""
    upkeep.sweep(call.now)
    tally = call.tools.deliver(opened(call))
    pending = upkeep.figures().pending
    counts = {
        "accepted": tally.accepted,
        "refused": tally.refused,
        "failed": tally.failed,
        "pending": pending,
    }
    words = f"微信收下 {tally.accepted} 条，没有收 {tally.refused} 条，没发成 {tally.failed} 条"
    words += f"，待发 {pending} 条。"
    held = "围栏还在，什么也没有发。核对后请运行：python app.py release-fence" if fence.raised() else ""
    return Answer(counts, words, DONE, held)


def release_arguments(parser: argparse.ArgumentParser) -> None:
    """What becomes of what waits, and of the ways that rest."""
    parser.add_argument(
        "--to-list", action="store_true", help="恢复前就该发的不再发，放进电话名单（可能已经发过）"
    )
    parser.add_argument("--wake", action="store_true", help="同时让停发的渠道和模板恢复")


def release_fence(call: Call) -> Answer:
    """Let messages leave again."""
    moved = fence.to_list(OPERATOR, call.now) if call.to_list else 0
    released = fence.release(OPERATOR, call.now)
    woken = pauses.wake(OPERATOR, call.now) if call.wake else 0
    words = "围栏已撤，消息可以发了。" if released else "没有围栏。"
    words += f"放进电话名单 {moved} 条。" if moved else ""
    words += f"恢复停发的渠道 {woken} 个。" if woken else ""
    return Answer({"released": released, "to_list": moved, "woken": woken}, words)


def file_argument(parser: argparse.ArgumentParser) -> None:
    """Which file."""
    parser.add_argument("file", metavar="文件")


def backup(call: Call) -> Answer:
    """Save the whole database."""
    size = backups.backup(Path(call.file))
    document = {"file": call.file, "bytes": size}
    return Answer(document, f"已备份到 {call.file}，{size} 字节。规则目录和 secret_key 请另外保存。")


def restore(call: Call) -> Answer:
    """Put a saved database back."""
    former = backups.restore(Path(call.file), call.now)
    words = (
        f"已恢复 {call.file}。原来的数据存在 {former}。\n"
        "现在不发任何消息。请先运行 verify 核对，再运行 release-fence。"
    )
    return Answer({"restored": call.file, "former": str(former), "fence": True}, words)


def examine(call: Call) -> Answer:
    """Say line by line whether all is well."""
    values = opened(call).model_dump()
    found = doctor.settings(values)
    well = found[0].ok
    found += _database(call)
    if well and not schema_lacks(found):
        found += _templates(call)
    faults = [each for each in found if not each.ok]
    document = {
        "ok": not faults,
        "checks": [{"name": each.name, "ok": each.ok, "words": each.words} for each in found],
    }
    lines = [f"{'正常' if each.ok else '注意'}  {each.name}：{each.words}" for each in found]
    note = f"有 {len(faults)} 项需要处理，处理办法见 docs/runbook.md。" if faults else ""
    return Answer(document, "\n".join(lines), REFUSED if faults else DONE, note)


def schema_lacks(found: list[Finding]) -> bool:
    """Whether the database cannot be worked with yet."""
    return any(each.name in {"database", "migrations"} and not each.ok for each in found)


def _database(call: Call) -> list[Finding]:
    try:
        call.tools.open_database(opened(call))
        return doctor.examine(call.now)
    except DurabilityFault as fault:
        return [Finding("database", False, f"会丢失已确认的数据：{fault}")]
    except Exception as fault:  # whatever the driver says, the operator gets a line
        return [Finding("database", False, f"打不开（{type(fault).__name__}），请检查 DATABASE_URL 和数据库")]


def _templates(call: Call) -> list[Finding]:
    try:
        return doctor.templates(call.now, call.tools.platform(opened(call)).templates())
    except PlatformError as fault:
        return [Finding("platform", False, f"微信没有照办：{fault}")]
