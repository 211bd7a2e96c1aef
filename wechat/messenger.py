"""Writing to members through the platform: fulfils `ports.Messenger`."""

from __future__ import annotations

from collections.abc import Mapping

from wechat.calls import PlatformClient

_BIZSEND = "/cgi-bin/message/subscribe/bizsend"


class WechatMessenger:
    """Template messages and 订阅通知. Threads may share it: each has a kept connection of its own."""

    def __init__(self, client: PlatformClient) -> None:
        """Use one client for all."""
        self._client = client

    def template(
        self, openid: str, template: str, fields: Mapping[str, str], client_msg_id: str, url: str
    ) -> str:
        """Send a template message and return its number."""
        return self._client.send_template(openid, template, fields, client_msg_id=client_msg_id, url=url)

    def subscribe(self, openid: str, template: str, fields: Mapping[str, str], url: str) -> str:
        """Send one 订阅通知 and return its number, "" when the platform names none."""
        data = {key: {"value": value} for key, value in fields.items()}
        body = {"touser": openid, "template_id": template, "page": url, "data": data}
        return str(self._client.post(_BIZSEND, body).get("msgid") or "")
