"""The member's home: what comes next, this year's hours, and why they are what they are (R100, R111)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from models.terms import EntrySource
from services import agenda, hours
from services.clock import civil_day
from services.errors import invalid
from services.hours import HoursView, Line
from services.policy.rates import THERE
from services.spoken import clock_time, full_day
from services.spoken import hours as in_words
from web.context import now
from web.visitor import require_member

pages = Blueprint("home", __name__)

#: The rules of the ledger's lines, in plain words (R111).
_RULES = {
    "R07": "按时到会、迟到都记全部学时，部分参加按比例记，同一次学习只记一次",
    "R110": "已记的学时不涂改，有更正就另记一笔扣回",
}
_OTHER_RULE = "按支部的学时规定"


@dataclass(frozen=True)
class Why:
    """One line of the ledger in words: what, how many, how signed, who confirmed, by which rule."""

    day: str
    what: str
    hours: int
    signed: str
    confirmed: str
    rule: str
    note: str
    reversal: bool


@pages.get("/m")
def show() -> str:
    """Show the member's own page."""
    member = require_member()
    year = civil_day(now()).year
    view = hours.view(member, year, now())
    ahead = agenda.of_member(member, now())
    return render_template(
        "member/home.html",
        branch=member.branch.name,
        view=view,
        sentence=sentence(view),
        ahead=ahead,
        there=THERE,
        now=now(),
    )


@pages.get("/m/hours")
def why() -> str:
    """Show the ledger of a year line by line, the newest day first."""
    member = require_member()
    year = _year(request.args.get("year"))
    return render_template(
        "member/hours.html",
        view=hours.view(member, year, now()),
        lines=[_why(line) for line in hours.lines(member, year)],
        years=agenda.years(member, now()),
        year=year,
    )


def sentence(view: HoursView) -> str:
    """Say in one sentence what the number means; nobody else's number is ever in it (F02, R92)."""
    if view.lacking is None:
        return "学时对您不作硬性要求，参加了就记上。"
    if view.lacking == 0:
        return "今年的学时已经够了。"
    planned = f"，已安排的学习还有 {in_words(view.planned)} 学时" if view.planned else ""
    return f"还差 {in_words(view.lacking)} 学时{planned}。"


def _year(typed: str | None) -> int:
    this = civil_day(now()).year
    if typed is None:
        return this
    # int() would also take full-width and other digits, which no link of ours holds.
    if not (typed.isascii() and typed.isdigit() and len(typed) == 4 and 1921 <= int(typed) <= this + 1):
        raise invalid("year", "没有这一年的学时。", "请从页面上选年份。")
    return int(typed)


def _why(line: Line) -> Why:
    reversal = line.source is EntrySource.REVERSAL
    return Why(
        day=full_day(line.day, line.day.year),
        what=line.title or line.source.label,
        hours=line.hours,
        signed="" if reversal else _signed(line),
        confirmed=_confirmed(line, reversal),
        rule=f"{_RULES.get(line.rule, _OTHER_RULE)}（{line.edition}）",
        note=_note(line, reversal),
        reversal=reversal,
    )


def _signed(line: Line) -> str:
    """Say how the attendance became known; every way counts the same (F04)."""
    if line.attendance_source is None:
        return line.source.label
    time = f" {clock_time(line.attended_at)}" if line.attended_at else ""
    label: str = getattr(line.attendance_source, "label", str(line.attendance_source))
    return label + time


def _confirmed(line: Line, reversal: bool) -> str:
    day = civil_day(line.created_at)
    on = full_day(day, line.day.year)
    act = "退回重核" if reversal else "确认"
    # Nobody's name stands behind the automatic confirmation, nor behind what the operator did.
    return f"{line.confirmed_by} {on}{act}" if line.confirmed_by else f"{on}由系统{act}"


def _note(line: Line, reversal: bool) -> str:
    if reversal:
        reason = f"原因：{line.reason}。" if line.reason else ""
        return f"这次学习退回重核，先扣回已记的学时，核好以后再记。{reason}"
    if line.hours != line.stated:
        stated, counted = in_words(line.stated), in_words(line.hours)
        return f"这次是 {stated} 学时的{line.credit_kind.label}，按规定计 {counted}。"
    return line.reason or ""
