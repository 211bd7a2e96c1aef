"""Reads the body of a control call."""

from __future__ import annotations

from typing import Any

from flask import request


class Refused(Exception):
    """A control call that cannot be done; answered as {"error": …} with the status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def given() -> dict[str, Any]:
    """Return the JSON object of the request; no body counts as an empty one."""
    if not request.get_data():
        return {}
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise Refused(400, "the body must be one JSON object")
    return body


def need(body: dict[str, Any], name: str) -> Any:
    """Return a field or refuse with 400."""
    if name not in body:
        raise Refused(400, f"the field {name!r} is missing")
    return body[name]
