"""The platform as the services see it: who a visitor is, the QR of a scene, a voice (`services/ports.py`)."""

from __future__ import annotations

from wechat.calls import PlatformClient


class Platform:
    """Fulfils `ports.Identity`, `ports.SceneQr` and `ports.MediaFetch` with the platform's client."""

    def __init__(self, client: PlatformClient) -> None:
        """Use one client for all."""
        self._client = client

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Return the address of the silent login."""
        return self._client.authorize_url(redirect_uri, state)

    def person(self, code: str) -> tuple[str, bool]:
        """Trade a one-time code for (openid, is it a snapshot user)."""
        found = self._client.oauth_openid(code)
        return found.openid, found.is_snapshot

    def scene_url(self, scene: str, seconds: int) -> tuple[str, str]:
        """Return (ticket, address to draw) of a temporary QR."""
        made = self._client.create_scene_qr(scene, seconds)
        return made.ticket, made.url

    def media(self, media_id: str) -> tuple[str, bytes]:
        """Return (content type, bytes) of a file that somebody sent."""
        return self._client.media(media_id)
