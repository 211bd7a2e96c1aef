"""rules/leave.toml: who approves a leave, what a make-up is worth, what a study elsewhere may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from models.terms import CreditKind, ExternalKind, LeaveKind, MakeUpMode

_APPROVERS = ("group_head", "secretary")


@dataclass(frozen=True)
class LeaveRules:
    """One edition of rules/leave.toml; hours are Decimals, `makeup_days` and `days_back` civil days.

    `group_heads` says whether the head of the member's group decides beside the secretary (R29).
    """

    edition: str
    source: str
    effective_from: date
    group_heads: bool
    kinds: tuple[LeaveKind, ...]
    makeup_days: int
    makeup_ratio: Decimal
    modes: tuple[MakeUpMode, ...]
    max_hours: Decimal
    max_transfer_hours: Decimal
    days_back: int
    open_at_once: int
    credit_kind: dict[ExternalKind, CreditKind]


def build(raw: dict[str, Any]) -> LeaveRules:
    """Build one edition from its table; raises KeyError, ValueError or TypeError with what to write."""
    leave, makeup, external = raw["leave"], raw["makeup"], raw["external"]
    if leave["approver"] not in _APPROVERS:
        raise ValueError("leave.approver: write group_head or secretary")
    rules = LeaveRules(
        edition=raw["name"],
        source=raw["source"],
        effective_from=raw["effective_from"],
        group_heads=leave["approver"] == "group_head",
        kinds=tuple(LeaveKind(kind) for kind in leave["kinds"]),
        makeup_days=int(makeup["days"]),
        makeup_ratio=Decimal(makeup["ratio"]),
        modes=tuple(MakeUpMode(mode) for mode in makeup["modes"]),
        max_hours=Decimal(external["max_hours"]),
        max_transfer_hours=Decimal(external["max_transfer_hours"]),
        days_back=int(external["days_back"]),
        open_at_once=int(external["open_at_once"]),
        credit_kind={kind: CreditKind(raw["external_kind"][kind]) for kind in ExternalKind},
    )
    _check(rules)
    return rules


def _check(rules: LeaveRules) -> None:
    """Refuse what would make the service answer with something that cannot be."""
    if not rules.kinds or not rules.modes:
        raise ValueError("leave.kinds and makeup.modes: write at least one")
    if not (rules.makeup_ratio.is_finite() and 0 <= rules.makeup_ratio <= 1):
        raise ValueError('makeup.ratio: write 0 to 1, such as "1"')
    if rules.makeup_ratio * 100 % 1:
        raise ValueError("makeup.ratio: write at most two decimals")
    if not 1 <= rules.makeup_days <= 366:
        raise ValueError("makeup.days: write 1 to 366")
    _check_external(rules)


def _check_external(rules: LeaveRules) -> None:
    if rules.days_back < 1 or rules.open_at_once < 1:
        raise ValueError("external.days_back and open_at_once: write at least 1")
    for amount in (rules.max_hours, rules.max_transfer_hours):
        if not (amount.is_finite() and 0 < amount <= 1000):
            raise ValueError("external.max_hours and max_transfer_hours: write more than 0, 1000 at most")
    if rules.max_hours > 24:
        raise ValueError('external.max_hours: write at most "24", which is a day')
