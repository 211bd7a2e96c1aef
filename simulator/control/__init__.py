"""The control API under /sim/api, for tests, the guided play and the phone page."""

from __future__ import annotations

from flask import Flask

from ..actions import Actions
from ..browser import Browsers
from ..push import Pusher
from ..state import World
from . import people, world_routes


def register(app: Flask, world: World, pusher: Pusher, browsers: Browsers) -> None:
    """Put the control API on the application."""
    app.register_blueprint(people.blueprint(world, Actions(world, pusher), browsers))
    app.register_blueprint(world_routes.blueprint(world, pusher, browsers))
