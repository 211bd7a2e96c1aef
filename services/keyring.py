"""Everything that is derived from SECRET_KEY: hashes of codes, check-in codes, encrypted phones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: Crockford's 32 letters, without i, l, o and u, so that a code can be read aloud: five bits each.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class Keyring:
    """Keys for separate purposes, so that one cannot stand in for another."""

    def __init__(self, secret: str) -> None:
        """Derive the keys of all purposes from the deployment's secret."""
        self._root = secret.encode()
        self._phone = AESGCM(self._derive(b"phone"))
        self._carried = AESGCM(self._derive(b"carried"))
        self._codes = self._derive(b"codes")
        self._hashes = self._derive(b"hashes")

    def _derive(self, purpose: bytes) -> bytes:
        return hmac.digest(self._root, b"shuxue:" + purpose, hashlib.sha256)

    def mac(self, message: str) -> bytes:
        """Return 32 bytes that only this deployment can compute for `message`."""
        return hmac.digest(self._codes, message.encode(), hashlib.sha256)

    def short_mac(self, message: str) -> str:
        """Return 80 bits of the mac as 16 letters of base32, for scenes and tokens."""
        return base64.b32encode(self.mac(message)[:10]).decode().lower()

    def fingerprint(self, secret: str) -> str:
        """Return the keyed hash under which a code or a cookie is stored."""
        # What people send may hold anything, half a character included: it fits nothing, and that is all.
        return hmac.digest(self._hashes, secret.encode(errors="surrogatepass"), hashlib.sha256).hex()

    def seal(self, plain: str) -> str:
        """Encrypt a short personal text, such as a phone number."""
        nonce = secrets.token_bytes(12)
        return base64.b64encode(nonce + self._phone.encrypt(nonce, plain.encode(), None)).decode()

    def unseal(self, sealed: str) -> str | None:
        """Decrypt what `seal` made; None when it was sealed under another key."""
        raw = base64.b64decode(sealed)
        try:
            return self._phone.decrypt(raw[:12], raw[12:], None).decode()
        except InvalidTag:
            return None

    def carry(self, content: bytes, purpose: str) -> str:
        """Seal what a page carries to its next step, so that nothing of it stays behind here.

        What was sealed for one purpose opens for no other: a browser may send anything anywhere.
        """
        nonce = secrets.token_bytes(12)
        return base64.b64encode(nonce + self._carried.encrypt(nonce, content, purpose.encode())).decode()

    def carried(self, sealed: str, purpose: str) -> bytes | None:
        """Open what `carry` sealed for this purpose; None for anything else."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            return self._carried.decrypt(raw[:12], raw[12:], purpose.encode())
        except (InvalidTag, ValueError):
            return None


def random_code(length: int) -> str:
    """Return a random code of `length` letters, five bits each, without letters that look alike."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


_current: Keyring | None = None


def use(keyring: Keyring) -> None:
    """Set the keyring of this process; called once by the composition root and by tests."""
    global _current
    _current = keyring


def current() -> Keyring:
    """Return the keyring of this process."""
    if _current is None:
        raise RuntimeError("no keyring: the composition root calls keyring.use first")
    return _current
