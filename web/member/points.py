"""积分 of one's own: the number, why it is this one line by line, frozen periods, taking part (R67, R111)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import PointSource
from services import points, rulebook
from services.clock import civil_day
from services.errors import invalid
from services.points import PointsView, claim_lists, summaries
from services.points.summaries import YEAR, Summary
from services.points.viewing import Line
from services.spoken import full_day
from services.spoken import hours as amount
from web.context import now
from web.visitor import require_member

pages = Blueprint("points", __name__)

#: The rules of the ledger's lines, in plain words (R111).
_RULES = {
    "R61": "每年从基础分开始",
    "R62": "参加学习，支部确认后自己记上",
    "R63": "各项、各类和总分都有上限，按事情发生的日期先后计",
    "R64": "已记的分不涂改，有更正就另记一笔冲回",
    "R65": "扣分要有组织的决定、事实和原因",
    "R66": "要有组织的决定和原因",
    "R70": "本人申报，支部同意后记上",
}
_DONE_WORDS = {"in": "已参加，今年参加过的学习已经补记。", "out": "已退出，以前记的分都在，以后不再记。"}


@dataclass(frozen=True)
class Why:
    """One line of the ledger in words: what, how many, what for, who confirmed, by which rule."""

    entry: int
    day: str
    what: str
    about: str
    amount: str
    confirmed: str
    rule: str
    note: str
    reversal: bool


@dataclass(frozen=True)
class Period:
    """A frozen period in words."""

    name: str
    score: int
    band: str | None
    moved: str
    frozen: str
    why: str | None
    revision: int


@pages.get("/m/points")
def show() -> str:
    """Show the number and its lines, the newest day first."""
    member = require_member()
    year = points_year(request.args.get("year"))
    view = points.view(member, year, now())
    frozen = summaries.of_member(member)
    return render_template(
        "member/points.html",
        view=view,
        sentence=_sentence(view),
        lines=[why_of(line) for line in view.lines],
        periods=[period_of(item) for item in frozen if item.year == view.year],
        years=_years(view, frozen),
        this_year=_this_year(),
        waiting=len(claim_lists.returned(member)),
        outside_why=rulebook.current().points(civil_day(now())).outside_why,
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.post("/m/points/part")
def take_part() -> Answer:
    """Take part by choice, or end that choice (R67)."""
    member = require_member()
    verbs = {"in": points.opt_in, "out": points.opt_out}
    wish = request.form.get("part", "")
    if wish not in verbs:
        raise invalid("part", "没有选参加还是退出。", "请返回按其中一个按钮。")
    verbs[wish](member, now())
    return redirect(url_for("points.show", done=wish), 303)


def _this_year() -> int:
    return rulebook.current().point_years.year_of(civil_day(now()))


def points_year(typed: str | None) -> int:
    """Return the points year that an address asks for, this one without a wish.

    Raises:
        ServiceError: `invalid` for what is no points year of ours.
    """
    this, first = _this_year(), rulebook.current().point_years.first
    if typed is None:
        return this
    # int() would also take full-width and other digits, which no link of ours holds.
    if not (typed.isascii() and typed.isdigit() and len(typed) == 4 and first <= int(typed) <= this):
        raise invalid("year", "没有这一年的积分。", "请从页面上选年份。")
    return int(typed)


def _years(view: PointsView, frozen: list[Summary]) -> list[int]:
    return sorted({view.year, _this_year(), *(item.year for item in frozen)}, reverse=True)


def _sentence(view: PointsView) -> str:
    """Say in one sentence what the number is; nobody else's number is ever in it (F02)."""
    if not view.lines:
        return "积分正在建账，过一会儿就有了。" if view.in_scope else ""
    if not view.in_scope and view.year == _this_year():
        return "您已经不再参加积分，以前记的都在。不参加没有任何影响。"
    return f"下面每一笔加起来，就是这个数。全年最多 {amount(view.ceiling)} 分。"


def why_of(line: Line) -> Why:
    """Return one line of the ledger in words, alike for its owner and for the branch (R111)."""
    reversal = line.source is PointSource.REVERSAL
    return Why(
        entry=line.entry_id,
        day=full_day(line.day, line.day.year),
        what=f"冲回：{line.item}" if reversal else line.item,
        about=line.what or "",
        amount=_signed(line.points),
        confirmed=_confirmed(line, reversal),
        rule=f"{_RULES.get(line.rule, '按支部的积分规则')}（{line.edition}）",
        note=_note(line, reversal),
        reversal=reversal,
    )


def _signed(points: int) -> str:
    sign = "" if not points else "−" if points < 0 else "+"
    return sign + amount(abs(points))


def _confirmed(line: Line, reversal: bool) -> str:
    on = full_day(civil_day(line.created_at), line.day.year)
    act = {PointSource.SESSION: "确认", PointSource.CLAIM: "同意"}.get(line.source, "记入")
    if reversal:
        act = "冲回"
    by = f"{line.body}决定，" if line.body and not reversal else ""
    # Nobody's name stands behind what happens by itself, nor behind what the operator did.
    return f"{by}{line.confirmed_by} {on}{act}" if line.confirmed_by else f"{by}{on}由系统{act}"


def _note(line: Line, reversal: bool) -> str:
    if reversal or not line.note:
        note = f"{line.note}。" if line.note else ""
        return note + "这一笔后来冲回了。" if line.undone else note
    return f"按规则是 {amount(abs(line.stated))} 分，{line.note}，这次记 {amount(abs(line.points))} 分。"


def period_of(item: Summary) -> Period:
    """Return a frozen period in words."""
    years = rulebook.current().point_years
    name = f"{item.year} 年总评" if item.quarter == YEAR else f"{'一二三四'[item.quarter - 1]}季度小结"
    gained = f"这一期记 {amount(item.gained)} 分"
    lost = f"，扣 {amount(item.lost)} 分" if item.lost else ""
    until = years.last_day(item.year, item.quarter)
    return Period(
        name=name,
        score=item.score,
        band=item.band,
        moved=f"到 {full_day(until, item.year)}。{gained}{lost}",
        frozen=full_day(civil_day(item.frozen_at), item.year),
        why=item.why,
        revision=item.revision,
    )
