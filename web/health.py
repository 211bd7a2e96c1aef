"""Alive, ready, counted; and the door of the house."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from flask import Blueprint, Response, jsonify, redirect, url_for
from werkzeug.wrappers import Response as Answer

from models import database
from models.connection import check_durability
from services.upkeep import schema
from web import metrics

pages = Blueprint("health", __name__)
_log = structlog.get_logger()


@pages.get("/")
def index() -> Answer:
    """Lead to the member's page."""
    return redirect(url_for("home.show"))


@pages.get("/healthz")
def alive() -> Response:
    """Say that the process answers; nothing else is asked, so that a slow database restarts nobody."""
    return jsonify(alive=True)


@pages.get("/readyz")
def ready() -> tuple[Response, int]:
    """Say whether requests can be served: database reachable, durable, schema present."""
    faults = [name for name, check in _CHECKS if not _passes(name, check)]
    return jsonify(ready=not faults, faults=faults), 503 if faults else 200


@pages.get("/metrics")
def counters() -> Response:
    """Show the counters."""
    return metrics.exposition()


def _reachable() -> bool:
    database.execute_sql("SELECT 1").fetchone()
    return True


def _durable() -> bool:
    check_durability(database.obj)
    return True


def _migrated() -> bool:
    return not schema.pending()


_CHECKS: tuple[tuple[str, Callable[[], bool]], ...] = (
    ("database", _reachable),
    ("durability", _durable),
    ("migrations", _migrated),
)


def _passes(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:  # a check that cannot be made has failed, whatever the reason
        _log.warning("not_ready", check=name, error=type(error).__name__)
        return False
