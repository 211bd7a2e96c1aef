"""One member changed by hand, through the very checks of an import: one place says what is valid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from services.actor import Actor
from services.clock import civil_day
from services.roster.apply import lock_imports, write_plan
from services.roster.checks import check
from services.roster.columns import MEMBERS, parse
from services.roster.plan import make_plan
from services.roster.result import Rejection
from services.roster.snapshot import read_snapshot
from services.roster.workbook import Cell, Table


def write_row(cells: Mapping[str, str], actor: Actor, now: datetime) -> list[Rejection]:
    """Take over one member's row inside the caller's transaction, or say which of its cells cannot be used.

    Args:
        cells: what was typed, by the headers of the sheet 党员; a header left out leaves its matter alone.
        actor: who changes. Whether they may, the caller has asked.
        now: this moment.

    Returns:
        The cells that cannot be used; with any of them nothing was written.
    """
    today = civil_day(now)
    values: list[Cell] = list(cells.values())
    roster = parse([Table(MEMBERS, [list(cells), values])], today)
    lock_imports()
    snapshot = read_snapshot([row.get("编号") for row in roster.rows[MEMBERS] if row.get("编号")])
    tree = check(roster, snapshot)
    if not roster.rejected:
        write_plan(make_plan(roster, snapshot, tree, today), actor, now, whole=False)
    return roster.sorted_rejections()
