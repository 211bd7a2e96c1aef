"""The lines of a correction, and how much a corrected line may count (R06, R07, R110).

An ADJUST line follows the line it corrects by its `posting`, the next one follows that, and the last alone
can stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from models import HourEntry
from models.terms import EntrySource
from services import rulebook
from services.errors import invalid
from services.hours import credit_parts
from services.policy.amounts import hundredths
from services.spoken import hours as as_words
from services.study.consequences import worth_of


def roots_of(adjusts: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Return for each ADJUST line the line it corrects, from pairs (number, posting) by number."""
    roots: dict[int, int] = {}
    for entry, posting in adjusts:
        roots[entry] = roots.get(-posting, -posting)
    return roots


def chain_of(line: HourEntry) -> list[HourEntry]:
    """Return the corrections of a line, each following the one before."""
    rows = HourEntry.select().where(
        HourEntry.session == line.session_id,
        HourEntry.member == line.member_id,
        HourEntry.source == EntrySource.ADJUST,
    )
    found = list(rows.order_by(HourEntry.id))
    roots = roots_of((row.id, row.posting) for row in found)
    return [row for row in found if roots[row.id] == line.id]


def standing_of(chain: list[HourEntry]) -> HourEntry | None:
    """Return the correction that counts now; only the last of a chain can."""
    return chain[-1] if chain and not is_undone(chain[-1]) else None


def is_undone(line: HourEntry) -> bool:
    """Whether a line was taken back."""
    return bool(HourEntry.select().where(HourEntry.reverses == line.id).exists())


def amount_of(hours: Decimal, line: HourEntry) -> int:
    """Return hours that a line may count as hundredths; raises ServiceError `hours` for any others."""
    rules = rulebook.current().hours(line.day)
    if not hours.is_finite() or not 0 <= hours <= rules.max_per_session or hours % rules.step:
        raise invalid(
            "hours", "学时数不对。", f"请填 0 到 {as_words(most_of(line))} 之间的数，{rules.step} 的整数倍。"
        )
    amount, most = hundredths(hours), most_of(line)
    if amount > most:
        raise invalid(
            "hours", f"这一笔最多 {as_words(most)} 学时。",
            "一次学习的学时一位同志只得一次；这次学习的学时定错了，请上级退回重核。",
        )  # fmt: skip
    return amount


def most_of(line: HourEntry) -> int:
    """Return what a line may count, in hundredths: what the session gave, less its other lines."""
    session, rules = line.session, rulebook.current().hours(line.day)
    if line.source is EntrySource.MAKE_UP:
        given = worth_of(session).of(0)
    else:
        parts = credit_parts(session.starts_at, session.ends_at, session.credit, rules.step)
        stated = sum(part for day, part in parts if day.year == line.year)
        given = stated * hundredths(rules.ratio[line.credit_kind]) // 100
    whole = session.credit * hundredths(rules.ratio[line.credit_kind]) // 100
    return max(min(given, whole - _beside(line)), 0)


def _beside(line: HourEntry) -> int:
    """Return what the member's other lines of the session count, with their corrections and reversals."""
    lines = HourEntry.select().where(HourEntry.session == line.session_id, HourEntry.member == line.member_id)
    rows = list(lines)
    own = {line.id} | {row.id for row in chain_of(line)}
    return sum(row.hours for row in rows if row.id not in own and row.reverses_id not in own)
