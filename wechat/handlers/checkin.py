"""Signing in from the chat: the session's QR, the menu's scanner, six digits."""

from __future__ import annotations

from services import rulebook
from services.arrival import checkin, codes
from services.arrival.codes import FORGED
from services.arrival.digits import arrive_by_digits
from services.clock import civil_day, seconds
from wechat import texts
from wechat.call import Call


def by_scene(call: Call) -> str | None:
    """Answer a scanned WeChat QR; None when its scene is not a session's."""
    proof = codes.read_scene(call.inbound.scene, seconds(call.at))
    if proof is None:
        return None
    return texts.check_in(checkin.arrive(call.openid, proof, call.at, call.now))


def by_menu_scan(call: Call) -> str:
    """Answer what the menu's scanner read: the rotating code of a meeting screen."""
    token = codes.token_in(call.inbound.scan_result)
    if token is None:
        return texts.NOT_A_CODE
    rules = rulebook.current().checkin(civil_day(call.at))
    proof = codes.read_token(token, seconds(call.at), rules.step_seconds, rules.grace_steps)
    return texts.check_in(checkin.arrive(call.openid, proof if proof.key else FORGED, call.at, call.now))


def by_digits(call: Call) -> str:
    """Answer six typed digits."""
    result = arrive_by_digits(call.openid, call.words, call.at, call.now)
    return texts.WRONG_DIGITS if result is None else texts.check_in(result)
