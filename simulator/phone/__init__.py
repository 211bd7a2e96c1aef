"""The phone and the desk in the browser."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, jsonify, render_template, send_from_directory

from ..load import LOAD_NOTE
from ..state import World

HERE = Path(__file__).resolve().parent
TEMPLATES = str(HERE / "templates")
STATIC = str(HERE / "static")

LINES = ("换个人看看", "扫屏幕上的码", "用书记的手机点名、确认", "给学时不够的人发提醒")


def scene_for_page(world: World) -> dict[str, object]:
    """Return what the scene says about the desk, with defaults."""
    scene = world.settings.scene
    return {
        "account": world.account_name,
        "lines": [_line(line) for line in scene.get("lines") or LINES],
        "note": str(scene.get("note", "")),
        "screens": list(scene.get("screens") or []),
        "tabs": list(scene.get("tabs") or []),
        "organizer": _organizer(world),
        "service": world.settings.service_public,
        "origins": [world.settings.service_public, world.settings.service],
    }


def _line(line: object) -> dict[str, str]:
    """Return one of the lines above the desk; with `tab`, pressing it shows the tab of that title."""
    given = line if isinstance(line, dict) else {"words": line}
    return {"words": str(given["words"]), "tab": str(given.get("tab", ""))}


def _organizer(world: World) -> str:
    """Return the openid whose browser shows the meeting screen: the first secretary."""
    people = list(world.people.values())
    for person in people:
        if "书记" in person.note:
            return person.openid
    return people[0].openid if people else ""


def register(app: Flask, world: World) -> None:
    """Put the pages on the application."""

    def page(template: str) -> Response:
        response = Response(render_template(template, scene=scene_for_page(world)))
        response.headers["Cache-Control"] = "no-store"
        return response

    app.add_url_rule("/", "desk", lambda: page("desk.html"))
    app.add_url_rule("/phone", "phone", lambda: page("phone.html"))
    app.add_url_rule("/sim/static/<path:name>", "assets", lambda name: send_from_directory(STATIC, name))

    @app.get("/sim/api/phone")
    def state() -> Response:
        people = [p.brief() for p in list(world.people.values()) if p.offered and p.note != LOAD_NOTE]
        return jsonify({**scene_for_page(world), "people": people, "menu": world.menu})
