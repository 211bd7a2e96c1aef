"""Who may be asked to write down for others, from today until a day (R42)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import OrgKind
from services.access import LEADING
from services.clock import civil_day
from services.errors import ServiceError
from services.shuxue import oral, standing
from services.spoken import full_day
from services.study import agenda
from web.context import now
from web.stepping import require_proof
from web.visitor import Leader, require_leader

pages = Blueprint("helpers", __name__)

_DONE_WORDS = {"appointed": "已请好，到期自动结束。", "dismissed": "已结束，谢谢他帮忙。"}


@dataclass(frozen=True)
class Named:
    """What was chosen in the form that asks somebody to help."""

    organization: str = ""
    member: str = ""
    until: str = ""


@pages.get("/s/helpers")
def show() -> str:
    """Show who was asked to help, and the form to ask one more."""
    return _helpers(_require_naming(), Named(until=(civil_day(now()) + timedelta(days=30)).isoformat()))


@pages.post("/s/helpers")
def appoint() -> Answer | tuple[str, int]:
    """Ask somebody to write down for others, from today until a day."""
    leader = _require_naming()
    require_proof()
    typed = Named(**{name: request.form.get(name, "")[:64] for name in Named.__dataclass_fields__})
    until = _day(typed.until)
    if not typed.member or until is None:
        return _helpers(leader, typed, "请选一位同志，再选到哪天为止。"), 400
    try:
        oral.appoint(leader.actor, typed.member, typed.organization, now(), until)
    except ServiceError as error:
        if error.kind == "not_found":
            raise
        return _helpers(leader, typed, error.message + error.hint), 400
    return redirect(url_for("helpers.show", done="appointed"), 303)


@pages.post("/s/helpers/end")
def dismiss() -> Answer:
    """End somebody's help today; what was written down stays."""
    leader = _require_naming()
    require_proof()
    member, organization = request.form.get("member", "")[:64], request.form.get("organization", "")[:64]
    oral.dismiss(leader.actor, member, organization, now())
    return redirect(url_for("helpers.show", done="dismissed"), 303)


def _require_naming() -> Leader:
    leader = require_leader()
    if not any(grant.role in LEADING for grant in leader.grants):
        raise ServiceError("forbidden", "请谁代录由支部书记、支委来定。", "请联系他们。", kind="forbidden")
    return leader


def _helpers(leader: Leader, typed: Named, fault: str = "") -> str:
    grants = [grant for grant in leader.grants if grant.role in LEADING]
    branches = [item for item in agenda.organizations(grants) if item.kind is OrgKind.BRANCH]
    return render_template(
        "shuxue/helpers.html",
        helpers=standing.helpers(leader.actor, now()),
        branches=branches,
        members=standing.may_be_helpers(leader.actor, now()),
        typed=typed,
        fault=fault,
        word=_DONE_WORDS.get(request.args.get("done", ""), ""),
    )


@pages.app_template_filter("full_day_of")
def _full_day_of(day: date) -> str:
    return full_day(day, civil_day(now()).year)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if len(typed) == 10 and typed.isascii() else None
    except ValueError:
        return None
