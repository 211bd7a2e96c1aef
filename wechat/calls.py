"""What the service asks of the platform: each call in our own words, over the one line (`client.py`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import quote

from services.ports import PlatformError
from wechat import media
from wechat.client import Client, number_in, text_in
from wechat.menu import Menu

MAX_SCENE_SECONDS: Final = 2_592_000
"""The longest life of a temporary code, 30 days."""

OPEN: Final = "https://open.weixin.qq.com"
_STATE = re.compile(r"[0-9A-Za-z]{1,128}")


class SceneCode(NamedTuple):
    """A temporary parametric code: its ticket, the address to draw, and its end in epoch seconds."""

    ticket: str
    url: str
    expires: float


class OAuthPerson(NamedTuple):
    """Who came through the silent login. Never bind a snapshot user: the openid is not the person's own."""

    openid: str
    is_snapshot: bool


class Follower(NamedTuple):
    """What ``user/info`` still tells.

    Attributes:
        openid: the person asked for.
        subscribed: False for somebody who does not follow; the rest is empty then.
        scene: the scene of the parametric code that led to following, "" when it was another way.
    """

    openid: str
    subscribed: bool
    scene: str


class PlatformClient(Client):
    """The calls that the service makes; all raise as the line beneath does."""

    def create_scene_qr(self, scene: str, seconds: int) -> SceneCode:
        """Create a temporary parametric code.

        Args:
            scene: 1–64 characters, comes back in the scan's EventKey.
            seconds: its life, 1–2,592,000; the platform would take 60 when it is left out.
        """
        if not 1 <= len(scene) <= 64 or not 1 <= seconds <= MAX_SCENE_SECONDS:
            raise ValueError("a scene has 1-64 characters and lives 1-2,592,000 seconds")
        path = "/cgi-bin/qrcode/create"
        action = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        answer = self.post(path, {"expire_seconds": seconds, **action})
        life = number_in(answer, "expire_seconds", path)
        return SceneCode(text_in(answer, "ticket", path), text_in(answer, "url", path), self._now() + life)

    def push_menu(self, menu: Menu) -> None:
        """Put the account's menu in place of the former one; phones show it within a day."""
        self.post("/cgi-bin/menu/create", menu)

    def user_info(self, openid: str) -> Follower:
        """Ask whether somebody follows and which code led there; EventKey is lost at times."""
        answer = self.get("/cgi-bin/user/info", {"openid": openid, "lang": "zh_CN"})
        by_code = answer.get("subscribe_scene") == "ADD_SCENE_QR_CODE"
        scene = str(answer.get("qr_scene_str") or "") if by_code else ""
        return Follower(openid, answer.get("subscribe") == 1, scene)

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Return the address of the silent login (snsapi_base) for a browser inside WeChat.

        Args:
            redirect_uri: where the platform sends the member back, with code and state.
            state: 1–128 letters and digits, checked by the caller when the member is back.
        """
        if _STATE.fullmatch(state) is None:
            raise ValueError("state has 1-128 letters and digits")
        # The platform asks for this order of the arguments.
        query = (
            f"appid={quote(self._app_id, safe='')}&redirect_uri={quote(redirect_uri, safe='')}"
            f"&response_type=code&scope=snsapi_base&state={state}"
        )
        return f"{self._api_base.rstrip('/') or OPEN}/connect/oauth2/authorize?{query}#wechat_redirect"

    def oauth_openid(self, code: str) -> OAuthPerson:
        """Exchange the login's code, which works once: the caller keeps the result for ten minutes."""
        path = "/sns/oauth2/access_token"
        login = {
            "appid": self._app_id,
            "secret": self._secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        answer = self._send(path, login)
        return OAuthPerson(text_in(answer, "openid", path), answer.get("is_snapshotuser") == 1)

    def send_template(
        self, openid: str, template_id: str, fields: Mapping[str, str], *, client_msg_id: str, url: str = ""
    ) -> str:
        """Send a template message.

        Args:
            openid: the receiver.
            template_id: of the account's own list.
            fields: keyword → text, each as the template's type allows (the caller has checked).
            client_msg_id: the same receiver and id is delivered once within ten minutes, which guards a
                resend.
            url: the page that a tap opens; "" for none.

        Returns:
            The platform's msgid, which the receipt event carries as MsgID; "" if it accepted without naming
            one. Accepted is not delivered.
        """
        path = "/cgi-bin/message/template/send"
        data = {key: {"value": value} for key, value in fields.items()}
        body = {"touser": openid, "template_id": template_id, "data": data, "client_msg_id": client_msg_id}
        answer = self.post(path, {**body, "url": url} if url else body)
        # Without a msgid it is accepted all the same: to call it a failure would send it twice.
        return str(answer.get("msgid") or "")

    def media(self, media_id: str) -> tuple[str, bytes]:
        """Fetch a file that somebody sent: (content type, bytes). The platform keeps it three days.

        Raises:
            MediaGone: it is there no longer, or it is none that the platform itself allows.
        """
        try:
            answer = self._with_token(media.PATH, {"media_id": media_id}, None, binary=True)
        except PlatformError as error:
            failure = media.gone(error)
        else:
            return media.file_in(answer)
        raise failure
