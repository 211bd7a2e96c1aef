"""rules/mobile.toml: from when on a member is mobile, and how often the branch gets in touch (R33, R34)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class MobileRules:
    """One edition of rules/mobile.toml; all figures are whole months."""

    edition: str
    source: str
    effective_from: date
    away_months: int
    contact_months: int
    contact_months_abroad: int

    def contact_every(self, *, abroad: bool) -> int:
        """Return after how many months the next contact is due (R34)."""
        return self.contact_months_abroad if abroad else self.contact_months


def build(raw: dict[str, Any]) -> MobileRules:
    """Build one edition from its table; raises KeyError, ValueError or TypeError with what to write."""
    mobile = raw["mobile"]
    months = {name: mobile[name] for name in ("away_months", "contact_months", "contact_months_abroad")}
    for name, value in months.items():
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 60:
            raise ValueError(f"mobile.{name}: write whole months, 1 to 60")
    return MobileRules(
        edition=raw["name"], source=raw["source"], effective_from=raw["effective_from"], **months
    )
