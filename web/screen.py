"""The meeting screen: opened on any laptop by its link, for it carries a secret instead of a login (R25)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from flask import Blueprint, Response, jsonify, render_template, request

from models import StudySession
from models.terms import SessionState
from services import agenda, attendance, codes, rulebook, sessions, tickets
from services.clock import civil_day, moment, seconds
from services.errors import not_found
from services.ports import PlatformError
from services.spoken import clock_time, paired, spoken_moment
from web.context import current, now

pages = Blueprint("screen", __name__)

#: After the platform failed to give its QR, it is left alone so long.
_LEAVE_ALONE = timedelta(seconds=60)


@dataclass(frozen=True)
class Phase:
    """What the screen is for at a moment: `name` is before, open, over or cancelled; `words` say so."""

    name: str
    words: str


class Silence:
    """Remembers until when the platform is left alone, so that a screen never hangs on it."""

    def __init__(self) -> None:
        """Start with a platform that may be asked."""
        self._until: datetime | None = None
        self._lock = threading.Lock()

    def holds(self, at: datetime) -> bool:
        """Whether the platform is left alone at a moment."""
        with self._lock:
            return self._until is not None and at < self._until

    def begin(self, at: datetime) -> None:
        """Leave it alone from a moment on."""
        with self._lock:
            self._until = at + _LEAVE_ALONE


_silence = Silence()


@pages.get("/s/sessions/<key>/screen")
def show(key: str) -> str:
    """Show the screen; a script keeps it fresh, and without one the page reloads itself."""
    session = _opened(key)
    return render_template(
        "screen/screen.html",
        session_=session,
        state=_state(session),
        k=codes.screen_key(key),
        step_seconds=_step_seconds(session),
    )


@pages.get("/s/sessions/<key>/screen/state.json")
def state(key: str) -> Response:
    """Return what changes on the screen; two small queries, asked every three seconds."""
    return jsonify(_state(_opened(key)))


@pages.get("/s/sessions/<key>/screen/qr.png")
def qr(key: str) -> Response:
    """Draw the rotating code of this moment."""
    token = attendance.token_now(_opened(key), now())
    return _png(_drawn(current().draw_qr, f"{current().public_url}/c/{token}"))


@pages.get("/s/sessions/<key>/screen/follow.png")
def follow(key: str) -> Response:
    """Draw the platform's QR, by which a stranger follows the account and is signed in one go.

    Raises:
        ServiceError: `not_found` when the platform does not give one; the screen then leaves it out.
    """
    session = _opened(key)
    if _silence.holds(now()):
        raise not_found("关注用的码", "请用大的那个码。")
    try:
        until = moment(agenda.door(session).closes)
        address = tickets.scene_address(current().scene_qr, attendance.scene(session), until, now())
    except PlatformError as error:
        _silence.begin(now())
        raise not_found("关注用的码", "请用大的那个码。") from error
    return _png(_drawn(current().draw_qr, address))


@lru_cache(maxsize=64)
def _drawn(draw: Callable[[str], bytes], text: str) -> bytes:
    # Every reload within a step asks for the same picture.
    return draw(text)


def _opened(key: str) -> StudySession:
    """Return the session of a link that carries its secret; an unknown key and a wrong secret read alike."""
    offered = request.args.get("k") or request.args.get("key") or ""
    if not codes.opens_screen(key, offered):
        raise not_found("这个会场屏", "请从点名页重新打开。")
    return sessions.find(key)


def _state(session: StudySession) -> dict[str, object]:
    live, phase, at = agenda.live(session), _phase(session), now()
    is_open = phase.name == "open"
    return {
        "phase": phase.name,
        "words": phase.words,
        "clock": clock_time(at),
        "due": live.due,
        "present": live.present,
        "names": live.names,
        "digits": paired(attendance.code_now(session, at)) if is_open else "",
        "step": seconds(at) // _step_seconds(session),
    }


def _step_seconds(session: StudySession) -> int:
    return rulebook.current().checkin(civil_day(session.starts_at)).step_seconds


def _phase(session: StudySession) -> Phase:
    door, at = agenda.door(session), seconds(now())
    state_ = sessions.state_of(session, now())
    if state_ is SessionState.CANCELLED:
        return Phase("cancelled", "这次学习已取消。")
    if state_ is SessionState.DRAFT:
        return Phase("before", "这次学习还没有发布。")
    if at < door.opens:
        return Phase("before", f"{spoken_moment(moment(door.opens), now())} 开始签到，到时码会出现在这里。")
    if state_ is SessionState.OPEN and at <= door.closes:
        return Phase("open", f"签到到 {clock_time(moment(door.closes))} 为止")
    return Phase("over", "扫码签到已结束。到场还没签上的同志，请到签到处登记，一样计学时。")


def _png(body: bytes) -> Response:
    return Response(body, mimetype="image/png")
