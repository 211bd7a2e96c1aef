"""年度计划: entered once, several lines at a time, and made into sessions when it is time (R15, R20)."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models import Organization
from models.terms import Area, SessionKind
from services import leading, tree
from services.branch_life import arranging, cadence, plan
from services.branch_life.plan import Row
from services.clock import civil_day
from services.errors import ServiceError
from services.policy.cadence import Task, tasks
from services.study.session_plan import KINDS
from web.context import commit, now
from web.secretary import plan_form
from web.secretary.leading import chosen_code, chosen_year, require_leading
from web.secretary.plan_lines import (
    LINES,
    MOST_LINES,
    Line,
    When,
    entry_of,
    fresh,
    line_of,
    read_line,
    read_lines,
    suggested,
)

pages = Blueprint("plan_year", __name__)

_WORDS = {
    "changed": "已改好。",
    "removed": "已去掉。",
    "added": "已记进计划。",
    "copied": "已照去年的抄过来。",
}


@pages.get("/s/plan-year")
def show() -> str:
    """Show the plan of a year, month by month, and how often each of the seven areas occurs."""
    leader = require_leading()
    year = chosen_year(request.args.get("year"))
    organization, rows = plan.of_year(leader.actor, chosen_code(), year, now())
    today = civil_day(now())
    held = tasks(cadence.happened(organization, year, now()), year)
    return render_template(
        "branch/plan_year.html",
        organization=organization,
        organizations=leading.organizations(leader.actor, today),
        year=year,
        this_year=today.year,
        months=_by_month(rows),
        tasks=[_with_plan(task, rows) for task in held],
        word=_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.post("/s/plan-year/copy")
def copy() -> Answer:
    """Take over last year's lines."""
    leader = require_leading()
    year, code = chosen_year(request.form.get("year")), request.form.get("organization", "")[:32]
    plan.copy(leader.actor, code, year, now())
    return redirect(url_for("plan_year.show", org=code, year=year, done="copied"), 303)


@pages.get("/s/plan-year/new")
def ask() -> str:
    """Show some empty lines."""
    leader = require_leading()
    organization = leading.organization(leader.actor, chosen_code(), civil_day(now()))
    return _lines(organization, chosen_year(request.args.get("year")), fresh(now()), {})


@pages.post("/s/plan-year/new")
def add() -> Answer | str | tuple[str, int]:
    """Enter the lines that were filled in, all or none; a fault shows them all again."""
    leader = require_leading()
    code, year = request.form.get("organization", "")[:32], chosen_year(request.form.get("year"))
    organization = leading.organization(leader.actor, code, civil_day(now()))
    lines = read_lines(request.form)
    if "more" in request.form:
        return _lines(organization, year, [*lines, *fresh(now(), LINES)][:MOST_LINES], {})
    read = {at: entry_of(line, year, now()) for at, line in enumerate(lines) if not line.empty}
    faults = {at: found for at, (_, found) in read.items() if found}
    if faults or not read:
        return _lines(organization, year, lines, faults, "" if faults else "还没有填，请至少填一行。"), 400
    entries = [entry for entry, _ in read.values() if entry is not None]
    commit(lambda at: plan.add(leader.actor, organization.code, year, entries, at))
    return redirect(url_for("plan_year.show", org=organization.code, year=year, done="added"), 303)


@pages.get("/s/plan-year/<key>")
def look(key: str) -> str:
    """Show one line with the form that makes it into a session, filled in as far as known."""
    row = plan.one(require_leading().actor, key, now())
    return _page(row, suggested(row, now()), {})


@pages.post("/s/plan-year/<key>/session")
def arrange(key: str) -> Answer | tuple[str, int]:
    """Publish the line as a session."""
    leader = require_leading()
    row = plan.one(leader.actor, key, now())
    when = When(
        **{name: request.form.get(name, "").strip()[:200] for name in ("day", "time", "place", "group")}
    )
    starts_at, faults = plan_form.start_of(when.day, when.time)
    if starts_at is None:
        return _page(row, when, faults), 400
    try:
        session = commit(
            lambda at: arranging.to_session(
                leader.actor, key, starts_at, when.place or None, at, organization=when.group[:32] or None
            )
        )
    except ServiceError as error:
        if error.kind != "invalid":
            raise
        return _page(row, when, plan_form.fault_of(error)), 400
    return redirect(url_for("roll.show", key=session.key, done="published"), 303)


@pages.post("/s/plan-year/<key>/change")
def change(key: str) -> Answer | tuple[str, int]:
    """Change a line."""
    leader = require_leading()
    row = plan.one(leader.actor, key, now())
    line = read_line(request.form)
    entry, faults = entry_of(line, row.year, now())
    if entry is None:
        when = suggested(row, now())
        return _page(row, when, {}, line, faults), 400
    plan.change(leader.actor, key, entry, now())
    return redirect(_back(row, "changed"), 303)


@pages.post("/s/plan-year/<key>/remove")
def remove(key: str) -> Answer:
    """Take a line out."""
    leader = require_leading()
    row = plan.one(leader.actor, key, now())
    plan.remove(leader.actor, key, now())
    return redirect(_back(row, "removed"), 303)


def _back(row: Row, done: str) -> str:
    return url_for("plan_year.show", org=row.organization.code, year=row.year, done=done)


def _by_month(rows: list[Row]) -> list[tuple[int, list[Row]]]:
    months = sorted({row.entry.month for row in rows})
    return [(month, [row for row in rows if row.entry.month == month]) for month in months]


def _with_plan(task: Task, rows: list[Row]) -> Task:
    """Add the lines that are no sessions yet: they are planned as well."""
    lines = sum(task.area in row.entry.areas for row in rows if row.session is None)
    return replace(task, planned=task.planned + lines)


def _lines(
    organization: Organization,
    year: int,
    lines: list[Line],
    faults: dict[int, dict[str, str]],
    fault: str = "",
) -> str:
    return render_template(
        "branch/plan_lines.html",
        organization=organization,
        year=year,
        lines=lines,
        faults=faults,
        fault=fault,
        kinds=KINDS,
        areas=list(Area),
        more=len(lines) < MOST_LINES,
    )


def _page(
    row: Row,
    when: When,
    faults: dict[str, str],
    line: Line | None = None,
    line_faults: dict[str, str] | None = None,
) -> str:
    by_group = row.entry.kind is SessionKind.GROUP_MEETING
    return render_template(
        "branch/plan_line.html",
        row=row,
        when=when,
        faults=faults,
        line=line or line_of(row.entry),
        line_faults=line_faults or {},
        groups=tree.groups(row.organization) if by_group else [],
        kinds=KINDS,
        areas=list(Area),
    )
