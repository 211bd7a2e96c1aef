"""The XML of pushes and replies, and its sealing in the three modes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

from . import crypto
from .settings import SimulatorSettings


@dataclass(frozen=True)
class Letter:
    """One push as it goes over the wire."""

    query: dict[str, str]
    body: bytes


def to_xml(fields: Mapping[str, Any], root: str = "xml") -> str:
    """Write fields as the platform does: text in CDATA, numbers bare, lists as repeated nodes."""
    return f"<{root}>{''.join(_node(name, value) for name, value in fields.items())}</{root}>"


def _node(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return to_xml(value, name)
    if isinstance(value, list):
        return "".join(_node(name, item) for item in value)
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    text = str(value).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{text}]]></{name}>"


def parse(xml: bytes) -> ElementTree.Element:
    """Parse a reply; ValueError says what is wrong with it."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise ValueError("the reply declares a document type")
    try:
        # Declarations are refused above, and the parser expands no entity from outside.
        root = ElementTree.fromstring(xml)  # noqa: S314
    except ElementTree.ParseError as error:
        raise ValueError(f"the reply is not well-formed XML: {error}") from error
    if root.tag != "xml":
        raise ValueError(f"the reply's root is <{root.tag}>, not <xml>")
    return root


def seal(
    settings: SimulatorSettings,
    mode: str,
    fields: Mapping[str, Any],
    stamp: tuple[str, str, bytes],
) -> Letter:
    """Sign and, where the mode asks for it, encrypt a push.

    `stamp` is timestamp, nonce and the 16 random bytes of the ciphertext.
    """
    timestamp, nonce, random16 = stamp
    xml = to_xml(fields)
    query = {
        "signature": crypto.sign(settings.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": str(fields["FromUserName"]),
    }
    if mode == "plain":
        return Letter(query, xml.encode())
    sealed = crypto.encrypt(settings.aes_key, settings.app_id, xml.encode(), random16)
    query["encrypt_type"] = "aes"
    query["msg_signature"] = crypto.sign(settings.token, timestamp, nonce, sealed)
    outer = dict(fields) if mode == "compat" else {"ToUserName": fields["ToUserName"]}
    return Letter(query, to_xml({**outer, "Encrypt": sealed}).encode())
