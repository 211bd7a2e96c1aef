"""党员: the roster by name and group, a member's page, and what is changed there by hand (R100, F19)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import ExemptionKind, MemberCategory
from services import binding, scope
from services.clock import civil_day
from services.errors import ServiceError
from services.members import edits, entering, exemptions, listing, one
from services.members.edits import SINCE, FieldFaults
from services.members.entering import Brought
from services.members.exemptions import Wanted
from services.members.one import Profile
from services.members.sight import find
from web import typed as reading
from web.context import now
from web.secretary.keeping import fault_of, profile, word
from web.stepping import require_proof
from web.visitor import require_leader

pages = Blueprint("members", __name__)

#: The fields of the forms, and the headers of the roster that they stand for.
FIELDS = {
    "number": "编号", "name": "姓名", "group": "党小组", "category": "类别", "joined_on": "入党日期",
    "full_on": "转正日期", "phone": "手机号", "since": SINCE,
}  # fmt: skip
#: How long a value of a form may be that is looked at; the service says what is really too long.
_LONG = 200


@pages.get("/s/members")
def show() -> str:
    """Show the roster."""
    leader = require_leader()
    typed, code = request.args.get("q", "")[:50], request.args.get("branch", "")[:64]
    left = request.args.get("left") == "1"
    found = listing.listing(leader.actor, now(), typed, code, left=left)
    # Tables by name are taken by those who run the branch, not by those who look after it (F01).
    runs = [branch.code for branch in scope.branches(leader.actor, civil_day(now()))] if found.keeps else []
    return render_template(
        "members/list.html", found=found, typed=typed, code=code, left=left, word=word(), runs=runs
    )


@pages.get("/s/members/<number>")
def look(number: str) -> str:
    """Show one member, as far as this person may see them."""
    return render_template(
        "members/one.html", one=one.one(require_leader().actor, number, now()), word=word(), code=None
    )


@pages.get("/s/members/<number>/edit")
def ask_edit(number: str) -> str:
    """Show the form with what is kept."""
    return _edit_page(number, edits.form(require_leader().actor, number, now()), {})


@pages.post("/s/members/<number>/edit")
def edit(number: str) -> Answer | tuple[str, int]:
    """Keep what was typed, or say what is wrong with it beside each field."""
    leader = require_leader()
    shown = edits.form(leader.actor, number, now())
    typed = {header: value for header, value in _typed().items() if header in shown}
    try:
        edits.save(leader.actor, number, typed, now())
    except FieldFaults as error:
        return _edit_page(number, shown | typed, error.faults), 400
    return redirect(url_for("members.look", number=number, done="saved"), 303)


@pages.get("/s/members/new")
def ask_new() -> str:
    """Show the form for somebody who comes from outside."""
    return _new_page({"类别": MemberCategory.IN_SERVICE.label, SINCE: civil_day(now()).isoformat()}, {})


@pages.post("/s/members/new")
def enter() -> Answer | tuple[str, int]:
    """Add them to the branch, with the hours brought along."""
    leader = require_leader()
    typed = _typed()
    try:
        made = entering.enter(leader.actor, _field("branch"), typed, _brought(), now())
    except FieldFaults as error:
        return _new_page(typed, error.faults), 400
    except ServiceError as error:
        if error.kind != "invalid":
            raise
        return _new_page(typed, {"学时": error.message + error.hint}), 400
    return redirect(url_for("members.look", number=made.number, done="entered"), 303)


@pages.get("/s/members/<number>/exempt")
def ask_exempt(number: str) -> str:
    """Show what a member is exempt from, and the form for one more."""
    today = civil_day(now()).isoformat()
    return _exempt_page(profile(number), {"starts": today, "decided_on": today}, {})


@pages.post("/s/members/<number>/exempt")
def exempt(number: str) -> Answer | tuple[str, int]:
    """Enter an exemption."""
    found, leader = profile(number), require_leader()
    require_proof()
    typed = {name: _field(name) for name in ("kind", "starts", "ends", "decided_on")}
    try:
        wanted = Wanted(
            typed["kind"],
            reading.day_for("starts", typed["starts"]),
            reading.day_for("ends", typed["ends"]) if typed["ends"].strip() else None,
            reading.day_for("decided_on", typed["decided_on"]),
        )
        exemptions.give(leader.actor, number, wanted, now())
    except ServiceError as error:
        return _exempt_page(found, typed, fault_of(error, *typed)), 400
    return redirect(url_for("members.look", number=number, done="exempted"), 303)


@pages.post("/s/members/<number>/exempt/<int:exemption>/end")
def end_exemption(number: str, exemption: int) -> Answer | tuple[str, int]:
    """Set the last day of an exemption."""
    found, leader = profile(number), require_leader()
    require_proof()
    try:
        exemptions.end(leader.actor, number, exemption, reading.day_for("ends", _field("ends")), now())
    except ServiceError as error:
        return _exempt_page(found, {}, fault_of(error)), 400
    return redirect(url_for("members.look", number=number, done="ended"), 303)


@pages.get("/s/members/<number>/leave")
def ask_leave(number: str) -> str:
    """Ask since when somebody has left, and why the rights end."""
    return _leave_page(profile(number), {"day": civil_day(now()).isoformat()}, {})


@pages.post("/s/members/<number>/leave")
def leave(number: str) -> Answer | tuple[str, int]:
    """Take a member off the roster."""
    found, leader = profile(number), require_leader()
    require_proof()
    typed = {"day": _field("day"), "deceased": _field("deceased")}
    try:
        last = reading.day_for("day", typed["day"])
        edits.leave(leader.actor, number, last, now(), deceased=typed["deceased"] == "yes")
    except ServiceError as error:
        return _leave_page(found, typed, fault_of(error, "day")), 400
    return redirect(url_for("members.look", number=number, done="left"), 303)


@pages.post("/s/members/<number>/restore")
def restore(number: str) -> Answer:
    """Put a member back on the roster."""
    edits.restore(require_leader().actor, number, now())
    return redirect(url_for("members.look", number=number, done="restored"), 303)


@pages.post("/s/members/<number>/release")
def release(number: str) -> Answer:
    """Untie a member's account (R101)."""
    profile(number)
    require_proof()
    binding.release(require_leader().actor, number, now())
    return redirect(url_for("members.look", number=number, done="released"), 303)


