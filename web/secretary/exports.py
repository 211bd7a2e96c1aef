"""导出: the tables that offices take, for those who run a branch; each asks once more who it is (F01)."""

from __future__ import annotations

import re

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as Answer

from services import scope
from services.access import LEADING
from services.clock import civil_day
from services.errors import ServiceError, invalid
from services.exports import attendance, branch_year, calling, hours, points, reports, roster
from services.exports import year as years
from services.shuxue import standing
from web.context import current, now
from web.download import DOCX, PDF, file, workbook
from web.files import document, sheets, tables
from web.member.home import year_of
from web.stepping import require_proof
from web.visitor import Leader, require_leader

pages = Blueprint("exports", __name__)

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@pages.get("/s/exports")
def show() -> str:
    """Show what can be taken, for one branch and one year; the proof is asked for at the first file."""
    leader = require_leader()
    branches = scope.branches(leader.actor, civil_day(now()))
    if not branches:
        raise ServiceError(
            "forbidden", "导出由支部书记、支委来办。", "需要哪张表，可以向他们要。", kind="forbidden"
        )
    branch = scope.branch_of(leader.actor, request.args.get("branch"), civil_day(now()))
    chosen, today = year_of(request.args.get("year")), civil_day(now())
    last = today.month if chosen == today.year else 12
    return render_template(
        "secretary/exports.html",
        branches=branches,
        branch=branch,
        year=chosen,
        years=[today.year, today.year - 1, today.year - 2],
        months=[f"{chosen}-{month:02}" for month in range(1, last + 1)] if chosen <= today.year else [],
        rounds=[each.cycle for each in standing.rounds(leader.actor, LEADING, now())],
    )


@pages.get("/s/exports/attendance.xlsx")
def roll() -> Answer:
    """Give who came to a session, or to all of a month."""
    leader, key = require_leader(), request.args.get("session")
    if key is not None:
        attendance.reached(leader.actor, key, now())
        require_proof()
        table = attendance.of_session(leader.actor, key, now())
    else:
        found = _MONTH.fullmatch(request.args.get("month", ""))
        if found is None:
            raise invalid("month", "没有选月份。", "请从「导出」页上选。")
        year, code = year_of(found[1]), _ready(leader)
        table = attendance.of_month(leader.actor, code, year, int(found[2]), now())
    return workbook(f"{table.organization} {table.title} 到会情况", [tables.attendance(table)])


@pages.get("/s/exports/<any(hours,points,roster,calling):name>.xlsx")
def table(name: str) -> Answer:
    """Give one table of a branch."""
    leader = require_leader()
    year = year_of(request.args.get("year"))
    code = _ready(leader)
    if name == "hours":
        of_hours = hours.of_year(leader.actor, code, year, now())
        return workbook(f"{of_hours.branch} {year}年学时", [tables.hours(of_hours)])
    if name == "points":
        of_points = points.of_year(leader.actor, code, year, now())
        return workbook(f"{of_points.branch} {year}年积分", [tables.points(of_points)])
    if name == "calling":
        calls = calling.of_branch(leader.actor, code, now())
        return workbook(f"{calls.branch} 电话和上门名单", [tables.calling(calls)])
    people = roster.of_branch(leader.actor, code, now())
    return workbook(f"{people.branch} 名册", tables.roster(people))


@pages.get("/s/exports/shuxue.xlsx")
def shuxue() -> Answer:
    """Give the states of a round, with the five views when they are asked for."""
    leader = require_leader()
    key = request.args.get("round", "")
    standing.reached(leader.actor, key, LEADING, now())
    code = _ready(leader)
    found = reports.of_round(leader.actor, key, code, request.args.get("texts") == "1", now())
    return workbook(f"{found.branch} {found.title}", [tables.reports(found)])


@pages.get("/s/exports/year.docx")
def branch() -> Answer:
    """Give a branch's year as a document with blanks for the office."""
    leader, year = require_leader(), year_of(request.args.get("year"))
    found = branch_year.of_year(leader.actor, _ready(leader), year, now())
    body = document.branch_year(found, current().documents_dir)
    return file(body, f"{found.branch} {year}年党员教育情况.docx", DOCX)


@pages.get("/s/members/<number>/year.pdf")
def member(number: str) -> Answer:
    """Give a member's year as PDF to those who run the member's branch."""
    leader, year = require_leader(), year_of(request.args.get("year"))
    years.require(leader.actor, number, now())
    require_proof()
    sheet = years.of_member(leader.actor, number, year, now())
    name = f"{sheet.member.name} {year}年学习情况.pdf"
    return file(sheets.year(sheet, now(), current().fonts_dir), name, PDF)


def _ready(leader: Leader) -> str:
    """Return the code of the branch that was asked for, once reach and proof are settled.

    Raises:
        ServiceError: `not_found` for a branch that the person does not run.
        ProofNeeded: until the person has proved who they are.
    """
    branch = scope.branch_of(leader.actor, request.args.get("branch"), civil_day(now()))
    require_proof()
    return str(branch.code)
