"""The platform's signatures and message encryption, written from its public documentation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


class CryptoError(ValueError):
    """A message that cannot be decrypted or was meant for another account."""


def sign(*parts: str) -> str:
    """Return the SHA-1 of the sorted, joined parts in hex, as every push carries it."""
    # The platform prescribes SHA-1.
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324


def same(one: str, other: str) -> bool:
    """Compare two signatures in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def encrypt(aes_key: str, app_id: str, message: bytes, random16: bytes) -> str:
    """Return the Base64 ciphertext of random16 + length + message + app_id."""
    if len(random16) != 16:
        raise ValueError("the random prefix has 16 bytes")
    plain = random16 + struct.pack("!I", len(message)) + message + app_id.encode()
    pad = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(aes_key).encryptor()
    sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def decrypt(aes_key: str, app_id: str, sealed: str) -> bytes:
    """Return the message inside a ciphertext; raise CryptoError when it is not for `app_id`."""
    try:
        decryptor = _cipher(aes_key).decryptor()
        padded = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
    except ValueError as error:
        raise CryptoError("the ciphertext is not whole AES blocks in Base64") from error
    if len(padded) < BLOCK or not 1 <= padded[-1] <= BLOCK:
        raise CryptoError("the padding is wrong")
    plain = padded[: -padded[-1]]
    (length,) = struct.unpack("!I", plain[16:20]) if len(plain) >= 20 else (len(plain),)
    message, owner = plain[20 : 20 + length], plain[20 + length :]
    if len(message) != length:
        raise CryptoError("the length inside the ciphertext is wrong")
    if owner != app_id.encode():
        raise CryptoError("the ciphertext carries another app_id")
    return message
