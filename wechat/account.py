"""The account's own affairs on the platform, which commands see to: its menu and its templates."""

from __future__ import annotations

from wechat.calls import PlatformClient
from wechat.menu import menu


class Account:
    """Fulfils what `cli.tools` asks of the platform, with the platform's client."""

    def __init__(self, client: PlatformClient, public_url: str) -> None:
        """Use one client; menu entries lead to the pages at `public_url`."""
        self._client = client
        self._public_url = public_url

    def push_menu(self) -> None:
        """Put the account's menu in place."""
        self._client.push_menu(menu(self._public_url))

    def templates(self) -> list[str]:
        """Return the numbers of the account's templates."""
        answer = self._client.get("/cgi-bin/template/get_all_private_template", {})
        rows = answer.get("template_list")
        return [str(row.get("template_id")) for row in rows] if isinstance(rows, list) else []
