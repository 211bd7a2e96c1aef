"""Commands about sessions; all of them answer with the session."""

from __future__ import annotations

import argparse

from cli import documents, values
from cli.answer import Answer
from cli.command import Call
from models.terms import Area, AttendanceStatus, DueScope, SessionKind
from services.actor import OPERATOR, Actor, member_actor
from services.people import member_by_number
from services.roll import attendance
from services.study import rescheduling, sessions
from services.study.session_plan import SessionPlan


def key_argument(parser: argparse.ArgumentParser) -> None:
    """Which session."""
    parser.add_argument("id", metavar="学习编号", help="session create 给出的 id")


def create_arguments(parser: argparse.ArgumentParser) -> None:
    """What to hold, when, and for whom."""
    parser.add_argument("--branch", required=True, metavar="代码", help="党组织代码，例如 ZB0001")
    kinds = "、".join(kind.label for kind in SessionKind)
    parser.add_argument("--kind", required=True, type=values.term(SessionKind), metavar="形式", help=kinds)
    parser.add_argument("--title", required=True, metavar="标题")
    parser.add_argument(
        "--start", required=True, type=values.moment, metavar="时间", help="例如 2026-11-21T14:00"
    )
    parser.add_argument("--minutes", required=True, type=values.whole, metavar="分钟")
    areas = "、".join(area.label for area in Area) + "；可以写几项"
    area = values.term(Area)
    parser.add_argument(
        "--area", required=True, nargs="+", action="extend", type=area, metavar="内容", help=areas
    )
    parser.add_argument("--credit", type=values.hours, metavar="学时", help="默认按时长计算")
    parser.add_argument("--reason", metavar="原因", help="学时为什么另定；不写记为「操作员录入」")
    parser.add_argument("--place", metavar="地点")
    scope = values.term(DueScope)
    parser.add_argument("--scope", type=scope, metavar="范围", help="ALL 全体党员（默认）或 COMMITTEE 支委")


def create(call: Call) -> Answer:
    """Publish a session."""
    plan = SessionPlan(
        organization=call.branch,
        kind=call.kind,
        title=call.title,
        starts_at=call.start,
        minutes=call.minutes,
        areas=tuple(call.area),
        credit=call.credit,
        credit_reason=call.reason,
        place=call.place,
        due_scope=call.scope,
    )
    return _answer(call, sessions.publish_new(OPERATOR, plan, call.now).key)


def show(call: Call) -> Answer:
    """Show a session as it stands."""
    return _answer(call, call.id)


def roll_call_arguments(parser: argparse.ArgumentParser) -> None:
    """Whom to mark, as what, and who says so."""
    key_argument(parser)
    parser.add_argument("--actor", metavar="编号", help="谁来点名：书记、支委或党小组长；不写就是管理员")
    status = values.term(AttendanceStatus)
    words = "到会、迟到、部分参加、请假、缺席或未到"
    parser.add_argument("--status", required=True, type=status, metavar="情况", help=words)
    parser.add_argument("members", nargs="+", metavar="编号", help="党员编号，可以写几个")


def roll_call(call: Call) -> Answer:
    """Mark members as the caller saw them, with the caller's rights."""
    attendance.call_roll(_actor(call.actor), call.id, call.status, call.members, call.now)
    return _answer(call, call.id)


def confirm(call: Call) -> Answer:
    """Confirm, so that the hours are posted."""
    attendance.confirm(OPERATOR, call.id, call.now)
    return _answer(call, call.id)


def cancel_arguments(parser: argparse.ArgumentParser) -> None:
    """Which session, and perhaps why."""
    key_argument(parser)
    parser.add_argument("--reason", metavar="原因")


def cancel(call: Call) -> Answer:
    """Call it off."""
    sessions.cancel(OPERATOR, call.id, call.now, call.reason)
    return _answer(call, call.id)


def move_arguments(parser: argparse.ArgumentParser) -> None:
    """Which session, to when and where, and who says so."""
    key_argument(parser)
    parser.add_argument(
        "--start",
        required=True,
        type=values.moment,
        metavar="时间",
        help="例如 2026-11-28T14:00；只改地点就写原来的",
    )
    parser.add_argument("--minutes", type=values.whole, metavar="分钟", help="不写就不变")
    parser.add_argument("--place", metavar="地点", help="不写就不变")
    parser.add_argument("--actor", metavar="编号", help="谁来改：书记、支委或党小组长；不写就是管理员")


def move(call: Call) -> Answer:
    """Hold it at another time or place."""
    rescheduling.move(_actor(call.actor), call.id, call.start, call.minutes, call.place, call.now)
    return _answer(call, call.id)


def close(call: Call) -> Answer:
    """Shut the door before the planned end."""
    sessions.close(OPERATOR, call.id, call.now)
    return _answer(call, call.id)


def reopen_arguments(parser: argparse.ArgumentParser) -> None:
    """Which session, and why."""
    key_argument(parser)
    parser.add_argument("--reason", required=True, metavar="原因", help="写进每一条冲销记录")


def reopen(call: Call) -> Answer:
    """Take the confirmation back."""
    attendance.reopen(OPERATOR, call.id, call.reason, call.now)
    return _answer(call, call.id)


def _actor(number: str | None) -> Actor:
    return OPERATOR if number is None else member_actor(member_by_number(number).id)


def _answer(call: Call, key: str) -> Answer:
    roll = attendance.roll(key, call.now)
    return Answer(documents.session(roll, call.now), documents.session_text(roll, call.now))
