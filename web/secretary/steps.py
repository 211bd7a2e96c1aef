"""The steps of a session that ask first: confirm, close, cancel, reopen, publish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from models.terms import SessionState
from services.access import require_manage
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError
from services.roll import attendance, forecast
from services.study import sessions
from web.context import now
from web.secretary.reach import Reached, reach

pages = Blueprint("steps", __name__)


@dataclass(frozen=True)
class Step:
    """One step: its question, its button, what follows, and the states in which it makes sense."""

    title: str
    button: str
    follows: str
    states: frozenset[SessionState]
    act: Callable[[Actor, str, str, datetime], object]
    done: str
    asks_reason: bool = False
    back_to_today: bool = False


_STEPS = {
    "confirm": Step(
        "确认这次学习",
        "确认，记入学时",
        "确认后，到会的同志每人记入学时，还没到的记为缺席。",
        frozenset({SessionState.OPEN, SessionState.CLOSED, SessionState.REOPENED}),
        lambda actor, key, _reason, at: attendance.confirm(actor, key, at),
        "confirmed",
    ),
    "close": Step(
        "现在结束签到",
        "结束签到",
        "结束后扫码不再算签到，没签上的同志还可以点名。",
        frozenset({SessionState.OPEN}),
        lambda actor, key, _reason, at: sessions.close(actor, key, at),
        "closed",
    ),
    "cancel": Step(
        "取消这次学习",
        "取消这次学习",
        "取消后不计学时，不能恢复，应到的同志会收到通知。只是换个时间或地方，用「改时间地点」就行。",
        frozenset({SessionState.DRAFT, SessionState.PUBLISHED, SessionState.OPEN}),
        lambda actor, key, reason, at: sessions.cancel(actor, key, at, reason[:200] or None),
        "cancelled",
        back_to_today=True,
    ),
    "reopen": Step(
        "退回重核",
        "退回重核",
        "退回后，这次记的学时先扣回，支部改好点名、重新确认后再记。",
        frozenset({SessionState.CONFIRMED}),
        attendance.reopen,
        "reopened",
        asks_reason=True,
    ),
    "publish": Step(
        "发布这次学习",
        "发布",
        "发布后，应到的同志就能看到并签到。",
        frozenset({SessionState.DRAFT}),
        lambda actor, key, _reason, at: sessions.publish(actor, key, at),
        "published",
    ),
}
_NAMES = ",".join(_STEPS)


@pages.get(f"/s/sessions/<key>/<any({_NAMES}):name>")
def ask(key: str, name: str) -> str:
    """Show what the step will do, and its one button."""
    reached, step = _allowed(key, name)
    return _page(reached, name, step)


@pages.post(f"/s/sessions/<key>/<any({_NAMES}):name>")
def act(key: str, name: str) -> Answer | tuple[str, int]:
    """Do it; the service decides whether it may be done."""
    reached, step = _allowed(key, name)
    reason = request.form.get("reason", "").strip()
    if step.asks_reason and not reason:
        return _page(reached, name, step, "还没有写原因，请写一句。"), 400
    step.act(reached.leader.actor, key, reason, now())
    if step.back_to_today:
        return redirect(url_for("today.show", done=step.done), 303)
    return redirect(url_for("roll.show", key=key, done=step.done), 303)


def _allowed(key: str, name: str) -> tuple[Reached, Step]:
    """Return the session and the step.

    Raises:
        ServiceError: for a person without the right, and for a step that does not fit the state.
    """
    reached, step = reach(key), _STEPS[name]
    if not step.asks_reason:
        require_manage(reached.leader.actor, reached.session.organization.path, civil_day(now()))
    elif not reached.rights.reopen:
        raise ServiceError(
            "forbidden", "已确认的学习要由上级党务干部退回。", "请联系上级党组织。", kind="forbidden"
        )
    # A second tap on a step that is done finds the service's own answer instead of a refusal here.
    if request.method == "GET" and reached.state not in step.states:
        message = f"这次学习{reached.state.label}，不用办这一步。"
        raise ServiceError("wrong_state", message, "请返回看看现在的情况。")
    return reached, step


def _page(reached: Reached, name: str, step: Step, fault: str = "") -> str:
    coming = (
        forecast.of_session(reached.leader.actor, reached.session.key, now()) if name == "confirm" else None
    )
    return render_template(
        "secretary/step.html",
        session_=reached.session,
        state=reached.state,
        name=name,
        step=step,
        forecast=coming,
        fault=fault,
    )
