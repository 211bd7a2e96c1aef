"""The WeChat QR of a session or card: asked of the platform once, kept until it expires."""

from __future__ import annotations

from datetime import datetime, timedelta

from models import SceneTicket
from services.ports import SceneQr
from services.transaction import transaction

#: The platform's longest life of a temporary QR, in seconds.
LONGEST = 2_592_000


def scene_address(qr: SceneQr, scene: str, until: datetime, now: datetime) -> str:
    """Return the address to draw for a scene; the platform is asked outside of any transaction.

    Args:
        qr: the platform.
        scene: what the SCAN event will carry.
        until: how long it is needed; cut to the platform's longest life.
        now: this moment.

    Raises:
        PlatformError: when the platform does not give one.
    """
    kept = SceneTicket.get_or_none(SceneTicket.scene == scene, SceneTicket.expires_at > now)
    if kept is not None:
        return str(kept.url)
    seconds = max(60, min(LONGEST, int((until - now).total_seconds())))
    ticket, url = qr.scene_url(scene, seconds)
    with transaction():
        SceneTicket.delete().where(SceneTicket.scene == scene).execute()
        SceneTicket.insert(
            scene=scene, ticket=ticket, url=url, expires_at=now + timedelta(seconds=seconds - 30)
        ).on_conflict_ignore().execute()
    return url
