"""Checking in by the six digits of the meeting screen; guessing them ends politely."""

from __future__ import annotations

from datetime import datetime

from services import records, rulebook, tries
from services.arrival import codes
from services.arrival.checkin import CheckIn, arrive
from services.arrival.codes import Proof
from services.clock import civil_day, seconds
from services.errors import ServiceError
from services.transaction import transaction

_TRIES = "digits"


def arrive_by_digits(openid: str, digits: str, at: datetime, now: datetime) -> CheckIn | None:
    """Check in by the six digits of the meeting screen, typed in the chat or on the page.

    None when they fit no session of this moment. A wrong try is counted, so it is a result and not a
    refusal that would take the count back.

    Raises:
        ServiceError: `locked` after too many wrong tries today; else as `arrive`.
    """
    with transaction():
        limit = rulebook.current().checkin(civil_day(now)).digit_tries_a_day
        if tries.today(_TRIES, openid, now) >= limit:
            raise ServiceError(
                "locked", "今天输错的数字太多了。", "请扫会场屏幕上的码，或请支部书记帮您点名，一样计学时。"
            )
        key = _session_of_digits(openid, digits, at)
        if key is None:
            tries.count(_TRIES, openid, now)
            return None
        return arrive(openid, Proof(key, "CODE"), at, now)


def _session_of_digits(openid: str, digits: str, at: datetime) -> str | None:
    """Find the session whose digits these are: first the member's own, then any that is open nearby."""
    member = records.member_of_openid(openid)
    rules = rulebook.current().checkin(civil_day(at))
    near = records.sessions_near(seconds(at), rules.open_before * 60, rules.late_until * 60)
    if member is not None:
        near.sort(
            key=lambda row: (
                not member.branch_path.startswith(row[1]) and not row[1].startswith(member.branch_path)
            )
        )
    for key, _path in near:
        if codes.digits_fit(digits, key, seconds(at), rules.step_seconds, rules.grace_steps):
            return key
    return None
