"""The member's sessions of a year, signing in by the six digits of the screen, and the year on one sheet."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as Answer

from models import Member
from models.terms import AttendanceStatus
from services import hours, points
from services.arrival.digits import arrive_by_digits
from services.clock import civil_day
from services.errors import ServiceError
from services.exports import year as year_sheets
from services.policy.rates import THERE
from services.shuxue import cycles
from services.study import agenda, invites
from services.study.agenda import Attended
from web.context import current, now
from web.download import PDF, file
from web.files import sheets
from web.member.home import score_in_words, sentence, year_of
from web.member.result import result_of
from web.visitor import require_member, require_openid, visitor

pages = Blueprint("study", __name__)

_DIGITS = re.compile(r"[0-9]{6}")
_LONGEST = 32
_WRONG = "这 6 位数字不对，可能刚刚更新。请看屏幕上的新数字再输一次，也可以请支部同志帮您点名，一样计学时。"


@dataclass(frozen=True)
class Place:
    """A session and the own place in it, in words."""

    attended: Attended
    said: str
    good: bool


@pages.get("/m/sign")
def digits() -> str:
    """Ask for the six digits of the meeting screen."""
    require_openid()
    return _form("")


@pages.post("/m/sign")
def sign() -> str | tuple[str, int]:
    """Check in by the digits; wrong ones stay in the field."""
    openid = require_openid()
    typed = request.form.get("digits", "")[:_LONGEST]
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", typed))
    if not _DIGITS.fullmatch(plain):
        return _form(typed, "请输入屏幕上的 6 位数字。"), 400
    moment = now()
    try:
        result = current().runner.run(lambda: arrive_by_digits(openid, plain, moment, moment))
    except ServiceError as error:
        return _form(typed, error.message + error.hint), 409
    if result is None:
        return _form(typed, _WRONG), 400
    return render_template("member/result.html", result=result_of(result), bound=visitor().member is not None)


@pages.get("/m/sessions")
def sessions() -> str:
    """Show the sessions of a year with the own place and the credit, the latest first."""
    member = require_member()
    year = year_of(request.args.get("year"))
    return render_template(
        "member/sessions.html",
        places=[_place(attended) for attended in agenda.of_year(member, year, now())],
        years=agenda.years_attended(member, now()),
        year=year,
        welcome=invites.for_member(member, now()),
    )


@pages.get("/m/year")
def year() -> str:
    """Show a whole year on one sheet that prints well: hours, sessions, points in words, 述学."""
    member = require_member()
    wanted = year_of(request.args.get("year"))
    view = hours.view(member, wanted, now())
    return render_template(
        "member/year.html",
        member=member,
        view=view,
        sentence=sentence(view, this_year=wanted == civil_day(now()).year),
        places=[_place(attended) for attended in agenda.of_year(member, wanted, now())],
        points=_points(member, wanted),
        reports=_reports(member, wanted),
        years=agenda.years_attended(member, now()),
        year=wanted,
        today=now(),
    )


@pages.get("/m/year.pdf")
def year_on_paper() -> Answer:
    """Give the own year as PDF; it is the member's own, so no proof is asked for."""
    member, wanted = require_member(), year_of(request.args.get("year"))
    body = sheets.year(year_sheets.own(member, wanted, now()), now(), current().fonts_dir)
    return file(body, f"我的 {wanted} 年.pdf", PDF)


def _points(member: Member, wanted: int) -> str:
    """Say the year's points in words; nothing where there is no line."""
    view = points.view(member, wanted, now())
    return score_in_words(view.score, view.band) if view.lines else ""


def _reports(member: Member, wanted: int) -> list[tuple[str, str]]:
    """Return (title, state) of the year's 述学 that were begun, in the order of their days."""
    mine = [each for each in cycles.of_member(member, now()) if each.cycle.year == wanted and each.report]
    return [(each.cycle.title, each.report.state.label) for each in reversed(mine) if each.report]


def _form(typed: str, fault: str = "") -> str:
    return render_template("member/sign.html", typed=typed, fault=fault)


def _place(attended: Attended) -> Place:
    status, source = attended.status, attended.source
    if status in THERE:
        return Place(attended, f"{status.label}，{source.label}" if source else status.label, True)
    if attended.settled or status is AttendanceStatus.LEAVE:
        return Place(attended, status.label, False)
    return Place(attended, "等支部确认" if attended.over else "还没到时间", False)
