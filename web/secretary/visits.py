"""送学上门: who was visited, when and about what, written down in one action (R08, F04)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from models import Organization
from models.terms import Area, OrgKind, SessionKind
from services import rulebook
from services.clock import civil, civil_day
from services.errors import ServiceError, not_found
from services.policy.amounts import hundredths
from services.policy.credit import default_credit
from services.roll import visits
from services.roll.visits import Visit
from services.spoken import hours
from services.study import agenda
from web.context import commit, now
from web.secretary import plan_form
from web.visitor import Leader, require_leader

pages = Blueprint("visits", __name__)

_MINUTES = re.compile(r"^\d{1,4}$", re.ASCII)
#: No list of a form is read further than this; the services say how many there may be.
_MOST = 500
_FIELD_OF = {
    "member": "members",
    "visitor": "visitors",
    "start": "day",
    "minutes": "minutes",
    "areas": "areas",
}


@dataclass(frozen=True)
class Typed:
    """The fields as text."""

    title: str = ""
    day: str = ""
    time: str = ""
    minutes: str = ""
    place: str = ""
    members: tuple[str, ...] = ()
    visitors: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()

    @classmethod
    def of(cls, form: MultiDict[str, str]) -> Typed:
        """Take the known fields of a form and no others."""

        def text(name: str) -> str:
            return form.get(name, "").strip()[: plan_form.LONGEST]

        def many(name: str) -> tuple[str, ...]:
            return tuple(form.getlist(name)[:_MOST])

        return cls(
            title=text("title"),
            day=text("day"),
            time=text("time"),
            minutes=text("minutes"),
            place=text("place"),
            members=many("members"),
            visitors=many("visitors"),
            areas=many("areas"),
        )


@pages.get("/s/sessions/visit")
def ask() -> str:
    """Show the form for one branch or group, as such a visit usually is."""
    leader = require_leader()
    chosen = _chosen(leader, request.args.get("org", ""))
    rules, local = rulebook.current().sessions(civil_day(now())).of(SessionKind.HOME_VISIT), civil(now())
    today = local.time() >= rules.time
    typed = Typed(
        title=rules.title_of(local.date()),
        day=local.date().isoformat(),
        time=f"{rules.time if today else local.replace(minute=0):%H:%M}",
        minutes=str(rules.minutes),
        visitors=(leader.member.number,),
        areas=tuple(area.value for area in rules.areas),
    )
    return _page(leader, chosen, typed, {})


@pages.post("/s/sessions/visit")
def record() -> Answer | tuple[str, int]:
    """Write the visit down; a fault shows the form again with everything that was ticked."""
    leader, typed = require_leader(), Typed.of(request.form)
    chosen = _chosen(leader, request.form.get("organization", "")[:32])
    starts_at, faults = _read(typed)
    if starts_at is None or faults:
        return _page(leader, chosen, typed, faults), 400
    visit = Visit(
        organization=chosen.code,
        members=tuple(number[:32] for number in typed.members),
        starts_at=starts_at,
        minutes=int(typed.minutes),
        areas=tuple(Area(area) for area in typed.areas),
        visitors=tuple(number[:32] for number in typed.visitors),
        title=typed.title,
        place=typed.place or None,
    )
    try:
        session = commit(lambda at: visits.record(leader.actor, visit, at))
    except ServiceError as error:
        if error.kind != "invalid":
            raise
        return _page(leader, chosen, typed, _fault(error)), 400
    return redirect(url_for("around.show", key=session.key, done="visited"), 303)


def _fault(error: ServiceError) -> dict[str, str]:
    if error.code in _FIELD_OF:
        return {_FIELD_OF[error.code]: error.message + error.hint}
    return plan_form.fault_of(error)


def _read(typed: Typed) -> tuple[datetime | None, dict[str, str]]:
    """Return the start, and one sentence per field that was not understood."""
    starts_at, faults = plan_form.start_of(typed.day, typed.time)
    if not _MINUTES.match(typed.minutes):
        faults["minutes"] = "请填分钟数，例如 60。"
    if not typed.areas or any(area not in set(Area) for area in typed.areas):
        faults["areas"] = "请至少选一项学习内容。"
    if not typed.members:
        faults["members"] = "还没有选去看了谁，请至少选一位同志。"
    return starts_at, faults


def _places(leader: Leader) -> list[Organization]:
    """Return the branches and groups of the leader; a committee visits nobody by itself."""
    kinds = {OrgKind.BRANCH, OrgKind.GROUP}
    return [each for each in agenda.organizations(leader.grants) if each.kind in kinds]


def _chosen(leader: Leader, code: str) -> Organization:
    places = _places(leader)
    found = next((each for each in places if not code or each.code == code), None)
    if found is None:
        raise not_found("这个党组织", "请从页面上选。")
    return found


def _page(leader: Leader, chosen: Organization, typed: Typed, faults: dict[str, str]) -> str:
    rules = rulebook.current().hours(civil_day(now()))
    minutes = int(typed.minutes) if _MINUTES.match(typed.minutes) else 0
    return render_template(
        "secretary/visit.html",
        places=_places(leader),
        chosen=chosen,
        people=visits.candidates(leader.actor, chosen, now()),
        typed=typed,
        faults=faults,
        areas=list(Area),
        rules=rules,
        most_visitors=visits.MOST_VISITORS,
        default_credit=hours(hundredths(default_credit(minutes, rules.minutes_per_hour, rules.step))),
    )
