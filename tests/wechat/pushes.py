"""Builds pushes as the platform and its imitators write them."""

from __future__ import annotations

from collections.abc import Mapping

from wechat.crypto import cipher_of, seal_bytes, sign

APP_ID = "wx1234567890abcdef"
TOKEN = "spring-of-1921"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
FORMER_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
NOW = 1_780_000_000.0
STAMP = str(int(NOW))
NONCE = "415670741"
ACCOUNT = "gh_97417a04a28d"
OPENID = "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"


def xml(fields: Mapping[str, object], inner: str = "") -> bytes:
    """Write the fields as the platform does: numbers bare, texts in CDATA; `inner` stands at the end."""
    parts = [
        f"<{name}>{value}</{name}>" if isinstance(value, int) else f"<{name}><![CDATA[{value}]]></{name}>"
        for name, value in fields.items()
    ]
    return f"<xml>{''.join(parts)}{inner}</xml>".encode()


def message(inner: str = "", **fields: object) -> bytes:
    """Return a text message, changed by `fields`; a field given as None is left out."""
    base: dict[str, object] = {
        "ToUserName": ACCOUNT,
        "FromUserName": OPENID,
        "CreateTime": int(NOW),
        "MsgType": "text",
        "Content": "签到 123456",
        "MsgId": 23_456_789_012_345_678,
    }
    return xml({name: value for name, value in (base | fields).items() if value is not None}, inner)


def event(name: str, inner: str = "", **fields: object) -> bytes:
    """Return an event of the given name."""
    return message(inner, MsgType="event", Event=name, Content=None, MsgId=None, **fields)


def envelope(plain: bytes, key: str = KEY, app_id: str = APP_ID, extra: str = "") -> tuple[str, bytes]:
    """Return the ciphertext of a push and the body that carries it."""
    encrypt = seal_bytes(cipher_of(key), app_id.encode(), plain, b"0123456789abcdef")
    return encrypt, wrap(encrypt, extra)


def wrap(encrypt: str, extra: str = "") -> bytes:
    """Return the body of a safe-mode push around a ciphertext."""
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>{extra}"
        f"<Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"
    ).encode()


def signed(encrypt: str, stamp: str = STAMP, **changes: str) -> dict[str, list[str]]:
    """Return the query of a safe-mode push."""
    args = {
        "signature": sign(TOKEN, stamp, NONCE),
        "timestamp": stamp,
        "nonce": NONCE,
        "openid": OPENID,
        "encrypt_type": "aes",
        "msg_signature": sign(TOKEN, stamp, NONCE, encrypt),
    }
    return {name: [value] for name, value in (args | changes).items()}


def plain_args(stamp: str = STAMP, **changes: str) -> dict[str, list[str]]:
    """Return the query of a plain push or of a verification."""
    args = {"signature": sign(TOKEN, stamp, NONCE), "timestamp": stamp, "nonce": NONCE}
    return {name: [value] for name, value in (args | changes).items()}
