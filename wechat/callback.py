"""The callback: size cap → verify → decrypt → parse → once → route → reply. Nothing here calls out.

It is a WSGI application of its own and not a view of the pages: a push has its own proof and its own answers,
and under a meeting's load it must not pay for cookies, forms and headers that only pages need.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from services import inbox
from services.clock import Clock, moment
from services.inbox import Runner
from services.policy.window import judged_moment
from services.writer import WriterBusy
from wechat import texts
from wechat.call import Call
from wechat.crypto import Door, parse_args
from wechat.errors import Forbidden, Garbage
from wechat.flatxml import MAX_BODY
from wechat.parse import Inbound, parse
from wechat.replies import SUCCESS, text_reply
from wechat.router import route

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = structlog.get_logger("wechat")

_TEXT, _XML = "text/plain; charset=utf-8", "text/xml; charset=utf-8"
_STATUS = {
    200: "200 OK",
    400: "400 Bad Request",
    403: "403 Forbidden",
    405: "405 Method Not Allowed",
    500: "500 Internal Server Error",
    503: "503 Service Unavailable",
}


@dataclass(frozen=True)
class Reception:
    """What the callback needs: the door, where work is committed, the clock, where our pages live.

    `count` is told the outcome of each push, for the metrics: answered, forbidden, garbage, busy, failed.
    """

    door: Door
    runner: Runner
    clock: Clock
    public_url: str
    count: Callable[[str], None]


@dataclass(frozen=True)
class Answer:
    """What goes back to the platform."""

    outcome: str
    status: int = 200
    body: str = ""
    content_type: str = _TEXT


class Callback:
    """The application that answers `/wechat`."""

    def __init__(self, reception: Reception) -> None:
        """Answer with what this deployment received."""
        self._reception = reception

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Take one request; an unforeseen fault is logged with an id and answered 500: WeChat asks again."""
        try:
            answer = self._take(environ)
        except Exception:
            log.exception("push_failed", fault=secrets.token_hex(4))
            answer = Answer("failed", 500)
        self._reception.count(answer.outcome)
        body = answer.body.encode()
        headers = [
            ("Content-Type", answer.content_type),
            ("Content-Length", str(len(body))),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response(_STATUS[answer.status], headers)
        return [body]

    def _take(self, environ: WSGIEnvironment) -> Answer:
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "POST"}:
            return Answer("garbage", 405)
        query = environ.get("QUERY_STRING", "")
        try:
            if method == "GET":
                return Answer("verified", body=self._reception.door.verify_url(parse_args(query)))
            now = self._reception.clock()
            opened = self._reception.door.open(parse_args(query), _body(environ), now.timestamp())
            inbound = parse(opened.xml)
        except Forbidden as reason:
            log.info("push_refused", rule=str(reason))
            return Answer("forbidden", 403)
        except Garbage as reason:
            log.info("push_refused", rule=str(reason))
            return Answer("garbage", 400)
        return self._answer(inbound, opened.seal, now)

    def _answer(self, inbound: Inbound, seal: Callable[[str], str], now: datetime) -> Answer:
        at = moment(judged_moment(inbound.created, int(now.timestamp())))
        call = Call(inbound, at, now, self._reception.public_url)
        try:
            words = inbox.answer_once(
                self._reception.runner, inbound.dedup_key, lambda: route(call), texts.refusal, now
            )
        except WriterBusy:
            # Nothing was committed in time: the platform asks again and finds the stored answer.
            log.warning("push_busy", push=inbound.event or inbound.kind)
            return Answer("busy", 503)
        xml = text_reply(inbound, words, now.timestamp()) if words else SUCCESS
        return Answer("answered", 200, seal(xml), _TEXT if xml == SUCCESS else _XML)


def _body(environ: WSGIEnvironment) -> bytes:
    """Read at most one byte more than the door takes; a longer body is refused there."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdigit():
        raise Garbage("content length")
    body: bytes = environ["wsgi.input"].read(min(int(length), MAX_BODY + 1))
    return body
