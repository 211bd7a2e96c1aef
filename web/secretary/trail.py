"""谁改过什么, for those who answer for a thing: a session, a member, a report, a claim, the roles."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, render_template, request, url_for

from services import trail
from services.errors import not_found
from services.trail import Kind
from web.context import now
from web.typed import page
from web.visitor import require_leader

pages = Blueprint("trail_desk", __name__)

#: What was looked at, and the way back to it.
_BACK: dict[str, tuple[str, Callable[[str], str]]] = {
    Kind.SESSION: ("点名", lambda key: url_for("roll.show", key=key)),
    Kind.MEMBER: ("党员", lambda number: url_for("members.look", number=number)),
    Kind.CLAIM: ("申报", lambda key: url_for("claims_desk.look", key=key)),
    Kind.ROLES: ("职务", lambda code: url_for("roles.show", org=code)),
}


@pages.get("/s/trail/<kind>/<subject>")
def show(kind: str, subject: str) -> str:
    """Show what was changed of a thing, the newest first."""
    leader = require_leader()
    if kind not in _BACK:
        raise not_found("这条记录")
    found = trail.of(leader.actor, kind, subject, now(), page(request.args.get("p", "1")))
    words, way = _BACK[kind]
    return render_template("trail/page.html", found=found, back=way(subject), words=words)


@pages.get("/s/trail/report/<cycle>/<number>")
def show_report(cycle: str, number: str) -> str:
    """Show what became of a report."""
    leader = require_leader()
    found = trail.of(leader.actor, Kind.REPORT, f"{cycle}/{number}", now(), page(request.args.get("p", "1")))
    back = url_for("shuxue_branch.read", cycle=cycle, number=number)
    return render_template("trail/page.html", found=found, back=back, words="述学")
