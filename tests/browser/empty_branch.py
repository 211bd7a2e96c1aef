"""A deployment with one empty branch: the organization, its secretary, the pages and the account's callback.

The application is the one of the composition root. The clock is the test's, and so is the platform's side:
it signs and seals what somebody does in the chat, as the real one does.
"""

from __future__ import annotations

import base64
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import requests
import zxingcpp
from openpyxl import Workbook, load_workbook
from PIL import Image
from playwright.sync_api import Locator, Page

from app import create_app
from config import load_settings
from models.connection import connect, disconnect
from services import binding, login
from services.actor import OPERATOR
from services.clock import seconds
from services.roster import import_roster
from tests.conftest import SECRET
from tests.fakes import FakeSceneQr, FixedClock
from tests.fixtures_browser import running
from tests.journeys.stage import free_ports
from tests.wechat import pushes
from web.context import keep
from web.server import build
from wechat.crypto import cipher_of, open_sealed

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "roster.xlsx"
BRANCH, SECRETARY = "ZB0001", "DY000001"
_CONTEXT = "shuxue.web"
Row = dict[str, str]


def sample(sheet: str) -> list[Row]:
    """Return the rows of a sheet of the sample roster, by their headings."""
    head, *rows = load_workbook(SAMPLE)[sheet].iter_rows(values_only=True)
    return [{str(name): str(cell or "") for name, cell in zip(head, row, strict=True)} for row in rows]


def book(path: Path, **sheets: list[Row]) -> Path:
    """Write rows as a workbook, a sheet for each name."""
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        page.append(list(rows[0]))
        for row in rows:
            page.append([cell or None for cell in row.values()])
    made.save(path)
    return path


def read_code(shown: Locator) -> str:
    """Return what a camera reads in a picture as it stands on the screen."""
    picture = Image.open(io.BytesIO(shown.screenshot())).convert("L")
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


@dataclass
class EmptyBranch:
    """The running deployment; `chat` is the account."""

    address: str
    clock: FixedClock
    scenes: FakeSceneQr
    folder: Path
    _pushed: int = field(default=0)

    def enter(self, page: Page, openid: str) -> Page:
        """Let somebody be logged in on a phone, whose clock shows the time of the story."""
        token = login.start(openid, self.clock())
        page.context.add_cookies([{"name": "shuxue", "value": token, "url": self.address}])
        page.clock.set_fixed_time(self.clock())
        return page

    def at(self, page: Page, hour: int, minute: int, day: int | None = None) -> None:
        """Let it be a time of the day, here and on a phone."""
        self.clock.at = self.clock.at.replace(
            hour=hour, minute=minute, second=0, day=day or self.clock.at.day
        )
        page.clock.set_fixed_time(self.clock())

    def says(self, openid: str, words: str) -> str:
        """Type something into the chat and return what the account answers."""
        return self._push(openid, Content=words)

    def menu_scans(self, openid: str, found: str) -> str:
        """Press 签到 in the menu and scan a code."""
        seen = f"<ScanType>qrcode</ScanType><ScanResult><![CDATA[{found}]]></ScanResult>"
        seen = f"<ScanCodeInfo>{seen}</ScanCodeInfo>"
        return self._event(openid, "scancode_waitmsg", seen, EventKey="CHECKIN_SCAN")

    def follows(self, openid: str, scene: str) -> str:
        """Follow the account by a code that carries a scene."""
        return self._event(openid, "subscribe", EventKey=f"qrscene_{scene}", Ticket="t")

    def _event(self, openid: str, name: str, inner: str = "", **fields: object) -> str:
        return self._push(openid, inner, MsgType="event", Event=name, Content=None, MsgId=None, **fields)

    def _push(self, openid: str, inner: str = "", **fields: object) -> str:
        self._pushed += 1
        stamp = seconds(self.clock())
        known = {"FromUserName": openid, "CreateTime": stamp, "MsgId": 10**15 + self._pushed}
        sealed, body = pushes.envelope(pushes.message(inner, **(known | fields)))
        query = urlencode(pushes.signed(sealed, str(stamp), openid=openid), doseq=True)
        answer = requests.post(f"{self.address}/wechat?{query}", data=body, timeout=20)
        assert answer.status_code == 200, answer.text
        sealed = ElementTree.fromstring(answer.content).findtext("Encrypt", "")
        plain = open_sealed(cipher_of(pushes.KEY), pushes.APP_ID.encode(), base64.b64decode(sealed))
        return ElementTree.fromstring(plain).findtext("Content", "")


@contextmanager
def empty_branch(template: Path, folder: Path, now: datetime) -> Iterator[EmptyBranch]:
    """Serve a deployment whose roster holds the branch, those above it, and the secretary alone."""
    path = folder / "branch.db"
    shutil.copy(template, path)
    connect(f"sqlite:///{path}")
    (port,) = free_ports(1)
    town = EmptyBranch(f"http://127.0.0.1:{port}", FixedClock(now), FakeSceneQr(), folder)
    app = _app(town, path)
    server = build(app, "127.0.0.1", port)
    try:
        with running(server):
            _settle(town)
            yield town
    finally:
        app.extensions["writer"].stop()
        disconnect()


def _app(town: EmptyBranch, path: Path) -> Any:
    settings = load_settings(
        database_url=f"sqlite:///{path}",
        public_url=town.address,
        environment="development",
        secret_key=SECRET,
        wechat_app_id=pushes.APP_ID,
        wechat_app_secret="a secret of the tests",
        wechat_token=pushes.TOKEN,
        wechat_aes_key=pushes.KEY,
    )
    app = create_app(settings, town.clock)
    # The platform's codes are drawn without asking it: no test reaches another machine.
    keep(app.extensions, replace(app.extensions[_CONTEXT], scene_qr=town.scenes))
    return app


def _settle(town: EmptyBranch) -> None:
    """Let the operator enter the branch, and its secretary bind a phone."""
    organizations = [row for row in sample("党组织") if row["代码"] in {"DW01", "DZ01", BRANCH}]
    members = [row for row in sample("党员") if row["编号"] == SECRETARY]
    # The groups come with the branch's own file.
    members = [{**row, "党小组": ""} for row in members]
    start = book(town.folder / "start.xlsx", 党组织=organizations, 党员=members)
    assert import_roster(start, OPERATOR, town.clock()).rejected == []
    code = binding.issue_code(OPERATOR, SECRETARY, town.clock()).code
    assert "绑定成功" in town.says(SECRETARY, f"绑定 {code}")
