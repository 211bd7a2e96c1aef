"""积分 of a branch by name, each member's lines, and what a body has decided (F01, F11, R64–R68)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services import ledgers, points, rulebook, scope
from services.clock import civil_day
from services.errors import ServiceError, invalid
from services.ledgers import Reached
from services.points import decisions, summaries
from services.points import table as tables
from services.points.decisions import Ruling
from services.points.table import Points
from web import typed as reading
from web.context import now
from web.member.home import score_in_words
from web.member.points import Why, period_of, points_year, why_of
from web.secretary import questions
from web.secretary.leading import looks_after, require_leading
from web.stepping import require_proof
from web.visitor import Leader

pages = Blueprint("points_desk", __name__)

#: What is chosen in the form for a veto, among the keys of the rules' items.
VETO = "veto"
_FAULTS = {
    "item": "item",
    "excused": "day",
    "day": "day",
    "decided_on": "decided_on",
    "body": "body",
    "text": "text",
}
_DONE_WORDS = {
    "decided": "已登记，积分已经跟着改，本人会看到。",
    "withdrawn": "已撤回，积分已经改回。",
    "in": "已登记参加，今年参加过的学习已经补记。",
    "out": "已登记退出，以前记的都在。",
    "answered": "已回复，本人在同一处看得到。",
}


@dataclass(frozen=True)
class Line:
    """One line in words, and the key of the claim that may be taken back behind it."""

    why: Why
    claim: str | None


@dataclass(frozen=True)
class Typed:
    """The fields of a decision, as text."""

    item: str = ""
    body: str = ""
    day: str = ""
    decided_on: str = ""
    reason: str = ""


@pages.get("/s/points")
def show() -> Answer | str:
    """Show who takes part by group and name; who looks after branches sees counts by branch alone."""
    leader = require_leading()
    branches = scope.branches(leader.actor, civil_day(now()))
    if not branches and looks_after(leader):
        return redirect(url_for("cadence.branches"))
    code = request.args.get("branch", "")[:64] or None
    table = tables.of_branch(leader.actor, code, points_year(request.args.get("year")), now())
    this, first = _this_year(), rulebook.current().point_years.first
    return render_template(
        "ledgers/points.html",
        table=table,
        groups=_groups(table.rows),
        branches=branches,
        code=code,
        years=[year for year in (this, this - 1, this - 2) if year >= first],
    )


@pages.get("/s/points/<number>")
def look(number: str) -> str:
    """Show the same lines as the member sees, the frozen periods and the decisions."""
    return _page(require_leading(), number)


@pages.post("/s/points/<number>/answer/<key>")
def answer(number: str, key: str) -> Answer | tuple[str, int]:
    """Answer a question beside its line."""
    leader = require_leading()
    line, failed = questions.answer(leader, ledgers.of_member(leader.actor, number, now()), "points", key)
    if failed is not None:
        return _page(leader, number, failed), 400
    year = points_year(request.form.get("year"))
    return redirect(
        url_for("points_desk.look", number=number, year=year, done="answered", _anchor=f"line-{line}"), 303
    )


@pages.post("/s/points/<number>/part")
def take_part(number: str) -> Answer:
    """Write down that a member wants to take part, or no longer (R67); the member said so."""
    leader = require_leading()
    reached = ledgers.of_member(leader.actor, number, now())
    verbs = {"in": points.opt_in, "out": points.opt_out}
    wish = request.form.get("part", "")
    if wish not in verbs:
        raise invalid("part", "没有选参加还是退出。", "请返回按其中一个按钮。")
    verbs[wish](reached.member, now(), leader.actor)
    return redirect(url_for("points_desk.look", number=number, done=wish), 303)


@pages.get("/s/points/<number>/decision")
def ask(number: str) -> str:
    """Show the form for what a body has decided; it is not shown in vain where the rules know nothing."""
    leader = require_leading()
    decisions.of_member(leader.actor, number, now())
    today = civil_day(now())
    if decisions.items(today) or decisions.may_veto(today):
        require_proof()
    return _form(number, Typed(day=today.isoformat(), decided_on=today.isoformat()), {})


@pages.post("/s/points/<number>/decision")
def decide(number: str) -> Answer | tuple[str, int]:
    """Enter a decision; a fault shows the form again with what was typed."""
    leader = require_leading()
    decisions.of_member(leader.actor, number, now())
    require_proof()
    typed = Typed(**{name: request.form.get(name, "")[:400] for name in Typed.__dataclass_fields__})
    try:
        ruling = _ruling(typed)
        if typed.item == VETO:
            decisions.veto(leader.actor, number, ruling, now())
        else:
            decisions.deduct(leader.actor, number, typed.item, ruling, now())
    except ServiceError as error:
        if error.code not in _FAULTS:
            raise
        return _form(number, typed, {_FAULTS[error.code]: error.message + error.hint}), 400
    return redirect(url_for("points_desk.look", number=number, done="decided"), 303)


@pages.post("/s/points/<number>/decision/<int(max=999999999999):decision>/withdraw")
def withdraw(number: str, decision: int) -> Answer | tuple[str, int]:
    """Withdraw a decision with a reason."""
    leader = require_leading()
    if decision not in {each.id for each in decisions.of_member(leader.actor, number, now())}:
        raise ServiceError("not_found", "没有找到这项决定。", "请核对后再试。", kind="not_found")
    require_proof()
    reason = request.form.get("reason", "")
    try:
        decisions.withdraw(leader.actor, decision, reason, now())
    except ServiceError as error:
        if error.code != "text":
            raise
        return _page(leader, number, withdrawn=(decision, reason, error.message + error.hint)), 400
    return redirect(url_for("points_desk.look", number=number, done="withdrawn"), 303)


def _this_year() -> int:
    return rulebook.current().point_years.year_of(civil_day(now()))


def _groups(rows: tuple[Points, ...]) -> list[tuple[str, list[tuple[Points, str]]]]:
    groups: dict[str, list[tuple[Points, str]]] = {}
    for row in rows:
        said = score_in_words(row.score if row.begun else None, row.band)
        groups.setdefault(row.group or "", []).append((row, said or "正在建账"))
    return list(groups.items())


def _ruling(typed: Typed) -> Ruling:
    if not typed.item:
        raise invalid("item", "还没有选是哪一项。", "请选一项。")
    if typed.body not in decisions.BODIES:
        raise invalid("body", "还没有选由谁决定。", "扣分和否决都要有组织的决定，请选一个。")
    day, decided_on = reading.day_for("day", typed.day), reading.day_for("decided_on", typed.decided_on)
    return Ruling(typed.body, typed.reason, day, decided_on)


def _page(
    leader: Leader,
    number: str,
    failed: tuple[str, str, str] = ("", "", ""),
    withdrawn: tuple[int, str, str] = (0, "", ""),
) -> str:
    reached = ledgers.of_member(leader.actor, number, now())
    view = points.view(reached.member, points_year(request.values.get("year")), now())
    frozen = summaries.of_member(reached.member)
    return render_template(
        "ledgers/points_of.html",
        member=reached.member,
        own=reached.own,
        view=view,
        lines=[Line(why_of(line), line.claim if line.standing else None) for line in view.lines],
        periods=[period_of(item) for item in frozen if item.year == view.year],
        decided=_decided(leader, reached),
        withdrawn=withdrawn,
        asked=questions.asked(leader, reached, "points", failed),
        years=sorted({view.year, _this_year(), *(item.year for item in frozen)}, reverse=True),
        this_year=_this_year(),
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


def _decided(leader: Leader, reached: Reached) -> list[decisions.Decided]:
    return [] if reached.own else decisions.of_member(leader.actor, reached.member.number, now())


def _form(number: str, typed: Typed, faults: dict[str, str]) -> str:
    leader, today = require_leading(), civil_day(now())
    return render_template(
        "ledgers/decide.html",
        member=ledgers.of_member(leader.actor, number, now()).member,
        typed=typed,
        faults=faults,
        items=decisions.items(today),
        veto=decisions.may_veto(today),
        bodies=decisions.BODIES,
        today=today,
    )
