"""Parametric QR codes."""

from __future__ import annotations

from typing import Any

from flask import Response

from .. import qr
from ..errors import ApiError
from ..records import Ticket
from .calls import Call, Route

DEFAULT_LIFE = 60
LONGEST_LIFE = 2_592_000
MOST_PERMANENT = 100_000
TEMPORARY = {"QR_SCENE": False, "QR_STR_SCENE": True}
PERMANENT = {"QR_LIMIT_SCENE": False, "QR_LIMIT_STR_SCENE": True}


def _scene(given: dict[str, Any], textual: bool, permanent: bool) -> str:
    info = given.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise ApiError(40053)
    if textual:
        text = scene.get("scene_str")
        if not isinstance(text, str) or not 1 <= len(text) <= 64:
            raise ApiError(40053, "scene_str has 1 to 64 characters")
        return text
    number = scene.get("scene_id")
    top = 100_000 if permanent else 2**32 - 1
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= top:
        raise ApiError(40053, "scene_id out of range")
    return str(number)


def _life(given: dict[str, Any]) -> int:
    life = given.get("expire_seconds", DEFAULT_LIFE)
    if not isinstance(life, int) or isinstance(life, bool) or not 1 <= life <= LONGEST_LIFE:
        raise ApiError(40053, "expire_seconds out of range")
    return life


def create(call: Call) -> dict[str, Any]:
    """Make a QR code for a scene; without expire_seconds a temporary one lives 60 s."""
    given, world = call.json(), call.world
    action = given.get("action_name")
    permanent = action in PERMANENT
    if not permanent and action not in TEMPORARY:
        raise ApiError(40053, "action_name")
    textual = {**PERMANENT, **TEMPORARY}[str(action)]
    scene = _scene(given, textual, permanent)
    if permanent:
        for former in world.tickets.values():
            if former.ends is None and former.scene == scene:
                return {"ticket": former.ticket, "url": former.url}
        if sum(t.ends is None for t in world.tickets.values()) >= MOST_PERMANENT:
            raise ApiError(45029)
    life = None if permanent else _life(given)
    ends = None if life is None else world.clock.now() + life
    value = f"gQ{world.word(90)}=="
    ticket = Ticket(value, f"http://weixin.qq.com/q/02{world.word(22)}", scene, not textual, ends)
    world.tickets[value] = ticket
    answer: dict[str, Any] = {"ticket": value, "url": ticket.url}
    if life is not None:
        answer["expire_seconds"] = life
    return answer


def show(call: Call) -> Response:
    """Return the picture of a ticket, 404 when the ticket is none or over."""
    ticket = call.world.tickets.get(call.args.get("ticket", ""))
    if ticket is None or not ticket.live(call.world.clock.now()):
        return Response("", status=404)
    return Response(qr.draw(ticket.url), mimetype="image/png")


ROUTES = [
    Route("cgi-bin/qrcode/create", create, post=True),
    Route("cgi-bin/showqrcode", show, token=False),
]
