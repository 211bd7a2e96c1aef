"""Writes the XML of a passive reply. Every text of ours that enters XML passes through ``safe_text``."""

from __future__ import annotations

import re
from typing import Final

from wechat.parse import Inbound

SUCCESS: Final = "success"
"""The answer that shows the member nothing and tells the platform not to send again."""

MAX_REPLY: Final = 2048
"""Bytes of UTF-8 that a text reply may show (the platform answers 45002 beyond)."""

# Controls but the line feed, lone surrogates and the two non-characters: XML forbids them or a phone shows
# rubbish.
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_CDATA_END: Final = "]]>"
_CDATA_SPLIT: Final = "]]]]><![CDATA[>"

_TEMPLATE = (
    "<xml><ToUserName><![CDATA[{}]]></ToUserName><FromUserName><![CDATA[{}]]></FromUserName>"
    "<CreateTime>{}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{}]]></Content></xml>"
)


def clean_text(text: str, limit: int = MAX_REPLY) -> str:
    """Drop what no reader may get and cut to `limit` bytes of UTF-8, never inside a character.

    This is the text as the member reads it; applying it twice changes nothing.
    """
    kept = _UNSAFE.sub("", text)
    raw = kept.encode()
    return kept if len(raw) <= limit else raw[:limit].decode(errors="ignore")


def safe_text(text: str, limit: int = MAX_REPLY) -> str:
    """Return the text as it may stand inside one CDATA section of a reply.

    The limit holds for what the member reads. ``]]>`` is split over two sections, so that it is shown
    literally and cannot close ours; for that reason the result is for XML only and must not pass here twice.
    """
    return clean_text(text, limit).replace(_CDATA_END, _CDATA_SPLIT)


def text_reply(inbound: Inbound, text: str, now: float) -> str:
    """Answer a push with text.

    Args:
        inbound: the push; its sender becomes the receiver.
        text: in the member's words, unescaped.
        now: our clock, epoch seconds.

    Returns:
        The plain XML, to be sealed by the door. ``success`` when nothing of the text is left, because the
        platform shows its fault text for an empty reply.
    """
    content = safe_text(text)
    if not content:
        return SUCCESS
    return _TEMPLATE.format(inbound.openid, inbound.account, int(now), content)
