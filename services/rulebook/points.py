"""rules/points.toml: what earns points, how much at most, and for whom (R60–R71, F08)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from models.terms import MemberCategory, SessionKind
from services.rulebook.point_values import amount, cap_of, kinds, new_key, only, share, switch, whole, words

#: What no item may count (F08, F03, F05), read without spaces, dashes and underscores. A word is refused
#: wherever it stands in a key or a label, so that a rule cannot bring it in under a longer name.
FORBIDDEN = (
    "login", "logon", "checkinstreak", "streak", "online", "minutes", "duration", "dwell", "like", "share",
    "forward", "repost", "comment", "notescount", "notecount", "photo", "picture", "screenshot", "video",
    "pageview", "clicks", "followrate", "readreceipt",
    "登录", "登陆", "签到天数", "连续签到", "打卡", "在线", "时长", "停留", "点赞", "集赞", "转发",
    "转载", "分享", "评论", "留言数", "笔记", "心得", "照片", "截图", "图片", "视频", "阅读量",
    "浏览", "点击", "关注率",
)  # fmt: skip
_TOP = frozenset(
    {"name", "effective_from", "source", "score", "scope", "claim", "veto", "outside", "category", "item"}
    | {"band"}
)


class ItemKind(StrEnum):
    """How an item comes into the ledger: at a confirmation, by a claim, by a body's decision."""

    SESSION = "SESSION"
    CLAIM = "CLAIM"
    DEDUCT = "DEDUCT"


@dataclass(frozen=True)
class PointItem:
    """One thing that earns or costs points; amounts are hundredths, `cap` is for a year, None without one."""

    key: str
    label: str
    category: str
    kind: ItemKind
    points: int
    cap: int | None
    sessions: frozenset[SessionKind]
    hint: str
    not_on: frozenset[SessionKind]
    absence: bool


@dataclass(frozen=True)
class PointCategory:
    """A group of items with a cap of its own."""

    key: str
    label: str
    cap: int | None


@dataclass(frozen=True)
class Band:
    """From how many hundredths a word holds."""

    least: int
    word: str


@dataclass(frozen=True)
class PointRules:
    """One edition of rules/points.toml; amounts are hundredths of a point."""

    edition: str
    source: str
    effective_from: date
    base: int
    ceiling: int
    year_starts_month: int
    partial_ratio: Decimal
    scope: frozenset[MemberCategory]
    mobile: bool
    not_required: bool
    close_day: int
    veto: bool
    outside_why: str
    categories: Mapping[str, PointCategory]
    items: Mapping[str, PointItem]
    bands: tuple[Band, ...]

    def band(self, score: int) -> str | None:
        """Return the word for a score, None below the lowest band."""
        return next((band.word for band in self.bands if score >= band.least), None)

    def of_kind(self, kind: ItemKind) -> tuple[PointItem, ...]:
        """Return the items of a kind, in the order of the file."""
        return tuple(item for item in self.items.values() if item.kind is kind)

    def of_session(self, kind: SessionKind) -> PointItem | None:
        """Return the item that a kind of session earns, None when it earns none."""
        return next((item for item in self.of_kind(ItemKind.SESSION) if kind in item.sessions), None)


def build(raw: dict[str, Any]) -> PointRules:
    """Build one edition from its table; raises KeyError, ValueError or TypeError with what to write."""
    _refuse_metrics(raw)
    unknown = set(raw) - _TOP
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: not known here")
    score, scope, outside = raw["score"], raw["scope"], raw["outside"]
    if outside["convert"]:
        raise ValueError(f"outside.convert: write false. {outside['why']}")
    categories = _categories(raw["category"])
    return PointRules(
        edition=raw["name"],
        source=raw["source"],
        effective_from=raw["effective_from"],
        base=amount(score["base"], "score.base"),
        ceiling=amount(score["ceiling"], "score.ceiling", least=amount(score["base"], "score.base")),
        year_starts_month=whole(score["year_starts_month"], 1, 12, "score.year_starts_month"),
        partial_ratio=share(score["partial_ratio"]),
        scope=frozenset(MemberCategory(name) for name in scope["categories"]),
        mobile=switch(scope["mobile"], "scope.mobile"),
        not_required=switch(scope["not_required"], "scope.not_required"),
        close_day=whole(raw["claim"]["close_day"], 1, 28, "claim.close_day"),
        veto=switch(raw["veto"]["enabled"], "veto.enabled"),
        outside_why=words(outside["why"], 200, "outside.why"),
        categories=categories,
        items=_items(raw["item"], categories),
        bands=_bands(raw["band"]),
    )


def _refuse_metrics(raw: Any) -> None:
    """Refuse online behaviour by name, wherever a key or a label may carry it (R69)."""
    for word in _names(raw):
        plain = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", word).lower())
        found = next((metric for metric in FORBIDDEN if metric in plain), None)
        if found is not None:
            raise ValueError(f"{word}: {found} earns nothing (F08); count what was done, not what was tapped")


def _names(raw: Any) -> Iterator[str]:
    if isinstance(raw, list):
        for part in raw:
            yield from _names(part)
    elif isinstance(raw, dict):
        for key, value in raw.items():
            yield key
            if key in {"key", "label"} and isinstance(value, str):
                yield value
            else:
                yield from _names(value)


def _categories(raw: list[dict[str, Any]]) -> dict[str, PointCategory]:
    found: dict[str, PointCategory] = {}
    for table in raw:
        only(table, {"key", "label", "cap"}, "category")
        key = new_key(table["key"], found, "category")
        found[key] = PointCategory(key, words(table["label"], 20, f"category {key}"), cap_of(table, key))
    return found


def _items(raw: list[dict[str, Any]], categories: Mapping[str, PointCategory]) -> dict[str, PointItem]:
    found: dict[str, PointItem] = {}
    taken: set[SessionKind] = set()
    for table in raw:
        item = _item(table, found)
        if item.category not in categories:
            raise ValueError(f"item {item.key}: the category {item.category} is not in the file")
        if item.sessions & taken:
            raise ValueError(f"item {item.key}: another item has this kind of session already")
        taken |= item.sessions
        found[item.key] = item
    return found


def _item(table: dict[str, Any], found: Mapping[str, object]) -> PointItem:
    key = new_key(table["key"], found, "item")
    kind = ItemKind(table["kind"])
    own = {
        ItemKind.SESSION: {"sessions"},
        ItemKind.CLAIM: {"hint", "not_on"},
        ItemKind.DEDUCT: {"absence"},
    }[kind]
    only(table, {"key", "label", "category", "kind", "points", "cap"} | own, f"item {key}")
    item = PointItem(
        key=key,
        label=words(table["label"], 20, f"item {key}"),
        category=table["category"],
        kind=kind,
        points=amount(table["points"], f"item {key}: points", least=1),
        cap=cap_of(table, key),
        sessions=kinds(table.get("sessions", []), key),
        hint=words(table["hint"], 60, f"item {key}: hint") if kind is ItemKind.CLAIM else "",
        not_on=kinds(table.get("not_on", []), key),
        absence=switch(table.get("absence", False), f"item {key}: absence"),
    )
    if kind is ItemKind.SESSION and not item.sessions:
        raise ValueError(f"item {key}: sessions: write at least one kind of session")
    return item


def _bands(raw: list[dict[str, Any]]) -> tuple[Band, ...]:
    bands = tuple(Band(amount(band["from"], "band.from"), words(band["word"], 12, "band")) for band in raw)
    limits = [band.least for band in bands]
    if limits != sorted(set(limits), reverse=True):
        raise ValueError("band: write the highest first, each from another number of points")
    return bands
