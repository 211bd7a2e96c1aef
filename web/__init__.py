"""The pages: members, secretaries, meeting screen, login, health. README.md: what may not stand here."""

from __future__ import annotations

from flask import Flask

from web import assets, auth, errors, health, lifecycle, metrics, screen, security
from web.context import WebContext, keep
from web.member import bind, home, scan
from web.secretary import cards, plan, roll, steps, today
from web.security import csrf
from web.template import teach

#: Every blueprint of the pages.
BLUEPRINTS = (
    assets.pages,
    health.pages,
    auth.pages,
    home.pages,
    bind.pages,
    scan.pages,
    today.pages,
    cards.pages,
    plan.pages,
    roll.pages,
    steps.pages,
    screen.pages,
)

count_callback = metrics.count_callback

__all__ = ["BLUEPRINTS", "WebContext", "count_callback", "csrf", "register"]


def register(app: Flask, context: WebContext) -> None:
    """Add the pages to an application.

    Args:
        app: made without a static folder of its own; headers, limits, the form token and the error
            pages hold for every blueprint of it (`csrf.exempt` takes out what has its own proof).
        context: what the pages are given from outside.
    """
    keep(app.extensions, context)
    security.protect(app, context)
    lifecycle.attend(app)
    metrics.measure(app)
    errors.handle(app)
    teach(app, assets.load(app, context.static_dir))
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
