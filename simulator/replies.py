"""Checks a reply to a push the way the platform does, and says what the person sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from . import crypto, envelope
from .settings import SimulatorSettings

KINDS = ("text", "image", "voice", "video", "music", "news", "transfer_customer_service")
TEXT_LIMIT = 2048


@dataclass(frozen=True)
class Reply:
    """A valid reply; `kind` is empty when the service chose to say nothing."""

    kind: str = ""
    text: str = ""
    more: dict[str, Any] = field(default_factory=dict)


def read(settings: SimulatorSettings, mode: str, openid: str, body: bytes) -> Reply:
    """Return the reply inside a body; ValueError says which rule it breaks."""
    if body.strip() in (b"", b"success"):
        return Reply()
    root = envelope.parse(body)
    sealed = root.findtext("Encrypt")
    if sealed is not None:
        if mode == "plain":
            raise ValueError("the reply is encrypted but the account is in plain mode")
        root = envelope.parse(_unseal(settings, root, sealed))
    elif mode == "safe":
        raise ValueError("the reply is not encrypted but the account is in safe mode")
    _check_names(settings, openid, root)
    return _content(root)


def _unseal(settings: SimulatorSettings, root: ElementTree.Element, sealed: str) -> bytes:
    stamp, nonce = root.findtext("TimeStamp") or "", root.findtext("Nonce") or ""
    wanted = crypto.sign(settings.token, stamp, nonce, sealed)
    if not crypto.same(wanted, root.findtext("MsgSignature") or ""):
        raise ValueError("the reply's MsgSignature is wrong")
    return crypto.decrypt(settings.aes_key, settings.app_id, sealed)


def _check_names(settings: SimulatorSettings, openid: str, root: ElementTree.Element) -> None:
    if root.findtext("ToUserName") != openid:
        raise ValueError("ToUserName is not the person who wrote")
    if root.findtext("FromUserName") != settings.account_id:
        raise ValueError("FromUserName is not the account")
    if not (root.findtext("CreateTime") or "").isdigit():
        raise ValueError("CreateTime is not a number")


def _content(root: ElementTree.Element) -> Reply:
    kind = root.findtext("MsgType") or ""
    if kind not in KINDS:
        raise ValueError(f"MsgType {kind!r} is not a reply")
    if kind == "text":
        return _text(root)
    if kind == "news":
        return _news(root)
    if kind in ("image", "voice", "video"):
        media = root.findtext(f"{kind.capitalize()}/MediaId")
        if not media:
            raise ValueError(f"a {kind} reply needs a MediaId")
        return Reply(kind, f"[{kind}]", {"media_id": media})
    if kind == "music":
        return Reply(kind, root.findtext("Music/Title") or "[music]")
    return Reply()


def _text(root: ElementTree.Element) -> Reply:
    text = root.findtext("Content") or ""
    if not text:
        raise ValueError("a text reply needs Content")
    if len(text.encode()) > TEXT_LIMIT:
        raise ValueError(f"the text has more than {TEXT_LIMIT} bytes")
    return Reply("text", text)


def _news(root: ElementTree.Element) -> Reply:
    articles = [
        {
            "title": item.findtext("Title") or "",
            "text": item.findtext("Description") or "",
            "url": item.findtext("Url") or "",
        }
        for item in root.iterfind("Articles/item")
    ]
    if not articles or root.findtext("ArticleCount") != str(len(articles)):
        raise ValueError("ArticleCount does not match the articles")
    return Reply("news", articles[0]["title"], {"articles": articles})
