"""The door of the callback: proves that a push is the platform's, opens it, and seals the answer.

Source: the platform's message push documentation (signature, encryption, key change). Proven in both
    directions
against the official vectors in ``tests/data/wechat-vectors.json``. The cipher is driven directly because the
library's wrapper costs three times as much and compares signatures in a time that depends on their text.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, Literal, NamedTuple
from urllib.parse import unquote_plus

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from wechat.errors import Forbidden, Garbage
from wechat.flatxml import MAX_BODY, read

__all__ = [
    "Args",
    "Door",
    "Forbidden",
    "Garbage",
    "Opened",
    "open_sealed",
    "parse_args",
    "seal_bytes",
    "sign",
]

WINDOW: Final = 600
"""Seconds by which the URL's timestamp may differ from our clock, either way."""

Mode = Literal["safe", "plain"]
Args = Mapping[str, str | Sequence[str]]
"""The query arguments with every repetition kept: ``parse_args`` or ``request.args.to_dict(flat=False)``."""

_BLOCK: Final = 32  # The platform pads to 32 bytes although the cipher's own block is 16.
_MAX_QUERY: Final = 4096
_MAX_ARGS: Final = 16
_SIGNATURE = re.compile(r"[0-9a-f]{40}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_NONCE = re.compile(r"[0-9A-Za-z_-]{1,64}")
# The signature does not cover echostr, so that it is given back only when it cannot be read as anything but
# itself.
_ECHOSTR = re.compile(r"[0-9A-Za-z_.~=+/-]{1,512}")
_AES_KEY = re.compile(r"[0-9A-Za-z+/]{43}")

_ENVELOPE = (
    "<xml><Encrypt><![CDATA[{}]]></Encrypt><MsgSignature><![CDATA[{}]]></MsgSignature>"
    "<TimeStamp>{}</TimeStamp><Nonce><![CDATA[{}]]></Nonce></xml>"
)

AesCipher = Cipher[modes.CBC]


class Opened(NamedTuple):
    """A push that was proven and opened.

    Attributes:
        xml: the plain body, not parsed yet.
        seal: turns our plain reply into what the HTTP answer holds, with the key that opened the push.
            ``success`` and the empty reply pass unchanged, as the platform allows.
    """

    xml: bytes
    seal: Callable[[str], str]


def sign(*parts: str) -> str:
    """Return the platform's signature: SHA-1 over the sorted parts, 40 lower-case hexadecimal digits."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324 - the platform prescribes SHA-1.


def parse_args(query: bytes | str) -> dict[str, list[str]]:
    """Split a raw query string once, keeping repetitions.

    Raises:
        Forbidden: when it is longer than 4 KiB or holds more than 16 arguments; the platform sends six.
    """
    text = query.decode("latin-1") if isinstance(query, bytes) else query
    if len(text) > _MAX_QUERY:
        raise Forbidden("query too long")
    parts = text.split("&") if text else []
    if len(parts) > _MAX_ARGS:
        raise Forbidden("too many arguments")
    args: dict[str, list[str]] = {}
    for part in parts:
        name, _, value = part.partition("=")
        args.setdefault(unquote_plus(name), []).append(unquote_plus(value))
    return args


def _optional(args: Args, name: str) -> str:
    """Return the one value of `name`, "" when it is absent; refuse a repeated one."""
    getlist = getattr(args, "getlist", None)
    values = getlist(name) if getlist is not None else args.get(name, ())
    if isinstance(values, str):
        return values
    if len(values) > 1:
        raise Forbidden("repeated argument")
    return values[0] if values else ""


def _required(args: Args, name: str, shape: re.Pattern[str]) -> str:
    """Return the one value of `name` when it has the shape that the platform gives it."""
    value = _optional(args, name)
    if shape.fullmatch(value) is None:
        raise Forbidden(f"argument {name}")
    return value


def seal_bytes(cipher: AesCipher, app_id: bytes, plain: bytes, random16: bytes) -> str:
    """Encrypt random16 + length (4 bytes, network order) + message + app id, padded to 32, as base64."""
    content = b"".join((random16, len(plain).to_bytes(4, "big"), plain, app_id))
    pad = _BLOCK - len(content) % _BLOCK
    encryptor = cipher.encryptor()
    sealed = encryptor.update(content + bytes((pad,)) * pad) + encryptor.finalize()
    return binascii.b2a_base64(sealed, newline=False).decode("ascii")


def open_sealed(cipher: AesCipher, app_id: bytes, sealed: bytes) -> bytes:
    """Decrypt what ``seal_bytes`` or the platform encrypted.

    Raises:
        Garbage: for a wrong length, padding or inner length, which is also what a wrong key looks like.
        Forbidden: when all is well formed but meant for another app id.
    """
    if not sealed or len(sealed) % _BLOCK:
        raise Garbage("ciphertext length")
    decryptor = cipher.decryptor()
    padded = decryptor.update(sealed) + decryptor.finalize()
    pad = padded[-1]
    if not 1 <= pad <= _BLOCK or padded[-pad:] != bytes((pad,)) * pad:
        raise Garbage("padding")
    end = 20 + int.from_bytes(padded[16:20], "big")
    if end > len(padded) - pad:
        raise Garbage("inner length")
    if padded[end : len(padded) - pad] != app_id:
        raise Forbidden("another app id")
    return padded[20:end]


def cipher_of(aes_key: str) -> AesCipher:
    """Return the cipher of a 43-character EncodingAESKey.

    Raises:
        ValueError: when the key is not 43 characters of base64; the sentence says what to write.
    """
    if _AES_KEY.fullmatch(aes_key) is None:
        raise ValueError("the AES key has 43 characters: copy EncodingAESKey from the platform's console")
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def _unsealed(reply: str) -> str:
    return reply


class Door:
    """Checks, opens and seals for one service account. Holds no state that changes; threads may share it."""

    def __init__(
        self, app_id: str, token: str, aes_key: str, previous_key: str | None = None, mode: Mode = "safe"
    ) -> None:
        """Prepare the ciphers once.

        Args:
            app_id: the account's app id, which every ciphertext must name.
            token: the callback token. An empty one would accept forged signatures.
            aes_key: EncodingAESKey, 43 characters; only plain mode may leave it empty.
            previous_key: the key before the last change, or None; ciphertexts under way may still use it.
            mode: ``safe``, or ``plain`` to accept plain bodies as well (development only).

        Raises:
            ValueError: when a value cannot be used.
        """
        if not app_id or not token:
            raise ValueError("the callback needs an app id and a token: without a token anybody could sign")
        if mode == "safe" and not aes_key:
            raise ValueError("safe mode needs the AES key")
        self.mode: Mode = mode
        self._app_id = app_id.encode()
        self._token = token
        self._ciphers = tuple(cipher_of(key) for key in (aes_key, previous_key) if key)

    def verify_url(self, args: Args, now: float | None = None) -> str:
        """Answer the platform's verification of our address.

        Args:
            args: the query arguments signature, timestamp, nonce, echostr.
            now: epoch seconds; when given, the timestamp must lie within 600 s of it, as for a push.

        Returns:
            echostr, to be answered verbatim as text/plain.

        Raises:
            Forbidden: for a missing, repeated, ill-formed or wrong argument.
        """
        timestamp = self._timestamp(args, now)
        self._check("signature", args, timestamp, _required(args, "nonce", _NONCE))
        return _required(args, "echostr", _ECHOSTR)

    def open(self, args: Args, body: bytes, now: float) -> Opened:
        """Prove and open one push.

        Args:
            args: the query arguments with repetitions kept; ``encrypt_type`` decides between ciphertext and
                plain.
            body: the raw HTTP body, at most 64 KiB.
            now: our clock, epoch seconds; the URL's timestamp must lie within 600 s of it.

        Raises:
            Forbidden: when the sender is not proven, is out of the window, or sends plain text in safe mode.
            Garbage: when the body is too long or cannot be read.
        """
        if len(body) > MAX_BODY:
            raise Garbage("body too long")
        timestamp = self._timestamp(args, now)
        nonce = _required(args, "nonce", _NONCE)
        _optional(args, "signature")  # A repeated one is refused in safe mode too, where it proves nothing.
        kind = _optional(args, "encrypt_type")
        if kind == "aes":
            return self._open_safe(args, body, timestamp, nonce, now)
        if kind not in ("", "raw") or self.mode != "plain":
            raise Forbidden("plain push in safe mode")
        self._check("signature", args, timestamp, nonce)
        return Opened(body, _unsealed)

    def _open_safe(self, args: Args, body: bytes, timestamp: str, nonce: str, now: float) -> Opened:
        """Open a ciphertext; the plain half of a compat body is never looked at, as nothing signs it."""
        encrypt = read(body)[0].get("Encrypt", "")
        if not encrypt:
            raise Forbidden("plain body in safe mode")
        self._check("msg_signature", args, timestamp, nonce, encrypt)
        try:
            sealed = binascii.a2b_base64(encrypt, strict_mode=True)
        except ValueError as error:
            raise Garbage("ciphertext encoding") from error
        xml, cipher = self._decrypt(sealed)
        return Opened(xml, partial(self._seal, cipher, str(int(now)), nonce))

    def _decrypt(self, sealed: bytes) -> tuple[bytes, AesCipher]:
        """Try the current key, then the previous one; the first key's refusal is the one that is reported."""
        refusals: list[Forbidden | Garbage] = []
        for cipher in self._ciphers:
            try:
                return open_sealed(cipher, self._app_id, sealed), cipher
            except (Forbidden, Garbage) as error:
                refusals.append(error)
        raise refusals[0] if refusals else Forbidden("no AES key")

    def _seal(self, cipher: AesCipher, timestamp: str, nonce: str, reply: str) -> str:
        """Encrypt and sign one reply; ``success`` and the empty reply go as they are."""
        if reply in ("", "success"):
            return reply
        encrypt = seal_bytes(cipher, self._app_id, reply.encode(), os.urandom(16))
        return _ENVELOPE.format(encrypt, sign(self._token, timestamp, nonce, encrypt), timestamp, nonce)

    def _timestamp(self, args: Args, now: float | None) -> str:
        """Return the URL's timestamp when it lies inside the window."""
        timestamp = _required(args, "timestamp", _TIMESTAMP)
        if now is not None and abs(int(timestamp) - now) > WINDOW:
            raise Forbidden("timestamp out of the window")
        return timestamp

    def _check(self, name: str, args: Args, *parts: str) -> None:
        """Compare one signature argument in constant time."""
        given = _required(args, name, _SIGNATURE)
        if not hmac.compare_digest(given, sign(self._token, *parts)):
            raise Forbidden(f"wrong {name}")
