"""The roster of organizations and members, taken over from a file: all of it, or nothing.

What a column says is what shall be so; a column that the file lacks, and a member whom it does not
name, stay as they are. Nothing is deleted: a duty, an exemption or an absence that is no longer
named ends on the day of the import.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from services.actor import Actor
from services.clock import civil_day
from services.errors import invalid, not_found
from services.roster.apply import lock_imports, write_plan
from services.roster.checks import check
from services.roster.columns import MEMBERS, Roster, parse
from services.roster.plan import Plan, make_plan
from services.roster.result import Rejection, RosterResult
from services.roster.snapshot import Snapshot, read_snapshot
from services.roster.workbook import FILE_BYTES, read_tables
from services.transaction import transaction

__all__ = ["Rejection", "RosterResult", "import_roster", "import_roster_bytes"]


def import_roster(path: Path, actor: Actor, now: datetime, dry_run: bool = False) -> RosterResult:
    """Import a roster from a file of this machine; see `import_roster_bytes`.

    Raises:
        ServiceError: `not_found` when there is no such file, otherwise as for `import_roster_bytes`.
    """
    try:
        if path.stat().st_size > FILE_BYTES:
            raise invalid("roster_too_large", "文件超过 5 MB。", "请只保留名册本身，或分几次导入。")
        data = path.read_bytes()
    except OSError as error:
        raise not_found("这个文件", f"请核对路径，并确认可以读取：{path.name}") from error
    return import_roster_bytes(data, path.name, actor, now, dry_run)


def import_roster_bytes(
    data: bytes, filename: str, actor: Actor, now: datetime, dry_run: bool = False
) -> RosterResult:
    """Import a roster: .xlsx with the sheets 党组织 and 党员 (or one of them), or one sheet as CSV.

    A duty without 任职日期, or an absence without 流动起始, begins on the day of the import and keeps
    that day in later imports: refusing a whole roster over a forgotten date would be unkind. A date
    without its duty is ignored. A later 任职日期 opens a new term, an earlier one corrects the running one.

    Args:
        data: the content; what kind of file it is, its first bytes say, never its name.
        filename: the name under which it was given, for the words of a refusal.
        actor: who imports. Whether they may, the caller has asked `services/access.py`.
        now: the moment of the import; its civil day bounds and dates what is imported.
        dry_run: check and count, and write nothing.

    Returns:
        The counts of rows, or the rejected cells; with any rejected cell nothing was written.

    Raises:
        ServiceError: `invalid`, when the file as a whole cannot be used.
    """
    if not data:
        raise invalid("roster_empty", f"文件「{filename[:60]}」是空的。", "请选择有内容的名册。")
    today = civil_day(now)
    roster = parse(read_tables(data), today)
    numbers = sorted({row.get("编号") for row in roster.rows[MEMBERS] if row.get("编号")})
    snapshot, plan = _planned(roster, numbers, today)
    if not dry_run and plan.writes:
        with transaction():
            lock_imports()
            # The plan was made without holding up the check-ins; if anything moved since, it is made again.
            if (current := read_snapshot(numbers)) != snapshot:
                plan = _plan(roster, current, today)
            if not roster.rejected:
                write_plan(plan, actor, now)
    return _result(roster, plan, dry_run)


def _planned(roster: Roster, numbers: Sequence[str], today: date) -> tuple[Snapshot, Plan]:
    snapshot = read_snapshot(numbers)
    return snapshot, _plan(roster, snapshot, today)


def _plan(roster: Roster, snapshot: Snapshot, today: date) -> Plan:
    tree = check(roster, snapshot)
    return Plan([], [], 0) if roster.rejected else make_plan(roster, snapshot, tree, today)


def _result(roster: Roster, plan: Plan, dry_run: bool) -> RosterResult:
    return RosterResult(
        applied=not dry_run and not roster.rejected,
        created=plan.created,
        updated=plan.updated,
        unchanged=plan.rows - plan.created - plan.updated,
        rejected=roster.sorted_rejections(),
        ignored_columns=roster.ignored_columns,
        ignored_sheets=roster.ignored_sheets,
    )
