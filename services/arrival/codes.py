"""The codes that stand for a session: the scene of its WeChat QR, the rotating code, its six-digit twin.

All are computed from SECRET_KEY and the session's key; nothing is stored (R25, WECHAT part 4).
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import Literal

from services import keyring

_SCENE = re.compile(r"^S([0-9a-z]{10})([0-9a-f]{8})([0-9a-z]{16})$")
_TOKEN = re.compile(r"^([0-9a-z]{10})([0-9a-f]{8})([0-9a-z]{16})$")
_CARD = re.compile(r"^B([0-9a-z]{8,16})$")
_TOKEN_IN_URL = re.compile(r"/c/([0-9a-z]{34})(?:[/?#]|$)")


@dataclass(frozen=True)
class Proof:
    """What a scan carried: a session's key and how it was shown, or why it proves nothing.

    `fault` is "" for a good proof, "stale" for a genuine one that has expired, "forged" otherwise.
    """

    key: str
    source: Literal["QR", "CODE"]
    fault: Literal["", "stale", "forged"] = ""


FORGED = Proof("", "QR", "forged")


def scene_of(key: str, expires: int) -> str:
    """Return the scene of a session's WeChat QR: 35 letters and digits that end with 80 bits of mac."""
    body = f"S{key}{expires:08x}"
    return body + keyring.current().short_mac("scene:" + body)


def read_scene(scene: str, at: int) -> Proof | None:
    """Read a scene that a SCAN event carried; None when it is not a session's scene at all."""
    found = _SCENE.match(scene)
    if not found:
        return None
    key, expires, mac = found.groups()
    if not hmac.compare_digest(mac, keyring.current().short_mac("scene:" + scene[:-16])):
        return FORGED
    return Proof(key, "QR", "stale" if at > int(expires, 16) else "")


def card_code(scene: str) -> str | None:
    """Return the binding code that a member card's scene carries, or None."""
    found = _CARD.match(scene)
    return found.group(1) if found else None


def token_of(key: str, at: int, step_seconds: int) -> str:
    """Return the rotating token that the meeting screen shows at a moment."""
    body = f"{key}{at // step_seconds:08x}"
    return body + keyring.current().short_mac("token:" + body)


def read_token(token: str, at: int, step_seconds: int, grace_steps: int) -> Proof:
    """Read a rotating token: good for its step and `grace_steps` more, stale afterwards."""
    found = _TOKEN.match(token)
    if not found:
        return FORGED
    key, step, mac = found.groups()
    if not hmac.compare_digest(mac, keyring.current().short_mac("token:" + token[:-16])):
        return FORGED
    age = at // step_seconds - int(step, 16)
    return Proof(key, "QR", "" if -1 <= age <= grace_steps else "stale")


def token_in(text: str) -> str | None:
    """Return the token inside a scanned address, or None when it is not one of ours."""
    found = _TOKEN_IN_URL.search(text)
    return found.group(1) if found else None


def digits_of(key: str, step: int) -> str:
    """Return the six digits of a step: the twin of the token, for those who type."""
    return f"{int.from_bytes(keyring.current().mac(f'digits:{key}:{step}')[:8], 'big') % 1_000_000:06d}"


def digits_now(key: str, at: int, step_seconds: int) -> str:
    """Return the six digits that the meeting screen shows at a moment."""
    return digits_of(key, at // step_seconds)


def digits_fit(digits: str, key: str, at: int, step_seconds: int, grace_steps: int) -> bool:
    """Whether typed digits belong to a session at a moment or in the steps of grace before it.

    One step ahead is accepted too, because the platform's clock may run before ours.
    """
    now = at // step_seconds
    return any(digits == digits_of(key, step) for step in range(now - grace_steps, now + 2))


def screen_key(key: str, nonce: str | None = None) -> str:
    """Return the secret of a session's meeting screen, so that any laptop can show it from its link.

    With another `nonce` it is another one, and the links that were given out before open nothing.
    """
    return keyring.current().short_mac("screen:" + key + (":" + nonce if nonce else ""))


def opens_screen(key: str, offered: str, nonce: str | None = None) -> bool:
    """Whether a link carries the secret of this session's screen."""
    return hmac.compare_digest(offered.encode(errors="surrogatepass"), screen_key(key, nonce).encode())


def mark_of(parts: list[object]) -> str:
    """Return a short mark that is the same for the same parts: an answer's, so that it is not sent twice."""
    return keyring.current().short_mac("mark:" + "\x1f".join(map(str, parts)))
