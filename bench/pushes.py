"""Sealed pushes for load runs, made with a signer of our own: nothing of the service is measured twice."""

from __future__ import annotations

import base64
import hashlib
import secrets
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bench.load import http_request

SECRET = "a secret of the bench, long enough to pass"
APP_ID, TOKEN, AES_KEY = "wxbench0000000001", "bench-token", "b" * 42 + "A"


def _seal(plain: bytes) -> str:
    key = base64.b64decode(AES_KEY + "=")
    content = secrets.token_bytes(16) + struct.pack(">I", len(plain)) + plain + APP_ID.encode()
    pad = 32 - len(content) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = encryptor.update(content + bytes([pad]) * pad) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def _sign(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def sealed_request(host: str, xml: str, at: int, path: str = "/wechat") -> bytes:
    """Return one push in safe mode as an HTTP request."""
    nonce, stamp, encrypt = secrets.token_hex(5), str(at), _seal(xml.encode())
    query = (
        f"signature={_sign(TOKEN, stamp, nonce)}&timestamp={stamp}&nonce={nonce}&encrypt_type=aes"
        f"&msg_signature={_sign(TOKEN, stamp, nonce, encrypt)}"
    )
    body = f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"
    return http_request(host, "POST", f"{path}?{query}", body.encode())


def scan_xml(openid: str, scene: str, at: int) -> str:
    """Return the XML of a follower's scan."""
    return (
        f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[SCAN]]></Event>"
        f"<EventKey><![CDATA[{scene}]]></EventKey><Ticket><![CDATA[ticket]]></Ticket></xml>"
    )


def text_xml(openid: str, text: str, at: int, msg_id: int) -> str:
    """Return the XML of a typed message."""
    return (
        f"<xml><ToUserName><![CDATA[gh_bench]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{text}]]></Content>"
        f"<MsgId>{msg_id}</MsgId></xml>"
    )
