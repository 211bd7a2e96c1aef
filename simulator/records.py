"""The kinds of things the platform remembers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FIELD_IN_CONTENT = re.compile(r"([^\s:：{}]*)\s*[:：]?\s*\{\{\s*(\w+)\.DATA\s*\}\}")


@dataclass
class Window:
    """A span in which the account may still write to a person."""

    ends: float
    left: int


@dataclass
class Person:
    """Someone with WeChat on the phone. Times are seconds since 1970.

    Who is not `offered` is there for the account, but not in the phone's choice of people.
    """

    openid: str
    name: str
    note: str = ""
    card_scene: str = ""
    followed: bool = False
    follow_time: int = 0
    subscribe_scene: str = "ADD_SCENE_SEARCH"
    qr_scene_str: str = ""
    snapshot: bool = False
    offered: bool = True
    deliver: str = "success"
    windows: list[Window] = field(default_factory=list)
    credits: Counter[str] = field(default_factory=Counter)
    chat: list[dict[str, Any]] = field(default_factory=list)

    def brief(self) -> dict[str, Any]:
        """Return what a list of people shows."""
        return {
            "openid": self.openid,
            "name": self.name,
            "note": self.note,
            "followed": self.followed,
            "card_scene": self.card_scene,
            "snapshot": self.snapshot,
            "deliver": self.deliver,
            "messages": len(self.chat),
        }


@dataclass
class Ticket:
    """A parametric QR. `ends` is None when it is permanent."""

    ticket: str
    url: str
    scene: str
    numeric: bool
    ends: float | None

    def live(self, now: float) -> bool:
        """Say whether the QR may still be scanned."""
        return self.ends is None or now < self.ends


@dataclass
class Token:
    """An access token of the legacy or the stable kind."""

    value: str
    kind: str
    ends: float
    revoked: bool = False


@dataclass
class Code:
    """An OAuth code, which works once."""

    openid: str
    scope: str
    ends: float
    snapshot: bool
    used: bool = False


@dataclass
class Grant:
    """An OAuth access token or refresh token of one person."""

    openid: str
    scope: str
    ends: float


@dataclass
class Media:
    """A temporary upload."""

    kind: str
    name: str
    content_type: str
    data: bytes
    ends: float


@dataclass
class Template:
    """A template of the account: field keys in order, with the label people see."""

    template_id: str
    title: str
    fields: dict[str, str]
    const: dict[str, list[str]] = field(default_factory=dict)
    kind: str = "template"
    errcode: int = 0

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Template:
        """Build one from the registry's JSON.

        Fields come as {"thing1": "课程"}, as [{"key", "label"}], or within `content` as
        the console writes it: 课程:{{thing1.DATA}}.
        """
        given = entry.get("fields") or {}
        if isinstance(given, list):
            given = {row["key"]: row.get("label", row["key"]) for row in given}
        if not given and entry.get("content"):
            given = {key: label for label, key in FIELD_IN_CONTENT.findall(entry["content"])}
        return cls(
            template_id=str(entry["template_id"]),
            title=str(entry.get("title", "通知")),
            fields={str(key): str(label or key) for key, label in given.items()},
            const={key: list(values) for key, values in (entry.get("const") or {}).items()},
            kind=str(entry.get("kind", "template")),
            errcode=int(entry.get("errcode", 0)),
        )

    def content(self) -> str:
        """Return the template's text as the console shows it."""
        return "\n".join(f"{label}:{{{{{key}.DATA}}}}" for key, label in self.fields.items())
