"""支部一年: what the branch held and still has to arrange, the table of those above, words to deployers."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from services.branch_life import cadence, exempting, rest
from services.clock import civil_day
from services.policy.cadence import Duty, Every
from web.context import now
from web.secretary.leading import chosen_code, looks_after, require_leading

pages = Blueprint("cadence", __name__)

#: How a period is called.
PERIODS = {Every.MONTH: "本月", Every.QUARTER: "本季度", Every.YEAR: "今年"}


@pages.get("/s/cadence")
def show() -> str:
    """Show a branch its own month, quarter and year, as advice."""
    leader = require_leading()
    found = cadence.of_branch(leader.actor, chosen_code(), now())
    return render_template(
        "branch/cadence.html",
        cadence=found,
        parts_of=[
            (label, [duty for duty in found.duties if duty.every is every])
            for every, label in PERIODS.items()
        ],
        said=said,
        zero=[task.area.label for task in found.tasks if not task.held + task.planned],
        above=looks_after(leader),
        settles=exempting.may(leader.actor, found.code, now()),
        word="已改好。" if request.args.get("done") == "exempted" else "",
        year=civil_day(now()).year,
    )


@pages.get("/s/branches")
def branches() -> str:
    """Show the branches within reach by name: counts of sessions and words, no member (F02)."""
    leader = require_leading()
    typed = request.args.get("page", "1")
    page = int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 4 else 1
    table = cadence.branches(leader.actor, page, now())
    return render_template("branch/branches.html", table=table, lacking=lacking)


@pages.get("/s/about")
def about() -> str:
    """Say what the unit must settle itself (F22), and how the service is ended in order (F17)."""
    require_leading()
    return render_template("branch/about.html", unused=rest.unused_since(now()))


def said(duty: Duty) -> str:
    """Say in words how one duty stands; nothing of it is a verdict."""
    parts = [f"已开 {duty.held} 次"] if duty.held else []
    if duty.planned:
        parts.append(f"已安排 {duty.planned} 次")
    if duty.lacking:
        parts.append(f"还有 {duty.lacking} 次没有安排" if parts else "还没有安排")
    return "，".join(parts)


def lacking(duties: tuple[Duty, ...]) -> list[str]:
    """Say in words what a branch still has to arrange, a line for each period."""
    found = []
    for every, label in PERIODS.items():
        kinds = dict.fromkeys(duty.kind for duty in duties if duty.every is every)
        names = [kind.label + _groups([duty.whose for duty in duties if duty.kind is kind]) for kind in kinds]
        if names:
            found.append(f"{label}还没有安排：{'、'.join(names)}")
    return found


def _groups(names: list[str]) -> str:
    named = [name for name in names if name]
    return f"（{'、'.join(named)}）" if named else ""
