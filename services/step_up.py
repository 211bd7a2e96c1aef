"""Proving once more who one is, before an export, a deletion or a change of roles.

The code is asked for in the chat and typed into the page: whoever holds a phone that was left open, or a
cookie, has only one of the two. Only its keyed hash is kept in the table.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime, timedelta

from models import LoginSession, StepUp
from services import keyring
from services.errors import ServiceError, invalid
from services.transaction import transaction

#: How long a code is good, and how often it may be typed wrongly.
CODE_LIFE = timedelta(minutes=5)
TRIES = 5
#: How long a page session counts as proved; exports and roles are done in one go.
PROVED = timedelta(minutes=10)

_DIGITS = re.compile(r"[0-9]{6}")


def ask(openid: str, now: datetime) -> str:
    """Make a code of six digits for an account; the one before is worth nothing from now on."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = {"code_hash": _hash(openid, code), "expires_at": now + CODE_LIFE, "tries": 0}
    with transaction():
        StepUp.insert(openid=openid, **row).on_conflict(
            conflict_target=[StepUp.openid],
            update={getattr(StepUp, name): value for name, value in row.items()},
        ).execute()
    return code


def prove(openid: str, code: str, token: str, now: datetime) -> None:
    """Mark the page session of a token as proved; the code is used up by it.

    Raises:
        ServiceError: `digits` for what is no code (not counted as a try), `wrong_code` with the tries left,
            `no_code` when none was asked for, it is too old, or was typed wrongly too often.
    """
    if not _DIGITS.fullmatch(code):
        raise invalid("digits", "验证码是 6 位数字。", "请照公众号里收到的填。")
    left = _try(openid, code, token, now)
    if left is None:
        raise ServiceError(
            "no_code", "这个验证码已经不能用了。", "请在公众号里再发一次「验证」，填新收到的数字。"
        )
    if left > 0:
        raise ServiceError("wrong_code", "这 6 位数字不对。", f"请核对后再填，还可以试 {left} 次。")
    if left == 0:
        raise ServiceError("wrong_code", "这 6 位数字不对。", "请在公众号里再发一次「验证」。")


def is_proved(token: str, now: datetime) -> bool:
    """Whether the person behind a page session has proved it within the last minutes."""
    return bool(
        LoginSession.select()
        .where(
            LoginSession.token_hash == keyring.current().fingerprint(token),
            LoginSession.expires_at > now,
            LoginSession.proved_until > now,
        )
        .exists()
    )


def _try(openid: str, code: str, token: str, now: datetime) -> int | None:
    """Return -1 for the right code, the tries left for a wrong one, None when no code is good any more.

    A wrong try is committed before anybody is told of it, and counted before the code is compared, so that
    parallel tries share the five.
    """
    with transaction():
        counted = (
            StepUp.update(tries=StepUp.tries + 1)
            .where(StepUp.openid == openid, StepUp.expires_at > now, StepUp.tries < TRIES)
            .execute()
        )
        if not counted:
            return None
        row = StepUp.get(StepUp.openid == openid)
        if not hmac.compare_digest(str(row.code_hash), _hash(openid, code)):
            return max(TRIES - int(row.tries), 0)
        StepUp.delete().where(StepUp.openid == openid).execute()
        LoginSession.update(proved_until=now + PROVED).where(
            LoginSession.token_hash == keyring.current().fingerprint(token), LoginSession.openid == openid
        ).execute()
    return -1


def _hash(openid: str, code: str) -> str:
    return keyring.current().fingerprint(f"step-up:{openid}:{code}")
