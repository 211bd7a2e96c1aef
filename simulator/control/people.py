"""Control API: what one person does and sees."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from ..actions import Actions, Outcome
from ..browser import Browsers
from ..records import Person
from ..state import World
from .body import Refused, given, need

Act = Callable[[Person, dict[str, Any]], Outcome]


def _table(actions: Actions) -> dict[str, Act]:
    """List the actions by the last part of their address."""
    return {
        "follow": lambda p, b: actions.follow(p, b.get("scene") or None),
        "unfollow": lambda p, _: actions.unfollow(p),
        "text": lambda p, b: actions.text(p, str(need(b, "content"))),
        "voice": lambda p, b: actions.voice(p, b.get("media_id")),
        "image": lambda p, b: actions.image(p, base64.b64decode(b.get("base64", ""))),
        "click": lambda p, b: actions.click(p, str(need(b, "key"))),
        "view": lambda p, b: actions.view(p, str(need(b, "url"))),
        "scan": lambda p, b: actions.scan(p, str(need(b, "content"))),
        "menu-scan": lambda p, b: actions.menu_scan(
            p, str(need(b, "key")), str(need(b, "content")), b.get("type", "scancode_waitmsg")
        ),
        "location": lambda p, b: actions.location(
            p, float(b.get("latitude", 0)), float(b.get("longitude", 0))
        ),
        "subscribe-popup": lambda p, b: actions.subscribe_popup(
            p, str(need(b, "template_id")), bool(b.get("accept", True))
        ),
        "subscribe-change": lambda p, b: actions.subscribe_change(p, str(need(b, "template_id"))),
        "revoke": lambda p, b: actions.revoke(p, b.get("event", "user_authorization_revoke")),
        "event": lambda p, b: actions.raw(p, need(b, "xml_fields")),
    }


def blueprint(world: World, actions: Actions, browsers: Browsers) -> Blueprint:
    """Return the routes under /sim/api/people."""
    routes = Blueprint("people", __name__, url_prefix="/sim/api/people")
    _add_list(routes, world)
    _add_browser(routes, world, browsers)
    table = _table(actions)

    @routes.post("/<openid>/<action>")
    def act(openid: str, action: str) -> Response | tuple[Response, int]:
        if action not in table:
            raise Refused(404, f"no action {action!r}; there are {', '.join(sorted(table))}")
        person, body = find(world, openid), given()
        if body.get("wait", True):
            return jsonify(table[action](person, body).to_json())
        world.background.submit(table[action], person, body)
        return jsonify({"attempts": [], "reply": None, "shown": None, "waiting": True}), 202

    return routes


def find(world: World, openid: str) -> Person:
    """Return a person or refuse with 404."""
    person = world.people.get(openid)
    if person is None:
        raise Refused(404, "nobody has this openid; POST /sim/api/people first")
    return person


def _add_list(routes: Blueprint, world: World) -> None:
    @routes.get("")
    def everyone() -> Response:
        return jsonify({"people": [p.brief() for p in list(world.people.values())]})

    @routes.post("")
    def add() -> Response:
        body = given()
        person = world.add_person(str(need(body, "name")), body.get("openid"), body.get("note", ""))
        person.card_scene = str(body.get("card_scene", person.card_scene))
        return jsonify({"openid": person.openid, "name": person.name})

    @routes.get("/<openid>")
    def one(openid: str) -> Response:
        return jsonify(find(world, openid).brief())

    @routes.get("/<openid>/chat")
    def chat(openid: str) -> Response:
        after = request.args.get("after", 0, type=int)
        person = find(world, openid)
        with world.lock:
            return jsonify({"messages": person.chat[after:], "followed": person.followed})

    @routes.post("/<openid>/prefs")
    def prefs(openid: str) -> Response:
        person, body = find(world, openid), given()
        person.snapshot = bool(body.get("snapshot", person.snapshot))
        person.deliver = str(body.get("deliver", person.deliver))
        person.card_scene = str(body.get("card_scene", person.card_scene))
        return jsonify(person.brief())


def _add_browser(routes: Blueprint, world: World, browsers: Browsers) -> None:
    @routes.post("/<openid>/open")
    def open_page(openid: str) -> Response:
        page = browsers.open(find(world, openid), str(need(given(), "url")))
        return jsonify(page.to_json())

    @routes.post("/<openid>/submit")
    def submit(openid: str) -> Response:
        body = given()
        page = browsers.submit(
            find(world, openid), str(need(body, "url")), body.get("form") or {}, body.get("page")
        )
        return jsonify(page.to_json())
