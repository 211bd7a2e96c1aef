"""Puts the simulator together."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import requests
from flask import Flask, Response, jsonify

from . import api, control, phone, webview
from .browser import Browsers
from .control.body import Refused
from .push import Pusher
from .records import Person
from .settings import SimulatorSettings
from .state import World

BODY_LIMIT = 12 << 20


def create_simulator(settings: SimulatorSettings) -> Flask:
    """Return the simulator as a WSGI application; `extensions["simulator"]` is its world."""
    app = Flask("simulator", static_folder=None, template_folder=phone.TEMPLATES)
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    world = World(settings)
    pusher = Pusher(world)
    browsers = Browsers(world)
    world.later = _scheduler(world, pusher)
    app.extensions["simulator"] = world
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(requests.RequestException, _no_service)
    # The control API is read by people too.
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    api.register(app, world)
    control.register(app, world, pusher, browsers)
    phone.register(app, world)
    webview.register(app, world, browsers)
    return app


def _refused(error: Refused) -> tuple[Response, int]:
    return jsonify({"error": str(error)}), error.status


def _no_service(error: Exception) -> tuple[Response, int]:
    return jsonify({"error": f"the service does not answer: {type(error).__name__}"}), 502


def _scheduler(world: World, pusher: Pusher) -> Any:
    """Return the function that pushes after a delay of real seconds, in the background."""

    def later(delay: float, person: Person, fields: Mapping[str, Any]) -> None:
        due = time.monotonic() + delay

        def wait_and_push() -> None:
            time.sleep(max(0.0, due - time.monotonic()))
            pusher.push(person, fields)

        world.background.submit(wait_and_push)

    return later
