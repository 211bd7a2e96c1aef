"""Counters for the operator: no names, no accounts, no addresses of persons (F09)."""

from __future__ import annotations

from flask import Flask, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, generate_latest

REQUESTS = Counter("shuxue_requests", "Answers by endpoint and status.", ["endpoint", "status"])
CALLBACKS = Counter("shuxue_callbacks", "Pushes of the platform by outcome.", ["outcome"])


def measure(app: Flask) -> None:
    """Count every answer of the application."""
    app.after_request(_count)


def count_callback(outcome: str) -> None:
    """Count one push; `outcome` is one word of a short closed list, such as answered or forbidden."""
    CALLBACKS.labels(outcome).inc()


def exposition() -> Response:
    """Return all counters, the process's memory among them, in the form that Prometheus reads."""
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _count(response: Response) -> Response:
    # The endpoint, not the path: a path may hold a session's key or a code.
    REQUESTS.labels(request.endpoint or "unknown", str(response.status_code)).inc()
    return response
