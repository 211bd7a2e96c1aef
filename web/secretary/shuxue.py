"""述学 of a branch: who stands where, by name; reading one after the other; opening a round (R40, R41)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models import Organization
from models.terms import CycleState, CycleType, OrgKind, ReportState, View
from services.access import ABOVE, LEADING
from services.clock import civil_day
from services.errors import ServiceError
from services.shuxue import cycles, deciding, standing
from services.shuxue.cycles import CyclePlan
from services.shuxue.deciding import Waiting
from services.shuxue.standing import Round, Standing
from services.spoken import full_day
from services.study import agenda
from web.context import now
from web.secretary import row
from web.visitor import Leader, require_leader

pages = Blueprint("shuxue_branch", __name__)

_RUNNING = LEADING | ABOVE
#: What is said again and again, so that it needs no typing. None asks for more words (F14).
REASONS = (
    "请结合自己的工作和生活，再写具体一点。",
    "请补充一下接下来打算怎么做。",
    "有几句不像是您平时的话，请换成自己的话说一说。",
)
#: The states whose report may be read, and those that the branch still waits for.
_READABLE = frozenset(
    {
        ReportState.SUBMITTED,
        ReportState.RETURNED,
        ReportState.ACCEPTED,
        ReportState.REVIEWED,
        ReportState.CLOSED,
    }
)
_DONE_WORDS = {
    "accept": "已收下",
    "return": "已请本人补充",
    "opened": "已开始，支部的同志都能看到了。",
}


@dataclass(frozen=True)
class Typed:
    """The fields of a new round, as text."""

    organization: str = ""
    type: str = CycleType.QUARTER.value
    year: str = ""
    quarter: str = ""
    due: str = ""
    title: str = ""


@pages.get("/s/shuxue")
def show() -> str:
    """Show one round: what waits for the branch first, then everybody by name, never by an amount (F02)."""
    leader = require_running()
    rounds = standing.rounds(leader.actor, _RUNNING, now())
    shown = _chosen(rounds)
    waiting = deciding.waiting(leader.actor, now())
    here = [item for item in waiting if shown is not None and item.cycle.key == shown.cycle.key]
    return render_template(
        "shuxue/branch.html",
        rounds=rounds,
        shown=shown,
        waiting=here,
        elsewhere=len(waiting) - len(here),
        groups=_groups(leader, shown, {item.number for item in here}),
        readable=_READABLE,
        word=row.on_list(_DONE_WORDS, len(waiting)),
        due=full_day(shown.cycle.due, civil_day(now()).year) if shown else "",
    )


@pages.get("/s/shuxue/<cycle>/<number>")
def read(cycle: str, number: str) -> str:
    """Show one report in full, and what was handed in before."""
    return _report(require_running(), cycle, number)


@pages.post("/s/shuxue/<cycle>/<number>/<any(accept,return):name>")
def decide(cycle: str, number: str, name: str) -> Answer | tuple[str, int]:
    """Accept, or ask for more; then the next one that waits is opened at once."""
    leader = require_running()
    reason = request.form.get("common") or request.form.get("reason", "")
    waiting = _keys(deciding.waiting(leader.actor, now()))
    try:
        if name == "accept":
            deciding.accept(leader.actor, cycle, number, now())
        else:
            deciding.give_back(leader.actor, cycle, number, reason, now())
    except ServiceError as error:
        if error.kind != "invalid":
            raise
        return _report(leader, cycle, number, reason, error.message + error.hint), 400
    listed = url_for("shuxue_branch.show", round=cycle, done=name)
    return row.on(waiting, (cycle, number), lambda key: _way(key, done=name), listed)


@pages.get("/s/shuxue/new")
def ask() -> str:
    """Show the form of a new round with the quarter that runs."""
    organizations = _organizations(require_running())
    return _form(organizations, _defaults(organizations, civil_day(now())), {})


@pages.post("/s/shuxue/new")
def create() -> Answer | tuple[str, int]:
    """Open a round; a fault shows the form again with what was typed."""
    leader = require_running()
    organizations = _organizations(leader)
    typed = Typed(**{name: request.form.get(name, "").strip()[:100] for name in Typed.__dataclass_fields__})
    plan, faults = _plan(typed)
    if plan is None:
        return _form(organizations, typed, faults), 400
    try:
        opened = cycles.open_cycle(leader.actor, plan, now())
    except ServiceError as error:
        if error.kind == "not_found":
            raise
        name = error.code if error.code in Typed.__dataclass_fields__ else "form"
        return _form(organizations, typed, {name: error.message + error.hint}), 400
    return redirect(url_for("shuxue_branch.show", round=opened.key, done="opened"), 303)


def require_running() -> Leader:
    """Return somebody who runs a branch or looks after one.

    Raises:
        ServiceError: `forbidden` for others, a group's head among them (R100).
    """
    leader = require_leader()
    if not any(grant.role in _RUNNING for grant in leader.grants):
        raise ServiceError(
            "forbidden",
            "看述学由支部书记、支委来办。",
            "您替同志代录，请到「代录述学」。",
            kind="forbidden",
        )
    return leader


def _chosen(rounds: list[Round]) -> Round | None:
    wished = request.args.get("round", "")
    return next((item for item in rounds if item.cycle.key == wished), rounds[0] if rounds else None)


def _groups(
    leader: Leader, shown: Round | None, waiting: set[str]
) -> list[tuple[str, list[tuple[Standing, str]]]]:
    """Return everybody who does not wait, by group, each with the words of the state."""
    if shown is None:
        return []
    groups: dict[str, list[tuple[Standing, str]]] = {}
    for person in standing.board(leader.actor, shown.cycle.key, now()):
        if person.number not in waiting:
            groups.setdefault(person.group, []).append((person, _state_words(person.state, shown.state)))
    return sorted(groups.items())


def _state_words(state: ReportState | None, cycle: CycleState) -> str:
    if state is None or state is ReportState.DRAFT:
        if cycle is CycleState.CLOSED:
            return "没有交"
        return "正在写" if state else "还没写"
    plain = {
        ReportState.NOT_FILED: "没有交",
        ReportState.RETURNED: "请本人补充中",
        ReportState.SUBMITTED: "已提交",
    }
    return plain.get(state, state.label)


def _keys(waiting: list[Waiting]) -> list[tuple[str, str]]:
    return [(item.cycle.key, item.number) for item in waiting]


def _way(key: tuple[str, str], done: str | None = None) -> str:
    return url_for("shuxue_branch.read", cycle=key[0], number=key[1], done=done)


def _report(leader: Leader, cycle: str, number: str, reason: str = "", fault: str = "") -> str:
    draft = deciding.read(leader.actor, cycle, number, now())
    waiting = _keys(deciding.waiting(leader.actor, now()))
    return render_template(
        "shuxue/read.html",
        member=draft.member,
        draft=draft,
        bodies={view: draft.texts[view].body for view in View},
        revisions=standing.revisions(leader.actor, cycle, number, now()),
        decidable=(cycle, number) in waiting,
        row=row.on_page(_DONE_WORDS, waiting, (cycle, number), _way),
        reasons=REASONS,
        reason=reason,
        fault=fault,
    )


def _organizations(leader: Leader) -> list[Organization]:
    grants = [grant for grant in leader.grants if grant.role in _RUNNING]
    return [item for item in agenda.organizations(grants) if item.kind is not OrgKind.GROUP]


def _defaults(organizations: list[Organization], today: date) -> Typed:
    """Suggest this quarter, due on the 20th of its last month, or in two weeks when that is near."""
    quarter = (today.month + 2) // 3
    last = date(today.year, quarter * 3, 20)
    due = last if last >= today + timedelta(days=3) else today + timedelta(days=14)
    return Typed(
        organization=organizations[0].code if organizations else "",
        year=str(today.year),
        quarter=str(quarter),
        due=due.isoformat(),
    )


def _plan(typed: Typed) -> tuple[CyclePlan | None, dict[str, str]]:
    faults: dict[str, str] = {}
    due = _day(typed.due)
    if due is None:
        faults["due"] = "请选截止的日子，例如 2026-12-20。"
    if typed.type not in set(CycleType):
        faults["type"] = "请选一种述学。"
    if not (typed.year.isascii() and typed.year.isdigit() and len(typed.year) == 4):
        faults["year"] = "请填年份，例如 2026。"
    if typed.type == CycleType.QUARTER and typed.quarter not in ("1", "2", "3", "4"):
        faults["quarter"] = "请选第几季度。"
    if faults or due is None:
        return None, faults
    quarter = int(typed.quarter) if typed.type == CycleType.QUARTER else 0
    kind = CycleType(typed.type)
    return CyclePlan(typed.organization, kind, int(typed.year), due, quarter, title=typed.title), {}


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed) if len(typed) == 10 and typed.isascii() else None
    except ValueError:
        return None


def _form(organizations: list[Organization], typed: Typed, faults: dict[str, str]) -> str:
    return render_template(
        "shuxue/new.html", organizations=organizations, typed=typed, faults=faults, kinds=list(CycleType)
    )
