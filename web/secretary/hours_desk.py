"""学时 of a branch by name, why a number is what it is, and 更正 of one line (F01, F02, R09, R110, R111)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import HoursFlag
from services import branch_hours, corrections, hours, ledgers, scope, spoken
from services.branch_hours import Hours
from services.clock import civil_day
from services.corrections import Fix, Wanted
from services.errors import ServiceError
from services.hours import HoursView
from services.study import agenda
from web import typed as reading
from web.context import now
from web.member.home import Why, why_of, year_of
from web.secretary import questions
from web.secretary.leading import looks_after, require_leading
from web.visitor import Leader

pages = Blueprint("hours_desk", __name__)

#: Refusals that belong into the form, and where they stand there.
_FAULTS = {"hours": "hours", "text": "text", "same": "hours"}
_DONE_WORDS = {
    "corrected": "已更正，另记了一笔，本人会看到原因。",
    "answered": "已回复，本人在同一处看得到。",
}
#: What a flag says, in words; nobody is blamed for what the branch has not held (R09).
FLAGS = {
    HoursFlag.HOURS_SHORT: "支部安排的够了，本人还差一些",
    HoursFlag.BRANCH_SHORT: "支部安排的还不够，不算本人的短缺",
}


@dataclass(frozen=True)
class Line:
    """One line in words, and what may be done about it."""

    why: Why
    fix: Fix | None


@pages.get("/s/hours")
def show() -> Answer | str:
    """Show the branch's year by group and name; who looks after branches sees counts by branch alone."""
    leader = require_leading()
    branches = scope.branches(leader.actor, civil_day(now()))
    if not branches and looks_after(leader):
        return redirect(url_for("cadence.branches"))
    code, this = request.args.get("branch", "")[:64] or None, civil_day(now()).year
    table = branch_hours.of_branch(leader.actor, code, year_of(request.args.get("year")), now())
    return render_template(
        "ledgers/hours.html",
        table=table,
        groups=_groups(table.rows),
        branches=branches,
        code=code,
        years=[this, this - 1, this - 2],
    )


@pages.get("/s/hours/<number>")
def why(number: str) -> str:
    """Show the same lines as the member sees, each with its why."""
    return _page(require_leading(), number)


@pages.post("/s/hours/<number>/answer/<key>")
def answer(number: str, key: str) -> Answer | tuple[str, int]:
    """Answer a question beside its line."""
    leader = require_leading()
    line, failed = questions.answer(leader, ledgers.of_member(leader.actor, number, now()), "hours", key)
    if failed is not None:
        return _page(leader, number, failed), 400
    year = year_of(request.form.get("year"))
    return redirect(
        url_for("hours_desk.why", number=number, year=year, done="answered", _anchor=f"line-{line}"), 303
    )


@pages.get("/s/hours/<number>/lines/<int(max=999999999999):entry>")
def ask(number: str, entry: int) -> str:
    """Show one line, which way of correcting is right for it, and the form."""
    leader = require_leading()
    found = corrections.look(leader.actor, number, entry, now())
    return _form(found, spoken.hours(found.counts), "", {})


@pages.post("/s/hours/<number>/lines/<int(max=999999999999):entry>")
def correct(number: str, entry: int) -> Answer | tuple[str, int]:
    """Let the line count what was typed; a fault shows the form again."""
    leader = require_leading()
    found = corrections.look(leader.actor, number, entry, now())
    typed, reason = request.form.get("hours", "")[:20], request.form.get("reason", "")
    try:
        wanted = Wanted(reading.hours(typed), reason)
        corrections.correct(leader.actor, number, entry, wanted, now())
    except ServiceError as error:
        if error.code not in _FAULTS:
            raise
        return _form(found, typed, reason, {_FAULTS[error.code]: error.message + error.hint}), 400
    way = url_for("hours_desk.why", number=number, year=found.day.year, done="corrected")
    return redirect(way, 303)


def said(view: HoursView | Hours) -> str:
    """Say how a year stands, to those who lead: of one member, compared with nobody (F02)."""
    if view.required is None:
        return "不作硬性要求，参加了就记上"
    return f"还差 {spoken.hours(view.lacking)}" if view.lacking else "已经够了"


def _groups(rows: tuple[Hours, ...]) -> list[tuple[str, list[tuple[Hours, str]]]]:
    groups: dict[str, list[tuple[Hours, str]]] = {}
    for row in rows:
        groups.setdefault(row.group or "", []).append((row, said(row)))
    return list(groups.items())


def _page(leader: Leader, number: str, failed: tuple[str, str, str] = ("", "", "")) -> str:
    reached = ledgers.of_member(leader.actor, number, now())
    member, year = reached.member, year_of(request.values.get("year"))
    fixes = {} if reached.own else corrections.fixes(member, year)
    view = hours.view(member, year, now())
    return render_template(
        "ledgers/hours_of.html",
        member=member,
        own=reached.own,
        view=view,
        said=said(view),
        flags=FLAGS,
        lines=[Line(why_of(line), fixes.get(line.entry_id)) for line in hours.lines(member, year)],
        asked=questions.asked(leader, reached, "hours", failed),
        years=agenda.years(member, now()),
        year=year,
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


def _form(found: corrections.Correction, typed: str, reason: str, faults: dict[str, str]) -> str:
    return render_template("ledgers/correct.html", line=found, hours=typed, reason=reason, faults=faults)
