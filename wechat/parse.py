"""Turns the plain XML of a push into one frozen ``Inbound``, or refuses it as a whole.

Source: the platform's documentation of messages and events; the dedup key departs from it where the field
    found
it wrong (FromUserName + CreateTime merges different events of one second).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from wechat.errors import Garbage
from wechat.flatxml import SCAN_RESULT, Row, read

_SCENE_PREFIX: Final = "qrscene_"
_TRADE_PREFIX: Final = "last_trade_no_"
_UNIT: Final = "\x1f"  # XML cannot carry it, so that no two events can be joined to the same text.

_ACCOUNT = re.compile(r"[0-9A-Za-z_@.-]{1,64}")
_CREATED = re.compile(r"[0-9]{1,12}")
_WORD = re.compile(r"[0-9A-Za-z_]{1,64}")
_MSG_ID = re.compile(r"[0-9]{0,20}")


@dataclass(frozen=True, slots=True)
class Inbound:
    """One push of the platform, normalised. Absent fields are empty texts, never None.

    Attributes:
        account: ToUserName, the account's own id; letters, digits and ``_@.-`` only, like `openid`.
        openid: FromUserName, the follower. Never log it in clear.
        created: CreateTime, whole seconds since 1970 UTC, as the platform states them.
        kind: MsgType in lower case: text, event, image, voice, video, location, link or one that is new to
            us.
        text: Content, exactly as typed.
        event: Event in lower case (subscribe, scan, click, scancode_waitmsg, …), empty for messages.
        event_key: EventKey, exactly.
        scan_result: ScanCodeInfo/ScanResult, what the member's camera read.
        msg_id: MsgId of a message or MsgID of an event, digits.
        ticket: Ticket of a parametric QR code.
        media_id: MediaId of an image, voice or video.
        status: Status of TEMPLATESENDJOBFINISH.
        dedup_key: the same for every delivery of one push, different for different pushes; at most 66
            characters.
        lists: the rows of the subscribe_msg events, in order.
    """

    account: str
    openid: str
    created: int
    kind: str
    text: str
    event: str
    event_key: str
    scan_result: str
    msg_id: str
    ticket: str
    media_id: str
    status: str
    dedup_key: str
    lists: tuple[Mapping[str, str], ...] = field(default=(), hash=False)

    @property
    def scene(self) -> str:
        """The scene of the scanned parametric QR code.

        EventKey without ``qrscene_``; empty for ``last_trade_no_…``, which follows a payment and not a code.
        """
        if self.event_key.startswith(_TRADE_PREFIX):
            return ""
        return self.event_key.removeprefix(_SCENE_PREFIX)


def _shaped(fields: Row, name: str, shape: re.Pattern[str]) -> str:
    """Return a field that must look as the platform writes it; a missing one reads as empty."""
    value = fields.get(name, "")
    if shape.fullmatch(value) is None:
        raise Garbage(name)
    return value


def _dedup_key(kind: str, msg_id: str, *parts: str) -> str:
    """Name a push: by its MsgId when it is a message, else by all that tells two events apart.

    A message without MsgId has not been seen, but it would be worse to merge all of them than to hash one.
    """
    if kind != "event" and msg_id:
        return f"m:{msg_id}:"
    return "e:" + hashlib.sha256(_UNIT.join((*parts, msg_id)).encode()).hexdigest()


def parse(xml: bytes) -> Inbound:
    """Normalise the plain XML of one push.

    Args:
        xml: at most 64 KiB, as opened by the door.

    Raises:
        Garbage: for everything that the platform does not send; the caller answers 400 without detail.
    """
    fields, lists = read(xml)
    account = _shaped(fields, "ToUserName", _ACCOUNT)
    openid = _shaped(fields, "FromUserName", _ACCOUNT)
    created = _shaped(fields, "CreateTime", _CREATED)
    kind = _shaped(fields, "MsgType", _WORD).lower()
    is_event = kind == "event"
    event = _shaped(fields, "Event", _WORD).lower() if is_event else ""
    msg_id = _shaped(fields, "MsgID" if is_event and "MsgID" in fields else "MsgId", _MSG_ID)
    get = fields.get
    text, event_key, scan_result = get("Content", ""), get("EventKey", ""), get(SCAN_RESULT, "")
    return Inbound(
        account, openid, int(created), kind, text, event, event_key, scan_result, msg_id,
        get("Ticket", ""), get("MediaId", ""), get("Status", ""),
        _dedup_key(kind, msg_id, openid, created, event or text, event_key, scan_result),
        tuple(lists),
    )  # fmt: skip
