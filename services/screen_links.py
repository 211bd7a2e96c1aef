"""How a session's meeting screen is opened on a borrowed machine, and closed again from afar (R25).

Its link carries a secret of the session, which can be changed. Shorter is a code of eight letters that is
good until the door shuts.

Both show the screen and nothing else, and are taken back with one press. Of the code only a hash is kept; it
is computed again for the phone of whoever runs the session.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from models import Organization, ScreenLink, StudySession
from models.terms import SessionState
from services import audit, keyring, rulebook, tries
from services.access import require_manage
from services.actor import Actor
from services.clock import civil_day, moment, seconds
from services.errors import ServiceError, not_found
from services.study import agenda, sessions
from services.transaction import transaction

#: Letters of a code, five bits each: what nobody guesses in the hour that it lives.
LENGTH = 8
_CODE = re.compile(rf"[{keyring.ALPHABET}]{{{LENGTH}}}")
#: What people read wrongly, as the alphabet means it.
_LOOK_ALIKE = str.maketrans({"o": "0", "i": "1", "l": "1", "-": "", " ": "", "\u3000": ""})
_KIND, _EVERYBODY = "screen code", "everybody"
_SHUT = frozenset({SessionState.DRAFT, SessionState.CANCELLED})


@dataclass(frozen=True)
class Link:
    """A code as it is typed, and the moment at which it ends."""

    code: str
    until: datetime


def of_session(actor: Actor, key: str, now: datetime) -> Link | None:
    """Return the code that opens a session's screen, None without one.

    Raises:
        ServiceError: `not_found` or `forbidden` for a session that the actor does not run.
    """
    session = sessions.find(key)
    require_manage(actor, session.organization.path, civil_day(now))
    row = ScreenLink.get_or_none(ScreenLink.session == session)
    return None if row is None or not _alive(session, now) else _link(session, row.nonce)


def make(actor: Actor, key: str, now: datetime) -> Link:
    """Make a code; one that was made before ends at once.

    Raises:
        ServiceError: `not_found`, `forbidden`; `wrong_state` for a draft, a cancelled session, and once the
            door has shut.
    """
    with transaction():
        session = sessions.find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        if not _alive(session, now):
            state = sessions.state_of(session, now)
            words = f"这次学习{state.label}" if state in _SHUT else "这次学习的签到时间已经过了"
            raise ServiceError("wrong_state", f"{words}，不用开会场屏。", "没签上的同志可以点名。")
        nonce = secrets.token_urlsafe(15)
        link = _link(session, nonce)
        ScreenLink.delete().where(ScreenLink.session == session).execute()
        ScreenLink.insert(
            session=session, nonce=nonce, code_hash=_hash(link.code), by=actor.member_id, at=now
        ).execute()
        audit.record(actor, now, "screen.linked", "session", session.key)
    return link


def revoke(actor: Actor, key: str, now: datetime) -> None:
    """Take the code back; without one nothing happens.

    Raises:
        ServiceError: `not_found` or `forbidden` for a session that the actor does not run.
    """
    with transaction():
        session = sessions.find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        if ScreenLink.delete().where(ScreenLink.session == session).execute():
            audit.record(actor, now, "screen.unlinked", "session", session.key)


def renew(actor: Actor, key: str, now: datetime) -> None:
    """Give a session's screen another link: the link and the code of before open nothing from now on.

    Raises:
        ServiceError: `not_found` or `forbidden` for a session that the actor does not run.
    """
    with transaction():
        session = sessions.find_to_change(key)
        require_manage(actor, session.organization.path, civil_day(now))
        session.screen_nonce = secrets.token_urlsafe(15)
        session.save(only=[StudySession.screen_nonce])
        ScreenLink.delete().where(ScreenLink.session == session).execute()
        audit.record(actor, now, "screen.renewed", "session", session.key)


def entered(typed: str, address: str, now: datetime) -> StudySession:
    """Return the session whose screen a code opens that somebody typed; guessing ends politely.

    Args:
        typed: the code as it was typed.
        address: of the machine at which it was typed; only its hash is kept, for a day.
        now: this moment.

    Raises:
        ServiceError: as `opened_by`; `locked` after too many wrong codes of today, from this address or
            from everywhere, also for a code that is right.
    """
    machine, rules = tries.of_address(address), rulebook.current().checkin(civil_day(now))
    limits = ((machine, rules.screen_tries_a_day), (_EVERYBODY, rules.screen_tries_all_a_day))
    if any(tries.today(_KIND, subject, now) >= most for subject, most in limits):
        raise ServiceError(
            "locked",
            "今天输错的次数太多，编码先停用，明天再试。",
            "请组织者把会场屏的完整地址发到这台电脑上打开，或者点名。",
        )
    try:
        return opened_by(typed, now)
    except ServiceError:
        # What has not the shape of a code is a slip and no guess.
        if _CODE.fullmatch(clean(typed)):
            with transaction():
                for subject, _most in limits:
                    tries.count(_KIND, subject, now)
        raise


def opened_by(typed: str, now: datetime) -> StudySession:
    """Return the session whose screen a typed code opens.

    Raises:
        ServiceError: `not_found`: unknown, taken back and ended read alike.
    """
    code = clean(typed)
    row = None
    if _CODE.fullmatch(code):
        row = (
            ScreenLink.select(ScreenLink, StudySession, Organization)
            .join(StudySession)
            .join(Organization)
            .where(ScreenLink.code_hash == _hash(code))
            .first()
        )
    if row is None or not _alive(row.session, now):
        raise not_found("这个编码对应的会场屏", "请看组织者手机上的 8 位编码，签到结束后就不能用了。")
    found: StudySession = row.session
    return found


def opens(key: str, typed: str, now: datetime) -> bool:
    """Whether a code opens the screen of this session at this moment."""
    if not _CODE.fullmatch(typed):
        return False
    try:
        return bool(opened_by(typed, now).key == key)
    except ServiceError:
        return False


def clean(typed: str) -> str:
    """Return a code as it was meant: small letters, without gaps, no letters that look like digits."""
    return typed.strip().lower().translate(_LOOK_ALIKE)[: LENGTH + 1]


def _alive(session: StudySession, now: datetime) -> bool:
    return sessions.state_of(session, now) not in _SHUT and seconds(now) <= agenda.door(session).closes


def _link(session: StudySession, nonce: str) -> Link:
    return Link(_code(nonce), moment(agenda.door(session).closes))


def _code(nonce: str) -> str:
    number = int.from_bytes(keyring.current().mac("screen-link:" + nonce)[:8], "big")
    return "".join(keyring.ALPHABET[number >> 5 * at & 31] for at in range(LENGTH))


def _hash(code: str) -> str:
    return keyring.current().fingerprint("screen-link:" + code)
