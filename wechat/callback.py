"""The callback: size cap → verify → decrypt → parse → once → route → reply. Nothing here calls out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Blueprint, Response, request

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

log = structlog.get_logger("wechat")


@dataclass(frozen=True)
class Reception:
    """What the callback needs: the door, where work is committed, the clock, where our pages live.

    `count` is told the outcome of each push, for the metrics: answered, forbidden, garbage, busy, failed.
    """

    door: Door
    runner: Runner
    clock: Clock
    public_url: str
    count: Callable[[str], None] = lambda outcome: None


def blueprint(reception: Reception) -> Blueprint:
    """Return the callback's two routes."""
    callback = Blueprint("wechat", __name__)

    @callback.get("/wechat")
    def verify_address() -> Response:
        """Answer the platform's verification of our address."""
        try:
            echo = reception.door.verify_url(parse_args(request.query_string))
        except Forbidden:
            return _refused(reception, "forbidden", 403)
        return Response(echo, content_type="text/plain; charset=utf-8")

    @callback.post("/wechat")
    def receive() -> Response:
        """Take one push and answer it."""
        now = reception.clock()
        body = request.stream.read(MAX_BODY + 1)
        try:
            opened = reception.door.open(parse_args(request.query_string), body, now.timestamp())
            inbound = parse(opened.xml)
        except Forbidden as reason:
            log.info("push_refused", rule=str(reason))
            return _refused(reception, "forbidden", 403)
        except Garbage as reason:
            log.info("push_refused", rule=str(reason))
            return _refused(reception, "garbage", 400)
        return _answer(reception, inbound, opened.seal, now)

    return callback


def _refused(reception: Reception, outcome: str, status: int) -> Response:
    reception.count(outcome)
    return Response("", status=status, content_type="text/plain; charset=utf-8")


def _answer(reception: Reception, inbound: Inbound, seal: Callable[[str], str], now: datetime) -> Response:
    at = moment(judged_moment(inbound.created, int(now.timestamp())))
    call = Call(inbound, at, now, reception.public_url)
    try:
        words = inbox.answer_once(
            reception.runner, inbound.dedup_key, lambda: route(call), texts.refusal, now
        )
    except WriterBusy:
        # Nothing was committed in time: the platform asks again and finds the stored answer.
        log.warning("push_busy", event=inbound.event or inbound.kind)
        return _refused(reception, "busy", 503)
    reception.count("answered")
    xml = text_reply(inbound, words, now.timestamp()) if words else SUCCESS
    return Response(
        seal(xml), content_type="text/xml; charset=utf-8" if words else "text/plain; charset=utf-8"
    )
