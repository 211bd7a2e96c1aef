"""Commands about a member's own data: the copy of it, and the erasure that the branch has decided."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from cli.answer import Answer
from cli.command import Call
from cli.people import number_argument
from services import privacy
from services.actor import OPERATOR
from services.errors import ServiceError
from services.people import member_by_number

_GOES = (
    "姓名、编号、手机号、微信绑定，写过的述学、申报、请假、补学的话，录音和疑问都会删掉，找不回来。"
    "到会、学时、积分的数留下，不带名字。"
)


def erase_arguments(parser: argparse.ArgumentParser) -> None:
    """Whom, and that it is meant."""
    number_argument(parser)
    parser.add_argument("--yes", action="store_true", help="党组织已经决定，现在就删")


def erase(call: Call) -> Answer:
    """Make a member anonymous for good."""
    member = member_by_number(call.member)
    if not call.yes:
        raise ServiceError("needs_yes", f"还没有删 {member.name}。{_GOES}", "确定要删，请加 --yes。")
    done = privacy.erase(OPERATOR, call.member, call.now)
    document = {
        "member": done.number,
        "removed": done.removed,
        "blanked": done.blanked,
        "mentions": done.mentions,
        "wiped": done.wiped,
    }
    lines = [f"已删除。留下的数记在 {done.number} 名下。"]
    lines += [f"  {title}：删了 {count} 条" for title, count in done.removed.items()]
    lines += [f"  {title}：{count} 条不再有字" for title, count in done.blanked.items()]
    lines += [
        f"  「{title}」里还有 {count} 条别人写的话提到这个姓名，请人看一看"
        for title, count in done.mentions.items()
    ]
    note = "" if done.wiped else "数据库正有人在读，旧的字还没有抹干净；服务在运行的话，一小时内会自己抹掉。"
    return Answer(document, "\n".join(lines), note=note)


def export_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose data, and into which file."""
    number_argument(parser)
    parser.add_argument("file", metavar="文件", help="写到哪个文件（JSON），不能已经有")


def export(call: Call) -> Answer:
    """Write everything about a member to a file that only its owner may read."""
    document = privacy.hand_out(OPERATOR, call.member, call.now)
    _write(Path(call.file), privacy.as_json(document))
    counts = {name: len(table["rows"]) for name, table in document["tables"].items() if table["rows"]}
    words = f"已把 {document['member']} 的数据写到 {call.file}，共 {sum(counts.values())} 条。请只交给本人。"
    return Answer({"member": document["member"], "file": call.file, "rows": counts}, words)


def _write(path: Path, text: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise ServiceError("file", f"{path} 已经有了，没有覆盖。", "请换一个文件名。") from error
    except OSError as error:
        raise ServiceError("file", f"{path} 写不了。", "请核对文件夹在不在、能不能写。") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
