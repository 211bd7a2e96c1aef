"""The member's home: what comes next, this year's hours, and why they are what they are (R100, R111)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request

from models.terms import EntrySource
from services import desk, hours, notices
from services.clock import civil_day
from services.errors import invalid
from services.hours import HoursView, Line
from services.policy.rates import THERE
from services.spoken import clock_time, full_day
from services.spoken import hours as in_words
from services.study import agenda
from web.context import now
from web.member.waits import waits_in_words
from web.visitor import require_member

pages = Blueprint("home", __name__)

#: The rules of the ledger's lines, in plain words (R111).
_RULES = {
    "R07": "按时到会、迟到都记全部学时，部分参加按比例记，同一次学习只记一次",
    "R11": "转入以前的学时，由支部书记核实后登记",
    "R31": "没来或没听全的学习可以补，支部确认后记学时，同一次学习只记一次",
    "R34": "在支部以外参加的学习，本支部确认后记学时",
    "R110": "已记的学时不涂改，有更正就另记一笔",
}
_OTHER_RULE = "按支部的学时规定"


@dataclass(frozen=True)
class Why:
    """One line of the ledger in words: what, how many, how signed, who confirmed, by which rule."""

    entry: int
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
    """Show the member's own page, in six queries at most whatever the history's length."""
    member = require_member()
    view = hours.view(member, civil_day(now()).year, now())
    waiting = desk.for_member(member, now())
    said = notices.standing(member, now(), hours_are_enough=not view.lacking)
    return render_template(
        "member/home.html",
        branch=member.branch.name,
        view=view,
        sentence=sentence(view),
        ahead=agenda.of_member(member, now()),
        there=THERE,
        desk=waiting,
        said=said,
        points=score_in_words(waiting.score, waiting.band),
        waiting=[waits_in_words(item, now()) for item in waiting.items],
    )


@pages.get("/m/hours")
def why() -> str:
    """Show the ledger of a year line by line, the newest day first."""
    member = require_member()
    year = year_of(request.args.get("year"))
    return render_template(
        "member/hours.html",
        view=hours.view(member, year, now()),
        lines=[why_of(line) for line in hours.lines(member, year)],
        years=agenda.years(member, now()),
        year=year,
    )


def sentence(view: HoursView, *, this_year: bool = True) -> str:
    """Say in one sentence what the number means; nobody else's number is ever in it (F02, R92)."""
    if view.lacking is None:
        return "学时对您不作硬性要求，参加了就记上。"
    if view.lacking == 0:
        return f"{'今年' if this_year else '这一年'}的学时已经够了。"
    planned = f"，已安排的学习还有 {in_words(view.planned)} 学时" if view.planned else ""
    return f"还差 {in_words(view.lacking)} 学时{planned}。"


def score_in_words(score: int | None, band: str | None) -> str:
    """Say the points with their word, as in 86 分（良好）; nothing before the first line (R68)."""
    if score is None:
        return ""
    return f"{in_words(score)} 分（{band}）" if band else f"{in_words(score)} 分"


def year_of(typed: str | None) -> int:
    """Return the year that an address asks for, this one without a wish.

    Raises:
        ServiceError: `invalid` for what is no year of ours.
    """
    this = civil_day(now()).year
    if typed is None:
        return this
    # int() would also take full-width and other digits, which no link of ours holds.
    if not (typed.isascii() and typed.isdigit() and len(typed) == 4 and 1921 <= int(typed) <= this + 1):
        raise invalid("year", "没有这一年的记录。", "请从页面上选年份。")
    return int(typed)


def why_of(line: Line) -> Why:
    """Return one line of the ledger in words, alike for its owner and for the branch (R111)."""
    reversal = line.source is EntrySource.REVERSAL
    return Why(
        entry=line.entry_id,
        day=full_day(line.day, line.day.year),
        what=_corrected(line) + (line.title or line.source.label),
        hours=line.hours,
        signed="" if _corrected(line) or reversal else _signed(line),
        confirmed=_confirmed(line, reversal),
        rule=f"{_RULES.get(line.rule, _OTHER_RULE)}（{line.edition}）",
        note=_note(line, reversal),
        reversal=reversal,
    )


def _corrected(line: Line) -> str:
    """Say before the title that a line is a correction, or takes one back."""
    if line.source is EntrySource.ADJUST:
        return "更正："
    return "收回更正：" if line.undoes is EntrySource.ADJUST else ""


def _signed(line: Line) -> str:
    """Say how the attendance became known; every way counts the same (F04)."""
    if line.source is EntrySource.EXTERNAL:
        return f"{line.reason}，{line.organizer}" if line.organizer else str(line.reason)
    if line.source is not EntrySource.ATTENDANCE or line.attendance_source is None:
        return line.source.label if line.reason is None else line.reason
    time = f" {clock_time(line.attended_at)}" if line.attended_at else ""
    label: str = getattr(line.attendance_source, "label", str(line.attendance_source))
    return label + time


def _confirmed(line: Line, reversal: bool) -> str:
    day = civil_day(line.created_at)
    on = full_day(day, line.day.year)
    act = "退回重核" if reversal else "确认"
    if _corrected(line):
        act = "收回" if reversal else "更正"
    # Nobody's name stands behind the automatic confirmation, nor behind what the operator did.
    return f"{line.confirmed_by} {on}{act}" if line.confirmed_by else f"{on}由系统{act}"


def _note(line: Line, reversal: bool) -> str:
    if _corrected(line):
        start = "以前的更正收回" if reversal else "这一笔的学时支部作了更正"
        return f"{start}，原因：{(line.reason or '').rstrip('。')}。"
    if reversal and line.session_key is None:
        return "这条支部外学习重新核对，先扣回已记的学时，核好以后再记。"
    if reversal:
        reason = f"原因：{line.reason}。" if line.reason else ""
        return f"这次学习退回重核，先扣回已记的学时，核好以后再记。{reason}"
    if line.hours != line.stated:
        stated, counted = in_words(line.stated), in_words(line.hours)
        return f"这次是 {stated} 学时的{line.credit_kind.label}，按规定计 {counted}。"
    return line.reason or "" if line.source is EntrySource.ATTENDANCE else ""
