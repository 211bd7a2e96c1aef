"""Hours are Decimals in the rules and hundredths in the ledger; nothing here is ever a float."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

HUNDRED = Decimal(100)


def hundredths(hours: Decimal) -> int:
    """Return hours as whole hundredths."""
    return int((hours * HUNDRED).to_integral_value())


def hours(stored: int) -> Decimal:
    """Return stored hundredths as hours."""
    return Decimal(stored) / HUNDRED


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """Round down to a whole number of steps."""
    return (value / step).to_integral_value(ROUND_FLOOR) * step


def ceil_to(value: Decimal, step: Decimal) -> Decimal:
    """Round up to a whole number of steps."""
    return (value / step).to_integral_value(ROUND_CEILING) * step


def text(stored: int) -> str:
    """Write stored hundredths as hours with one decimal ("1.5"), with two where there are two."""
    value = hours(stored)
    return f"{value:.1f}" if stored % 10 == 0 else f"{value:.2f}"
