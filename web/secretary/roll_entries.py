"""What a phone kept of a roll call without a network comes in here; and the worker that kept the page."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NoReturn

from flask import Blueprint, Response, jsonify, request, url_for
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.wrappers import Response as Answer

from models.terms import AttendanceStatus
from services.clock import moment
from services.errors import ServiceError, invalid
from services.policy.rates import THERE
from services.roll import roll_entries, within
from services.roll.attendance import Place
from services.roll.roll_entries import MOST, Entry, Outcome
from services.spoken import clock_time
from web.context import current, now
from web.errors import rescues
from web.member.shuxue import pocket_of
from web.secretary.reach import Reached, reach
from web.secretary.roll import said
from web.visitor import BindingNeeded, LoginNeeded

pages = Blueprint("roll_entries", __name__)

#: A hundred entries are some fifteen thousand characters; nothing larger is read at all.
LARGEST = 64 * 1024
_STATUS = {"invalid": 400, "forbidden": 403, "not_found": 404, "refused": 409}
_FIELDS = frozenset({"nonce", "number", "status", "half", "at"})
#: Milliseconds since 1970 until the year 2100; whatever lies between is judged by the service.
_LAST = 4_102_444_800_000


@pages.get("/s/roll-worker.js")
def worker() -> Response:
    """Answer with the service worker; from here its scope covers the rolls, and no page of a member."""
    body = (current().static_dir / "js" / "roll-worker.js").read_bytes()
    return Response(body, mimetype="text/javascript")


@pages.post("/s/sessions/<key>/roll/entries")
def take(key: str) -> Answer | tuple[Answer, int]:
    """Write down what a phone kept, and say of each entry what became of it and where everybody stands."""
    try:
        reached = reach(key)
        entries, sent, pocket = _read()
        if pocket is not None and pocket != pocket_of(reached.leader.member):
            # A page that another leader opened on this phone: what it keeps is theirs alone to send (R27).
            raise ServiceError(
                "pocket", "这部手机上现在进入的是另一位同志，这几条还留着，", "等点名的同志自己进入后会补传。"
            )
        done = roll_entries.take(reached.leader.actor, key, entries, now(), sent)
        return jsonify(results=[_result(outcome) for outcome in done], **_standing(reached, key))
    except ServiceError as error:
        return jsonify(error=error.message + error.hint), _STATUS.get(error.kind, 409)


@rescues("roll_entries.take")
def keep(error: Exception) -> tuple[Answer, int]:
    """Tell the page why nothing was taken; the entries stay on the phone."""
    if isinstance(error, CSRFError):
        return jsonify(stale=True, token=generate_csrf()), 400
    if isinstance(error, BindingNeeded):
        return jsonify(login=url_for("bind.show")), 401
    if isinstance(error, LoginNeeded):
        key = (request.view_args or {})["key"]
        return jsonify(login=url_for("auth.login", next=url_for("roll.show", key=key))), 401
    return jsonify(busy=True), 503


def _result(outcome: Outcome) -> dict[str, Any]:
    return {"nonce": outcome.nonce, "outcome": outcome.outcome.value, "words": outcome.words}


def _standing(reached: Reached, key: str) -> dict[str, Any]:
    places = within.roll(reached.leader.actor, key, now())
    return {"places": [_place(place, reached.leader.member.id) for place in places]}


def _place(place: Place, caller: int) -> dict[str, Any]:
    there = place.status in THERE
    return {
        "number": place.number,
        "status": place.status.value,
        "half": place.half,
        "label": said(place) + (f" {clock_time(place.at)}" if place.at and there else ""),
        "way": place.source.label if place.source and there else "",
        "mine": place.by == caller,
    }


def _read() -> tuple[list[Entry], datetime | None, str | None]:
    """Read the body: `{"pocket", "sent": ms, "entries": [{nonce, number, status, half, at: ms}, …]}`.

    `pocket` is the mark of the leader for whom the page was drawn (`pocket_of`).

    Raises:
        ServiceError: `invalid` for whatever else it is.
    """
    body = request.get_data(cache=False)[: LARGEST + 1]
    if len(body) > LARGEST:
        raise invalid("entries", f"一次传得太多了，最多 {MOST} 条。", "请分几次传。")
    try:
        found = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        _refuse()
    if not isinstance(found, dict) or not isinstance(found.get("entries"), list):
        _refuse()
    if len(found["entries"]) > MOST:
        raise invalid("entries", f"一次最多传 {MOST} 条。", "请分几次传。")
    sent, pocket = found.get("sent"), found.get("pocket")
    if pocket is not None and not isinstance(pocket, str):
        _refuse()
    return [_entry(each) for each in found["entries"]], None if sent is None else _moment(sent), pocket


def _entry(found: object) -> Entry:
    if not isinstance(found, dict) or set(found) - _FIELDS:
        _refuse()
    nonce, number, status = found.get("nonce"), found.get("number"), found.get("status")
    if not isinstance(nonce, str) or not isinstance(number, str) or status not in list(AttendanceStatus):
        _refuse()
    half = found.get("half")
    # True is 1 to Python; no page of ours sends it.
    if half is not None and (type(half) is not int or half not in {1, 2}):
        _refuse()
    return Entry(nonce, number, AttendanceStatus(status), half, _moment(found.get("at")))


def _moment(found: object) -> datetime:
    if type(found) is not int or not 0 <= found <= _LAST:
        _refuse()
    # The database keeps whole seconds.
    return moment(found // 1000)


def _refuse(_found: object = None) -> NoReturn:
    raise invalid("entries", "这一批点名没有看懂，什么都没有改。", "请刷新这一页再试。")
