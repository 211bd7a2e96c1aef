"""The meeting screen: opened on any machine by its link, for it carries a secret instead of a login (R25).

The secret is the session's own, or the short code that ends with the sign-in (services/screen_links.py).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from flask import Blueprint, Response, jsonify, render_template, request

from models import StudySession
from models.terms import SessionState
from services import live, screen_links, tickets
from services.arrival import codes
from services.clock import moment, seconds
from services.errors import ServiceError, not_found
from services.ports import PlatformError
from services.roll import attendance
from services.spoken import clock_time, paired, spoken_moment
from services.study import agenda, sessions
from web.context import current, now

pages = Blueprint("screen", __name__)

#: What makes one state another; `good` runs down by itself.
_MARKED = ("phase", "words", "clock", "due", "v", "step")
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
    session, pulse = _looked(key)
    return render_template(
        "screen/screen.html",
        session_=session,
        state=_state(session, pulse),
        names=live.names(session, pulse.version, now()),
        k=_offered(),
        step_seconds=live.step_seconds(session),
    )


@pages.get("/s/sessions/<key>/screen/state.json")
def state(key: str) -> Response:
    """Return what changes on the screen, and nothing when nothing has; one small query.

    The screen says by `v` whose names it holds, and by If-None-Match which state: the names are sent only
    when somebody else is there, the state only when it is another.
    """
    session, pulse = _looked(key)
    told = _state(session, pulse)
    if request.args.get("v") != pulse.version:
        told["names"] = live.names(session, pulse.version, now())
    # What runs down by itself is left out of the mark, or no two answers would be alike.
    answer = jsonify(told)
    answer.set_etag(codes.mark_of([told[name] for name in _MARKED]))
    answer.make_conditional(request)
    return answer


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
    return _with_secret(key, sessions.find)


def _looked(key: str) -> tuple[StudySession, live.Pulse]:
    """Return the session as far as a screen needs it, with its counts, in one query."""
    counts: list[live.Pulse] = []

    def look(key: str) -> StudySession:
        session, pulse = live.look(key)
        counts.append(pulse)
        return session

    return _with_secret(key, look), counts[0]


def _with_secret(key: str, find: Callable[[str], StudySession]) -> StudySession:
    try:
        session = find(key)
    except ServiceError:
        session = None
    if session is None or not _opens(session, _offered()):
        raise not_found("这个会场屏", "请从点名页重新打开。")
    return session


def _opens(session: StudySession, offered: str) -> bool:
    nonce = session.screen_nonce
    return codes.opens_screen(session.key, offered, nonce) or screen_links.opens(session.key, offered, now())


def _offered() -> str:
    return request.args.get("k") or request.args.get("key") or ""


def _state(session: StudySession, pulse: live.Pulse) -> dict[str, object]:
    phase, at = _phase(session), now()
    is_open = phase.name == "open"
    return {
        "phase": phase.name,
        "words": phase.words,
        "clock": clock_time(at),
        "due": pulse.due,
        "present": pulse.present,
        "v": pulse.version,
        "digits": paired(attendance.code_now(session, at)) if is_open else "",
        "step": seconds(at) // live.step_seconds(session) if is_open else 0,
        "good": live.good_for(session, at) if is_open else 0,
    }


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
