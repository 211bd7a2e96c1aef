"""Counters for the operator: no names, no accounts, no addresses of persons (F09)."""

from __future__ import annotations

import structlog
from flask import Flask, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, generate_latest

from models.terms import ReminderState
from services import jobs
from services.delivery import upkeep
from web.context import now

REQUESTS = Counter("shuxue_requests", "Answers by endpoint and status.", ["endpoint", "status"])
CALLBACKS = Counter("shuxue_callbacks", "Pushes of the platform by outcome.", ["outcome"])
REMINDERS = Gauge("shuxue_reminders", "Reminders by state.", ["state"])
OLDEST = Gauge("shuxue_reminders_oldest_due_seconds", "For how long the oldest due reminder has been due.")
STALE = Gauge("shuxue_reminders_stale", "Reminders that became too late before they could be sent.")
JOBS = Gauge("shuxue_job_age_seconds", "How long ago a timed job was last done.", ["job"])

_log = structlog.get_logger("web")


def measure(app: Flask) -> None:
    """Count every answer of the application."""
    app.after_request(_count)


def count_callback(outcome: str) -> None:
    """Count one push; `outcome` is one word of a short closed list, such as answered or forbidden."""
    CALLBACKS.labels(outcome).inc()


def exposition() -> Response:
    """Return all counters, the process's memory among them, in the form that Prometheus reads."""
    _read_outbox()
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _read_outbox() -> None:
    try:
        figures, ages = upkeep.figures(), jobs.ages(now())
    except Exception as error:  # the counters are wanted most when the database is away
        _log.warning("outbox_unread", error=type(error).__name__)
        return
    for state in ReminderState:
        REMINDERS.labels(state.value.lower()).set(figures.by_state.get(state, 0))
    OLDEST.set(figures.age(now()))
    STALE.set(figures.stale)
    JOBS.clear()
    for job, age in ages.items():
        JOBS.labels(job).set(age)


def _count(response: Response) -> Response:
    # The endpoint, not the path: a path may hold a session's key or a code.
    REQUESTS.labels(request.endpoint or "unknown", str(response.status_code)).inc()
    return response