@pages.post("/s/members/<number>/code")
def code(number: str) -> str:
    """Make a code to be said or sent; it stands on this one page and nowhere else."""
    found = profile(number)
    made = binding.issue_code(require_leader().actor, number, now())
    return render_template("members/one.html", one=found, word="", code=made)


def _field(name: str) -> str:
    return request.form.get(name, "")[:_LONG]


def _typed() -> dict[str, str]:
    return {header: _field(name) for name, header in FIELDS.items() if name in request.form}


def _brought() -> Brought | None:
    if not _field("hours").strip():
        return None
    return Brought(_field("org_name"), reading.hours(_field("hours")))


def _edit_page(number: str, values: dict[str, str], faults: dict[str, str]) -> str:
    branch = find(number).branch
    return render_template(
        "members/edit.html",
        number=number,
        values=values,
        faults=faults,
        groups=edits.groups_of(branch),
        categories=list(MemberCategory),
        fields=FIELDS,
    )


def _new_page(values: dict[str, str], faults: dict[str, str]) -> str:
    branches = entering.branches(require_leader().actor, now())
    if not branches:
        raise ServiceError("forbidden", "名册由支部书记、支委来维护。", "请联系他们。", kind="forbidden")
    return render_template(
        "members/new.html",
        values=values,
        faults=faults,
        branches=branches,
        branch=request.values.get("branch", "")[:64],
        categories=list(MemberCategory),
        fields=FIELDS,
        hours=_field("hours"),
        org_name=_field("org_name"),
    )


def _exempt_page(found: Profile, typed: dict[str, str], faults: dict[str, str]) -> str:
    return render_template(
        "members/exempt.html", one=found, typed=typed, faults=faults, kinds=list(ExemptionKind)
    )


def _leave_page(found: Profile, typed: dict[str, str], faults: dict[str, str]) -> str:
    return render_template("members/leave.html", one=found, typed=typed, faults=faults)
