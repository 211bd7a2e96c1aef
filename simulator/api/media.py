"""Temporary media, which live three days."""

from __future__ import annotations

from typing import Any

from flask import Response

from ..errors import ApiError
from ..records import Media
from ..state import World
from .calls import Call, Route

LIFETIME = 3 * 86_400
LIMITS = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "thumb": 64 << 10}


def keep(world: World, kind: str, name: str, content_type: str, data: bytes) -> str:
    """Store a file for three days and return its media_id."""
    with world.lock:
        media_id = world.word(64)
        ends = world.clock.now() + LIFETIME
        world.media[media_id] = Media(kind, name, content_type, data, ends)
        return media_id


def upload(call: Call) -> dict[str, Any]:
    """Take a file of the account."""
    kind = call.args.get("type", "")
    if kind not in LIMITS:
        raise ApiError(40004)
    file = call.request.files.get("media")
    data = file.read() if file else b""
    if file is None or not data:
        raise ApiError(41005)
    if len(data) > LIMITS[kind]:
        raise ApiError(45001 if kind != "image" else 40009, "media size out of limit")
    media_id = keep(
        call.world,
        kind,
        file.filename or "media",
        file.mimetype or "application/octet-stream",
        data,
    )
    return {"type": kind, "media_id": media_id, "created_at": int(call.world.clock.now())}


def get(call: Call) -> Response:
    """Return a file; 40007 after three days."""
    media_id = call.args.get("media_id", "")
    if not media_id:
        raise ApiError(41006)
    media = call.world.media.get(media_id)
    if media is None or media.ends <= call.world.clock.now():
        raise ApiError(40007)
    response = Response(media.data, mimetype=media.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{media_id[:16]}"'
    return response


ROUTES = [
    Route("cgi-bin/media/upload", upload, post=True),
    Route("cgi-bin/media/get", get),
]
