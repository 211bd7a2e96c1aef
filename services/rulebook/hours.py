"""rules/hours.toml: how many hours, and what counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from models.terms import CreditKind, SessionKind


@dataclass(frozen=True)
class HourRules:
    """One edition of rules/hours.toml; hours are Decimals."""

    edition: str
    source: str
    effective_from: date
    member: Decimal
    committee: Decimal
    prorate: bool
    minutes_per_hour: int
    step: Decimal
    max_per_session: Decimal
    half_day: Decimal
    day: Decimal
    partial_share: Decimal
    ratio: dict[CreditKind, Decimal]
    credit_kind: dict[SessionKind, CreditKind]


def build(raw: dict[str, Any]) -> HourRules:
    """Build one edition from its table; raises KeyError, ValueError or TypeError with what to write."""
    required, credit = raw["required"], raw["credit"]
    minutes = int(credit["minutes_per_hour"])
    if minutes not in (45, 50, 60):
        raise ValueError("credit.minutes_per_hour: write 45, 50 or 60")
    rules = HourRules(
        edition=raw["name"],
        source=raw["source"],
        effective_from=raw["effective_from"],
        member=Decimal(required["member"]),
        committee=Decimal(required["committee"]),
        prorate=bool(required["prorate"]),
        minutes_per_hour=minutes,
        step=Decimal(credit["step"]),
        max_per_session=Decimal(credit["max_per_session"]),
        half_day=Decimal(credit["half_day"]),
        day=Decimal(credit["day"]),
        partial_share=Decimal(credit["partial_share"]),
        ratio={kind: Decimal(raw["ratio"][kind]) for kind in CreditKind},
        credit_kind={kind: CreditKind(raw["credit_kind"][kind]) for kind in SessionKind},
    )
    amounts = [
        rules.member,
        rules.committee,
        rules.max_per_session,
        rules.half_day,
        rules.day,
        rules.partial_share,
        *rules.ratio.values(),
    ]
    if not all(amount.is_finite() and amount >= 0 for amount in amounts):
        raise ValueError("a negative number, or none at all: write 0 or more")
    if not (rules.step.is_finite() and rules.step > 0):
        raise ValueError('credit.step: write more than 0, such as "0.5"')
    if rules.half_day % rules.step or rules.day % rules.step or rules.day > rules.max_per_session:
        raise ValueError("credit.half_day and day: write whole steps, at most credit.max_per_session")
    if rules.partial_share > 1 or max(rules.ratio.values()) > 1:
        raise ValueError("credit.partial_share and ratio: write at most 1")
    return rules
