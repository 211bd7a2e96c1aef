"""Commands about members: the roster, cards and codes, new phones, a member's year."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli import documents, values
from cli.answer import DONE, REFUSED, Answer
from cli.command import Call
from models.terms import Role
from services import binding, new_phone, roles
from services.actor import OPERATOR
from services.clock import civil, civil_day
from services.people import member_by_number
from services.roster import import_roster


def number_argument(parser: argparse.ArgumentParser) -> None:
    """Whom it is about."""
    parser.add_argument("member", metavar="编号", help="党员编号，例如 DY000001")


def import_arguments(parser: argparse.ArgumentParser) -> None:
    """Which file, and whether to write."""
    parser.add_argument("file", metavar="文件", help="名册：xlsx，或一张表的 CSV")
    parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")


def roster(call: Call) -> Answer:
    """Import a roster: all of it, or nothing."""
    result = import_roster(Path(call.file), OPERATOR, call.now, dry_run=call.dry_run)
    document = documents.roster(result)
    if result.rejected:
        words = "\n".join(
            f"{each.sheet} 第 {each.row} 行「{each.column}」{each.value or '（空）'}：{each.reason}"
            for each in result.rejected
        )
        note = f"有 {len(result.rejected)} 处要改，一行也没有导入。请改好后再导入一次。"
        return Answer(document, words, REFUSED, note)
    done = "已导入" if result.applied else "检查通过，没有写入"
    words = f"{done}：新增 {result.created}，更新 {result.updated}，未变 {result.unchanged}。"
    if result.ignored_columns:
        words += f"不认得的列没有用：{'、'.join(result.ignored_columns)}。"
    return Answer(document, words, DONE)


def bind_code(call: Call) -> Answer:
    """Make a code to be said or sent."""
    code = binding.issue_code(OPERATOR, call.member, call.now)
    until = f"{civil(code.expires_at):%m月%d日 %H:%M}"
    words = f"请 {code.member.name} 在服务号里发送：绑定 {code.code}（{until} 前有效，只能用一次）"
    return Answer(documents.issued(code, with_scene=False), words)


def card(call: Call) -> Answer:
    """Make a code to be printed, with the scene of its QR."""
    code = binding.issue_code(OPERATOR, call.member, call.now, printed=True)
    until = f"{civil_day(code.expires_at):%Y-%m-%d}"
    words = f"{code.member.name} 的卡片：编码 {code.code}，二维码场景值 {code.scene}，{until} 前有效。"
    return Answer(documents.issued(code, with_scene=True), words)


def unbind(call: Call) -> Answer:
    """Untie a member's account."""
    member = binding.release(OPERATOR, call.member, call.now)
    return Answer({"member": member.number, "bound": False}, f"{member.name} 已解除绑定，学习记录都在。")


def handover_arguments(parser: argparse.ArgumentParser) -> None:
    """Which organization, to whom, and what becomes of the former secretary."""
    parser.add_argument("organization", metavar="代码", help="党组织代码，例如 ZB0001")
    number_argument(parser)
    parser.add_argument(
        "--stays", type=values.term(Role), metavar="职务", help="原书记留任 DEPUTY 或 COMMITTEE；默认不再任职"
    )


def handover(call: Call) -> Answer:
    """Hand a branch over to another secretary; the former one's rights end at this moment."""
    done = roles.hand_over(OPERATOR, call.organization, call.member, call.now, stays=call.stays)
    document = {"organization": call.organization, "secretary": call.member, "on": done.on.isoformat()}
    before = f"，原书记 {done.former} 的职务现在结束" if done.former else ""
    return Answer(document, f"{done.organization} 的书记现在是 {done.successor}{before}。")


def show_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose year, and which."""
    number_argument(parser)
    parser.add_argument("--year", type=values.year, metavar="年份", help="默认今年")


def show(call: Call) -> Answer:
    """Show a member's hours of a year, line by line."""
    year = call.year or civil_day(call.now).year
    document = documents.member(member_by_number(call.member), year, call.now)
    hours = document["hours"]
    required = "不作硬性要求" if hours["required"] is None else f"应 {hours['required']}"
    bound = "已绑定微信" if document["bound"] else "未绑定微信"
    lines = [
        f"{document['name']}（{document['number']}，{document['branch']}，{bound}）",
        f"{year} 年 {hours['credited']} 学时，{required}",
        f"支部已安排 {hours['offered']}，接下来 {hours['planned']}",
    ]
    lines += [
        f"  {each['date']} {each['hours']} {each['reason'] or ''}".rstrip() for each in document["entries"]
    ]
    return Answer(document, "\n".join(lines))


def rebind_list(_call: Call) -> Answer:
    """List the new phones that wait for a yes."""
    waiting = new_phone.waiting("")
    document = {
        "requests": [
            {"member": number, "name": name, "asked_at": documents.iso(asked)}
            for number, name, asked in waiting
        ]
    }
    words = [f"{number} {name} {civil(asked):%m月%d日 %H:%M}" for number, name, asked in waiting]
    return Answer(document, "\n".join(words) or "没有等待确认的新手机。")


def rebind_approve(call: Call) -> Answer:
    """Let the new phone take the place of the old one."""
    member = new_phone.approve(OPERATOR, call.member, call.now)
    return Answer(
        {"member": member.number, "state": "APPROVED"}, f"{member.name} 已换到新手机，旧手机不再能用。"
    )


def rebind_refuse(call: Call) -> Answer:
    """Leave the old phone in its place."""
    member = new_phone.refuse(OPERATOR, call.member, call.now)
    return Answer({"member": member.number, "state": "REFUSED"}, f"{member.name} 仍用原来的手机。")
