"""Commands about 述学: rounds, and the reports of members."""

from __future__ import annotations

import argparse

from cli import values
from cli.answer import Answer
from cli.command import Call
from models import Member, ReportCycle
from models.terms import ConfirmedBy, CycleType, View
from services.actor import OPERATOR, Actor, member_actor
from services.clock import ZONE
from services.people import member_by_number
from services.shuxue import cycles, deciding, oral, writing
from services.shuxue.cycles import CyclePlan
from services.shuxue.draft import Draft


def open_arguments(parser: argparse.ArgumentParser) -> None:
    """For whom, about which days, until when."""
    parser.add_argument("--org", required=True, metavar="代码", help="党组织代码；它和它下面的支部都写")
    kinds = "、".join(kind.label for kind in CycleType)
    parser.add_argument("--type", required=True, type=values.term(CycleType), metavar="类型", help=kinds)
    parser.add_argument("--year", required=True, type=values.year, metavar="年份")
    parser.add_argument("--quarter", type=values.whole, metavar="季度", help="1 到 4，只有季度述学要写")
    parser.add_argument(
        "--due", required=True, type=values.day, metavar="日期", help="最后一天，例如 2026-12-20"
    )
    parser.add_argument("--opens", type=values.day, metavar="日期", help="第一天，默认今天")
    parser.add_argument("--title", metavar="标题", help="默认按类型，例如 四季度述学")
    parser.add_argument("--form", metavar="表单", help="rules/shuxue/ 里的文件名，默认按规则")


def open_cycle(call: Call) -> Answer:
    """Open a round for an organization and all below it."""
    plan = CyclePlan(
        organization=call.org,
        type=call.type,
        year=call.year,
        due=call.due,
        quarter=call.quarter or 0,
        opens=call.opens,
        title=call.title or "",
        form=call.form or "",
    )
    return _round(call, cycles.open_cycle(OPERATOR, plan, call.now))


def key_argument(parser: argparse.ArgumentParser) -> None:
    """Which round."""
    parser.add_argument("cycle", metavar="轮次", help="cycle open 给出的 id，例如 ZB0001-2026Q4")


def close(call: Call) -> Answer:
    """Close a round before its last day has passed."""
    return _round(call, cycles.close(OPERATOR, call.cycle, call.now))


def report_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose report, and of which round."""
    parser.add_argument("member", metavar="编号", help="党员编号")
    key_argument(parser)


def show(call: Call) -> Answer:
    """Show a report as it stands."""
    return _report(writing.look(_member(call), call.cycle, call.now))


def record_arguments(parser: argparse.ArgumentParser) -> None:
    """What was said, who wrote it down, and how the member agreed."""
    report_arguments(parser)
    for view in View:
        parser.add_argument(f"--{view}", metavar="文字", help=view.label)
    parser.add_argument("--actor", metavar="编号", help="谁代录：支委、党小组长或代录同志；不写就是管理员")
    ways = "IN_PERSON 当面、PHONE 电话；不写就等本人在手机上确认"
    parser.add_argument("--confirmed", type=values.term(ConfirmedBy), metavar="方式", help=ways)


def record(call: Call) -> Answer:
    """Write down what a member said, or what stands on paper."""
    texts = {view: said for view in View if (said := getattr(call, view)) is not None}
    drawn = oral.record(_actor(call.actor), call.cycle, call.member, texts, call.confirmed, call.now)
    return _report(drawn)


def accept(call: Call) -> Answer:
    """Accept a report."""
    deciding.accept(OPERATOR, call.cycle, call.member, call.now)
    return show(call)


def return_arguments(parser: argparse.ArgumentParser) -> None:
    """Whose report, and what is still wanted."""
    report_arguments(parser)
    parser.add_argument("--reason", required=True, metavar="原因", help="本人会看到")


def give_back(call: Call) -> Answer:
    """Give a report back with a reason."""
    deciding.give_back(OPERATOR, call.cycle, call.member, call.reason, call.now)
    return show(call)


def _round(call: Call, cycle: ReportCycle) -> Answer:
    state = cycles.state_of(cycle, call.now)
    document = {
        "id": cycle.key,
        "cycle": cycle.key,
        "organization": cycle.organization.code,
        "type": cycle.type,
        "year": cycle.year,
        "quarter": cycle.quarter or None,
        "title": cycle.title,
        "opens": cycle.opens.isoformat(),
        "due": cycle.due.isoformat(),
        "state": state,
        "form": cycle.form,
        "edition": cycle.edition,
    }
    words = f"{cycle.title}（{state.label}）轮次 {cycle.key}，{cycle.opens} 到 {cycle.due}"
    return Answer(document, words)


def _report(drawn: Draft) -> Answer:
    at = drawn.submitted_at
    document = {
        "member": drawn.member.number,
        "cycle": drawn.cycle.key,
        "state": drawn.state,
        "channel": drawn.channel,
        "revision": drawn.revision,
        "views": {view: drawn.texts[view].body for view in View},
        "required": drawn.required,
        "reason": drawn.reason,
        "confirmed": drawn.confirmed_how,
        "submitted_at": None if at is None else at.astimezone(ZONE).isoformat(timespec="seconds"),
    }
    way = f"，{drawn.channel.label}" if drawn.channel else ""
    head = f"{drawn.member.name} · {drawn.cycle.title}：{drawn.state.label}{way}，提交过 {drawn.revision} 次"
    if drawn.reason:
        head += f"\n请补充：{drawn.reason}"
    body = [f"{each.label}：{drawn.texts[each.view].body or '（还没有写）'}" for each in drawn.form.views]
    return Answer(document, "\n".join([head, *body]))


def _member(call: Call) -> Member:
    return member_by_number(call.member)


def _actor(number: str | None) -> Actor:
    return OPERATOR if number is None else member_actor(member_by_number(number).id)
