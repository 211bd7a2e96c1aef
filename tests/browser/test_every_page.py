"""Every page in every look, and every template shown by one of them (G20, PAGES)."""

from __future__ import annotations

import inspect
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import template_rendered
from playwright.sync_api import Browser
from waitress.server import create_server

from models import HourEntry
from models.connection import connect, disconnect
from services.arrival import codes
from tests.browser.every_page import fill, sorted_by_place
from tests.browser.house import House
from tests.browser.looks import Eye
from tests.browser.sent_pages import Sent
from tests.fixtures_browser import PHONE, running
from tests.web.world import World, build

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: In so many parts of about the same size, that the workers of a run share the pages.
PARTS = 4
#: Pages that are refusals; of every other one the headline of a refusal is a fault.
REFUSALS = {"unknown", "refusal", "stale code"}
_NAMED = re.compile(r'"([a-z]+/[a-z_]+\.html)"')


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path, now: datetime) -> Iterator[House]:
    """Serve the small world with one of everything in it."""
    path = tmp_path / "every.db"
    shutil.copy(sqlite_template, path)
    connect(f"sqlite:///{path}")
    world = build(now, csrf=True)
    world.app.config["PROPAGATE_EXCEPTIONS"] = False
    names = fill(world) | _names(world)
    server = create_server(world.app, host="127.0.0.1", port=0, threads=4)
    with running(server):
        yield House(world, f"http://127.0.0.1:{server.effective_port}", names)
    disconnect()


def _names(world: World) -> dict[str, str]:
    line = HourEntry.select().where(HourEntry.member == world.members["member"]).first()
    screen = codes.screen_key(world.session.key, world.session.screen_nonce)
    return {"line": str(line.id), "screen": screen}


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_can_be_read_and_pressed_in_every_look(house: House, browser: Browser, part: int) -> None:
    """Axe finds nothing, nothing is too small to read or press, nothing scrolls sideways."""
    places = sorted_by_place(house.world.app)
    mine = _shares(places)[part]
    rendered: list[tuple[str, str]] = []

    def note(_: object, template: Any, context: dict[str, Any]) -> None:
        rendered.append((template.name, str(context.get("message", ""))))

    with template_rendered.connected_to(note):
        pages = [item for place in mine for item in places[place].items()]
        faults = _judged(house, browser, pages, rendered)
    assert {name: found for name, found in faults.items() if found} == {}
    # A page that only a sent form shows is easily forgotten: its template then was never rendered.
    named = _templates_of(mine, [place for place in places if place not in mine])
    assert named - {template for template, _ in rendered} == set()


def _shares(places: dict[str, dict[str, Any]]) -> list[list[str]]:
    """Deal the modules out, the largest first, each to whoever has the fewest pages."""
    shares: list[list[str]] = [[] for _ in range(PARTS)]
    for place in sorted(places, key=lambda place: (-len(places[place]), place)):
        min(shares, key=lambda share: sum(len(places[each]) for each in share)).append(place)
    return shares


def _judged(
    house: House, browser: Browser, pages: list[tuple[str, Any]], rendered: list[tuple[str, str]]
) -> dict[str, list[str]]:
    context = browser.new_context(
        viewport=PHONE, is_mobile=True, has_touch=True, locale="zh-CN", timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    eye, faults = Eye(page, house.care()), {}
    # What is sent comes last, for it changes what others show; the same person stays logged in for long.
    for name, at in sorted(pages, key=lambda item: (isinstance(item[1], Sent), _role(item[1]))):
        broken.clear()
        eye.first()
        if isinstance(at, Sent):
            house.send(page, at)
        else:
            house.open(page, *at)
        faults[name] = eye.faults() + broken
        if rendered[-1][0] == "errors/page.html" and name not in REFUSALS:
            faults[name].append(f"is another page: {rendered[-1][1]}")
    context.close()
    return faults


def _role(at: Any) -> str:
    return "" if isinstance(at, Sent) else str(at[0])


def _templates_of(mine: list[str], others: list[str]) -> set[str]:
    """Return the templates that the views of these modules name, and none of the others."""
    return _named(mine) - _named(others)


def _named(places: list[str]) -> set[str]:
    return {name for place in places for name in _NAMED.findall(inspect.getsource(sys.modules[place]))}
