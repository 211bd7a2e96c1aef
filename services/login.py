"""Page sessions held by the server, and the one-time codes that open them (G16).

The cookie holds a random token, the database its keyed hash: who reads the database cannot log in, and
a session that was ended is refused at the next request whatever the browser still holds. What has run out
is removed by `services/upkeep/sweep.py`.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from peewee import JOIN

from models import LoginSession, Member, OauthCode, Organization, WechatBinding
from services import keyring, retention
from services.transaction import transaction

#: How long a person stays logged in on one phone.
LIFE = timedelta(days=retention.LOGIN_DAYS)
#: How long the result of a one-time code is kept: the platform may call back twice (WECHAT part 1).
CODE_LIFE = timedelta(minutes=retention.LOGIN_CODE_MINUTES)


def start(openid: str, now: datetime, former: str | None = None) -> str:
    """Open a session for an account and return its token, which is nowhere kept in clear.

    Args:
        openid: whose session it is.
        now: this moment.
        former: the token that the browser held before; it ends, so that a login always rotates.
    """
    token = secrets.token_urlsafe(32)
    with transaction():
        if former:
            end(former)
        LoginSession.insert(
            token_hash=keyring.current().fingerprint(token),
            openid=openid,
            created_at=now,
            expires_at=now + LIFE,
        ).execute()
    return token


def find(token: str, now: datetime) -> str | None:
    """Return the account whose running session this is, or None."""
    row = LoginSession.get_or_none(
        LoginSession.token_hash == keyring.current().fingerprint(token), LoginSession.expires_at > now
    )
    return None if row is None else str(row.openid)


def person(token: str, now: datetime) -> tuple[str | None, Member | None]:
    """Return (account, its member) of a running session in one query; (None, None) without one.

    The member comes with the branch; the account of an open session may be no member's (R26).
    """
    row = (
        LoginSession.select(LoginSession, Member, Organization)
        .left_outer_join(
            WechatBinding,
            on=((WechatBinding.openid == LoginSession.openid) & WechatBinding.unbound_at.is_null()),
        )
        .join_from(
            LoginSession, Member, JOIN.LEFT_OUTER, on=(WechatBinding.member == Member.id), attr="owner"
        )
        .join_from(
            Member, Organization, JOIN.LEFT_OUTER, on=(Member.branch == Organization.id), attr="branch"
        )
        .where(LoginSession.token_hash == keyring.current().fingerprint(token), LoginSession.expires_at > now)
        .first()
    )
    if row is None:
        return None, None
    # Columns of a row that is not there are all empty, which the library shows as no object at all.
    return str(row.openid), getattr(row, "owner", None)


def end(token: str) -> None:
    """End a session; ending it twice changes nothing."""
    with transaction():
        LoginSession.delete().where(LoginSession.token_hash == keyring.current().fingerprint(token)).execute()


def end_everywhere(openid: str) -> int:
    """End all sessions of an account, on every phone and computer, and return how many there were (G16)."""
    with transaction():
        return int(LoginSession.delete().where(LoginSession.openid == openid).execute())


def remember_code(state: str, code: str, openid: str, now: datetime) -> None:
    """Keep who stood behind a code, for the second call of the same login.

    The hash covers the login's state as well: whoever learns a used code cannot use it elsewhere.
    """
    with transaction():
        OauthCode.insert(code_hash=_hash(state, code), openid=openid, at=now).on_conflict_ignore().execute()


def recall_code(state: str, code: str, now: datetime) -> str | None:
    """Return the account that a code of this login gave within the last ten minutes, or None."""
    row = OauthCode.get_or_none(OauthCode.code_hash == _hash(state, code), OauthCode.at > now - CODE_LIFE)
    return None if row is None else str(row.openid)


def _hash(state: str, code: str) -> str:
    return keyring.current().fingerprint(f"oauth:{state}:{code}")
