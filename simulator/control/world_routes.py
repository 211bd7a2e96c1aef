"""Control API: the platform as a whole – clock, faults, quotas, templates, load."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

import requests
from flask import Blueprint, Response, jsonify

from .. import load, qr, receipts
from ..browser import Browsers, OutsideAddress
from ..push import Pusher
from ..records import Template
from ..settings import MODES
from ..state import Config, World
from .body import Refused, given, need


def blueprint(world: World, pusher: Pusher, browsers: Browsers) -> Blueprint:
    """Return the routes under /sim/api."""
    routes = Blueprint("world", __name__, url_prefix="/sim/api")
    _add_state(routes, world)
    _add_clock_and_faults(routes, world)
    _add_limits(routes, world)
    _add_templates(routes, world)
    _add_tools(routes, world, pusher, browsers)
    return routes


def dump(world: World) -> dict[str, Any]:
    """Return everything the platform remembers, without file contents."""
    with world.lock:
        return {
            "account": world.account_name,
            "now": world.clock.iso(),
            "config": asdict(world.config),
            "people": [{**p.brief(), "chat": list(p.chat)} for p in world.people.values()],
            "tickets": [asdict(t) for t in world.tickets.values()],
            "tokens": [asdict(t) for t in world.tokens.values()],
            "templates": [asdict(t) for t in world.templates.values()],
            "media": {key: m.kind for key, m in world.media.items()},
            "menu": world.menu,
            "quotas": dict(world.quotas),
            "counters": counters(world),
            "faults": world.faults.dump(),
            "push_problems": list(world.push_problems),
            "held_receipts": len(world.held_receipts),
        }


def counters(world: World) -> dict[str, Any]:
    """Return calls per API path and, for each, how often which errcode was answered."""
    with world.lock:
        return {
            path: {"calls": number, "errors": dict(world.call_errors.get(path, {}))}
            for path, number in sorted(world.calls.items())
        }


def _add_state(routes: Blueprint, world: World) -> None:
    @routes.get("/state")
    def state() -> Response:
        return jsonify(dump(world))

    @routes.get("/counters")
    def count() -> Response:
        return jsonify(counters(world))

    @routes.post("/reset")
    def reset() -> Response:
        world.reset()
        return jsonify({"ok": True})

    @routes.post("/config")
    def config() -> Response:
        body, known = given(), {f.name for f in fields(Config)}
        unknown = set(body) - known
        if unknown:
            raise Refused(400, f"unknown: {', '.join(sorted(unknown))}; known: {sorted(known)}")
        if body.get("mode", "safe") not in MODES:
            raise Refused(400, f"mode is one of {', '.join(MODES)}")
        for name, value in body.items():
            setattr(world.config, name, value)
        return jsonify(asdict(world.config))


def _add_clock_and_faults(routes: Blueprint, world: World) -> None:
    @routes.post("/clock")
    def clock() -> Response:
        body = given()
        if "offset" in body:
            world.clock.shift(float(body["offset"]))
        elif "at" in body:
            world.clock.freeze(str(body["at"]))
        elif body.get("real"):
            world.clock.real()
        return jsonify({"now": world.clock.iso()})

    @routes.post("/faults")
    def faults() -> Response:
        world.faults.switch_on(given())
        return jsonify(world.faults.dump())

    @routes.delete("/faults")
    def no_faults() -> Response:
        world.faults.clear()
        return jsonify(world.faults.dump())


def _add_limits(routes: Blueprint, world: World) -> None:
    @routes.post("/tokens/revoke")
    def revoke() -> Response:
        with world.lock:
            live = [token for token in world.tokens.values() if not token.revoked]
            for token in live:
                token.revoked = True
        return jsonify({"revoked": len(live)})

    @routes.post("/quota")
    def quota() -> Response:
        body = given()
        with world.lock:
            for path, left in body.items():
                key = path.strip("/")
                world.quotas[key] = world.used[(world.clock.today(), key)] + int(left)
            return jsonify(dict(world.quotas))

    @routes.post("/receipts")
    def release() -> Response:
        return jsonify({"released": receipts.release(world)})


def _add_templates(routes: Blueprint, world: World) -> None:
    @routes.get("/templates")
    def registered() -> Response:
        with world.lock:
            return jsonify({"templates": [asdict(t) for t in world.templates.values()]})

    @routes.post("/templates")
    def register() -> Response:
        body = given()
        entries = body.get("templates", [body])
        try:
            found = [Template.from_json(entry) for entry in entries]
        except (KeyError, TypeError, ValueError) as error:
            raise Refused(400, f"not a template: {error!r}") from error
        with world.lock:
            world.templates.update({template.template_id: template for template in found})
        return jsonify({"templates": [asdict(template) for template in found]})


def _add_tools(routes: Blueprint, world: World, pusher: Pusher, browsers: Browsers) -> None:
    @routes.post("/load")
    def run_load() -> Response:
        return jsonify(load.run(world, pusher, given()))

    @routes.post("/verify")
    def verify() -> Response:
        return jsonify(pusher.verify_address())

    @routes.post("/decode")
    def decode() -> Response:
        body = given()
        url = str(need(body, "url"))
        person = world.people.get(str(body.get("as", "")))
        try:
            picture = browsers.picture(person, url)
        except (requests.RequestException, OutsideAddress) as error:
            raise Refused(502, f"the picture could not be fetched: {error}") from error
        if picture.status_code != 200:
            raise Refused(502, f"the picture's address answers HTTP {picture.status_code}")
        try:
            return jsonify({"content": qr.read(picture.content)})
        except ValueError as error:
            raise Refused(422, str(error)) from error
