"""Another time or place for a session: a short form that knows what stands and keeps what was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from models import StudySession
from models.terms import SessionState
from services.access import require_manage
from services.clock import civil, civil_day
from services.errors import ServiceError
from services.study import rescheduling
from services.study.session_plan import length_of
from web.context import now
from web.secretary import plan_form
from web.secretary.reach import Reached, reach
from web.secretary.roll import MOVABLE

pages = Blueprint("moving", __name__)

_MINUTES = re.compile(r"^\d{1,4}$", re.ASCII)
_TEXTS = ("day", "time", "minutes", "place")


@dataclass(frozen=True)
class Typed:
    """The fields as text."""

    day: str = ""
    time: str = ""
    minutes: str = ""
    place: str = ""

    @classmethod
    def of(cls, form: MultiDict[str, str]) -> Typed:
        """Take the known fields of a form and no others."""
        return cls(**{name: form.get(name, "").strip()[: plan_form.LONGEST] for name in _TEXTS})

    @classmethod
    def standing(cls, session: StudySession) -> Typed:
        """Take what stands."""
        start = civil(session.starts_at)
        minutes = str(length_of(session))
        return cls(start.date().isoformat(), f"{start:%H:%M}", minutes, session.place or "")


@pages.get("/s/sessions/<key>/move")
def ask(key: str) -> str:
    """Show the form with what stands."""
    reached = _allowed(key)
    if reached.state not in MOVABLE or now() >= reached.session.starts_at:
        message = f"这次学习{reached.state.label}，不能再改时间地点。"
        raise ServiceError("wrong_state", message, "请返回看看现在的情况。")
    return _page(reached, Typed.standing(reached.session), {})


@pages.post("/s/sessions/<key>/move")
def act(key: str) -> Answer | tuple[str, int]:
    """Move it; a fault shows the form again, with the words beside the field."""
    reached, typed = _allowed(key), Typed.of(request.form)
    starts_at, faults = _read(typed)
    if starts_at is None or faults:
        return _page(reached, typed, faults), 400
    try:
        actor = reached.leader.actor
        moved = rescheduling.move(actor, key, starts_at, int(typed.minutes), typed.place, now())
    except ServiceError as error:
        if error.kind != "invalid" and error.code != "signed":
            raise
        return _page(reached, typed, plan_form.fault_of(error)), 400
    told = "moved_draft" if moved.state is SessionState.DRAFT else "moved"
    return redirect(url_for("roll.show", key=key, done=told), 303)


def _allowed(key: str) -> Reached:
    reached = reach(key)
    require_manage(reached.leader.actor, reached.session.organization.path, civil_day(now()))
    return reached


def _read(typed: Typed) -> tuple[datetime | None, dict[str, str]]:
    """Return the start, and one sentence per field that was not understood."""
    faults: dict[str, str] = {}
    starts_at = plan_form.start(typed.day, typed.time, faults)
    if not _MINUTES.match(typed.minutes):
        faults["minutes"] = "请填分钟数，例如 90。"
    return starts_at, faults


def _page(reached: Reached, typed: Typed, faults: dict[str, str]) -> str:
    return render_template(
        "secretary/move.html", session_=reached.session, state=reached.state, typed=typed, faults=faults
    )
