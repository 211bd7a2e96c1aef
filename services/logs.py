"""Logs: constant events with fields, UTC, on stderr; ids only, no names, no openid, no texts."""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog


def configure(kind: Literal["text", "json"]) -> None:
    """Set the form of the log lines for this process."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if kind == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, force=True)
    # It counts every waiting request in words of its own; a meeting's first minute would drown the log.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
