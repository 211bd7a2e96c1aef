"""The platform's API at root paths, as api., mp. and open.weixin.qq.com serve it."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

from ..state import World
from . import media, menu, messages, oauth, qrcodes, templates, tokens, users
from .calls import Route, answer

ROUTES: list[Route] = [
    *tokens.ROUTES,
    *qrcodes.ROUTES,
    *templates.ROUTES,
    *messages.ROUTES,
    *menu.ROUTES,
    *users.ROUTES,
    *media.ROUTES,
    *oauth.ROUTES,
]


def register(app: Flask, world: World) -> None:
    """Put every API path on the application."""
    blueprint = Blueprint("api", __name__)

    def add(route: Route) -> None:
        def view() -> Response:
            return answer(world, route)

        blueprint.add_url_rule(f"/{route.path}", route.path.replace("/", "_"), view, methods=["GET", "POST"])

    for route in ROUTES:
        add(route)
    app.register_blueprint(blueprint)
