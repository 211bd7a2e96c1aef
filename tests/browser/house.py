"""The small world with one of everything in it, served to a browser: a page opens as whoever may see it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from playwright.sync_api import Page

from models import LoginSession
from services import keyring, login
from tests.browser.sent_pages import Sent
from tests.web.world import OPENIDS, World

SEND = """async ({action, fields, file}) => {
  const form = Object.assign(document.createElement('form'), {method: 'post', action});
  const token = document.querySelector('[name=csrf_token]');
  for (const [name, value] of [['csrf_token', token ? token.value : ''], ...fields]) {
    form.append(Object.assign(document.createElement('input'), {type: 'hidden', name, value}));
  }
  if (file) {
    form.enctype = 'multipart/form-data';
    const held = new DataTransfer();
    held.items.add(new File([file[2]], file[1]));
    const input = Object.assign(document.createElement('input'), {type: 'file', name: file[0]});
    input.files = held.files;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}"""


@dataclass
class House:
    """The world behind a running server; `names` are what addresses and fields may hold in braces."""

    world: World
    address: str
    names: dict[str, str]
    _role: str = field(default="", init=False)

    def open(self, page: Page, role: str, path: str) -> None:
        """Go to a page as somebody."""
        self._enter(page, role)
        page.goto(self.address_of(path))

    def send(self, page: Page, sent: Sent) -> None:
        """Go to the page of a form and send it."""
        self._enter(page, sent.role)
        page.goto(self.address_of(sent.page))
        fields = [
            (name, self._filled(each))
            for name, value in sent.fields.items()
            for each in ([value] if isinstance(value, str) else value)
        ]
        action = self.address_of(sent.action)
        with page.expect_navigation():
            page.evaluate(SEND, {"action": action, "fields": fields, "file": sent.file})
        # What was sent may have ended the login.
        self._role = ""

    def cookie(self, role: str) -> str:
        """Log somebody in and return the cookie; "proved …" has just proved who they are."""
        how, _, plain = role.rpartition(" ")
        token = login.start(OPENIDS[plain], self.world.clock())
        if how:
            until = self.world.clock() + timedelta(minutes=10)
            row = LoginSession.token_hash == keyring.current().fingerprint(token)
            LoginSession.update(proved_until=until).where(row).execute()
        return f"shuxue={token}"

    def address_of(self, path: str) -> str:
        """Return the whole address of a page."""
        return self.address + self._filled(path)

    def care(self) -> str:
        """Return the address of the stylesheet of large type."""
        found = re.search(r'href="([^"]*css/care[^"]*)"', self._large())
        assert found
        return found[1]

    def _large(self) -> str:
        browser = self.world.client("anonymous")
        browser.set_cookie("care", "1")
        return browser.get("/help").text

    def _filled(self, text: str) -> str:
        names = {"key": self.world.session.key, "token": self.world.token(), **self.names}
        return re.sub(r"\{(\w+)\}", lambda found: str(names[found[1]]), text)

    def _enter(self, page: Page, role: str) -> None:
        # Who is logged in already stays so: cookies cost as much as a small page.
        if role == self._role:
            return
        page.context.clear_cookies(name="shuxue")
        if role.rpartition(" ")[2] in OPENIDS:
            name, _, value = self.cookie(role).partition("=")
            page.context.add_cookies([{"name": name, "value": value, "url": self.address}])
        self._role = role
