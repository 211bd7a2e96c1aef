"""rules/leave.toml: what ships, and that a value which cannot be used is named."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from models.terms import CreditKind, ExternalKind, LeaveKind, MakeUpMode
from services.rulebook import Rulebook
from services.rulebook.leave import build

SHIPPED = Path(__file__).resolve().parents[2] / "rules"


@pytest.fixture
def raw() -> dict[str, Any]:
    edition: dict[str, Any] = tomllib.loads((SHIPPED / "leave.toml").read_text("utf-8"))["edition"][0]
    return edition


def test_the_shipped_rules_are_those_of_the_field() -> None:
    rules = Rulebook(SHIPPED).leave(date(2026, 1, 1))
    assert (rules.group_heads, rules.makeup_days, rules.makeup_ratio) == (True, 30, Decimal(1))
    assert (rules.kinds, rules.modes) == (tuple(LeaveKind), tuple(MakeUpMode))
    assert (rules.max_hours, rules.max_transfer_hours, rules.days_back) == (24, 120, 366)
    assert rules.credit_kind == dict.fromkeys(ExternalKind, CreditKind.COLLECTIVE)
    assert rules.source == "本系统约定，可按单位调整"


@pytest.mark.parametrize(
    ("block", "name", "value", "words"),
    [
        ("leave", "approver", "anybody", "group_head or secretary"),
        ("leave", "kinds", [], "at least one"),
        ("leave", "kinds", ["DIAGNOSIS"], "DIAGNOSIS"),
        ("makeup", "modes", ["VIDEO_MINUTES"], "VIDEO_MINUTES"),
        ("makeup", "ratio", "1.5", "0 to 1"),
        ("makeup", "ratio", "NaN", "0 to 1"),
        ("makeup", "ratio", "0.333", "two decimals"),
        ("makeup", "days", 0, "1 to 366"),
        ("external", "max_hours", "25", "a day"),
        ("external", "max_hours", "0", "more than 0"),
        ("external", "max_transfer_hours", "Infinity", "1000 at most"),
        ("external", "days_back", 0, "at least 1"),
        ("external", "open_at_once", 0, "at least 1"),
        ("external_kind", "HOST", "FUN", "FUN"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(
    raw: dict[str, Any], block: str, name: str, value: object, words: str
) -> None:
    raw[block][name] = value
    with pytest.raises(ValueError, match=words):
        build(raw)
