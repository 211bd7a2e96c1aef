"""One way for every API call: count, faults, token, quota, handler, answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Request, Response, request

from ..errors import ApiError
from ..state import World

BUSY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


@dataclass
class Call:
    """One request as a handler sees it."""

    world: World
    request: Request

    @property
    def args(self) -> Mapping[str, str]:
        """The query of the address."""
        return self.request.args

    def json(self) -> dict[str, Any]:
        """Return the JSON object of the body; 44002 when empty, 47001 when it is none."""
        raw = self.request.get_data()
        if not raw:
            raise ApiError(44002)
        try:
            body = json.loads(raw.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise ApiError(47001) from error
        if not isinstance(body, dict):
            raise ApiError(47001)
        return body


Handler = Callable[[Call], "dict[str, Any] | Response"]


@dataclass(frozen=True)
class Route:
    """A line of the API: path without a leading slash, handler, and what it demands."""

    path: str
    handler: Handler
    token: bool = True
    post: bool = False


def answer(world: World, route: Route) -> Response:
    """Answer one call; refusals are HTTP 200 with an errcode and a request id."""
    fault = world.faults.take_api(route.path)
    if fault.get("latency"):
        time.sleep(float(fault["latency"]))
    if fault.get("html502"):
        world.count(route.path, "html502")
        return Response(BUSY_PAGE, status=502, mimetype="text/html")
    if fault.get("html200"):
        world.count(route.path, "html200")
        return Response(BUSY_PAGE, status=200, mimetype="text/html")
    if fault.get("drop"):
        world.count(route.path, "drop")
        return _broken_off()
    try:
        with world.lock:
            if "errcode" in fault:
                raise ApiError(int(fault["errcode"]), str(fault.get("errmsg", "")))
            result = _handle(world, route)
    except ApiError as error:
        world.count(route.path, error.code)
        return as_json(refusal(world, error))
    world.count(route.path, 0)
    return result if isinstance(result, Response) else as_json(result)


def _handle(world: World, route: Route) -> dict[str, Any] | Response:
    if route.post and request.method != "POST":
        raise ApiError(43002)
    if route.token:
        check_token(world, request.args.get("access_token", ""))
    if not world.spend_quota(route.path):
        raise ApiError(45009)
    return route.handler(Call(world, request))


def check_token(world: World, value: str) -> None:
    """Refuse an access token that is missing, unknown, revoked or over."""
    if not value:
        raise ApiError(41001)
    token = world.tokens.get(value)
    if token is None or token.revoked:
        raise ApiError(40001)
    if token.ends <= world.clock.now():
        raise ApiError(42001)


def refusal(world: World, error: ApiError) -> dict[str, Any]:
    """Return the JSON of a refusal, with the request id the platform appends."""
    rid = f"{world.hex(8)}-{world.hex(8)}-{world.hex(8)}"
    return {"errcode": error.code, "errmsg": f"{error} rid: {rid}"}


def as_json(body: Mapping[str, Any]) -> Response:
    """Return JSON with Chinese characters unescaped, as the platform writes it."""
    return Response(json.dumps(body, ensure_ascii=False), mimetype="application/json")


def done(**more: Any) -> dict[str, Any]:
    """Return the answer of a call that worked."""
    return {"errcode": 0, "errmsg": "ok", **more}


def _broken_off() -> Response:
    """Promise more bytes than are sent, so that the server closes the connection."""
    response = Response(b"{", mimetype="application/json")
    response.automatically_set_content_length = False
    response.headers["Content-Length"] = "1000"
    return response
