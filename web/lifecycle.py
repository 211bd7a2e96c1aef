"""A request that needs a connection of the database borrows one, and gives it back."""

from __future__ import annotations

from flask import Flask, g

from models import database


def attend(app: Flask) -> None:
    """Release after a request the connection that it opened; one that was open before stays open."""
    app.before_request(_look)
    app.teardown_request(_give_back)


def _look() -> None:
    # The first query opens the connection. Opening it here would let /healthz wait for the database.
    g.was_closed = database.is_closed()


def _give_back(_error: BaseException | None) -> None:
    # Releasing keeps SQLite's connection with the thread and returns PostgreSQL's to its pool.
    if g.pop("was_closed", False) and not database.is_closed():
        database.obj.release()
