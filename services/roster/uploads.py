"""A roster from a page: every change and every fault first, and only a second step writes (R100).

Between the two steps nothing is kept here. The page itself carries what was read, sealed so that nobody
can read or change it: a roster is names and phone numbers, and what is not stored need not be guarded,
forgotten in time, or shared between processes. It is good for a while, for the person who was shown it, and
for exactly the changes that were shown: if the stored roster has moved meanwhile, they are shown anew.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from models.terms import Term
from services import keyring
from services.access import ABOVE, LEADING, prefixes
from services.actor import Actor
from services.clock import civil_day, seconds
from services.errors import ServiceError, invalid
from services.roster.apply import lock_imports, write_plan
from services.roster.checks import check
from services.roster.columns import COLUMNS, MEMBERS, Roster, parse
from services.roster.plan import Plan, make_plan
from services.roster.preview import Change, Outlook, tell
from services.roster.reach import check_plan, check_reach
from services.roster.result import Rejection
from services.roster.snapshot import Snapshot, read_snapshot
from services.roster.workbook import Cell, Table, read_tables
from services.study import places_ahead
from services.transaction import transaction

_LIFE = timedelta(minutes=30)
_PURPOSE = "roster"
#: So many letters a page carries at most; a file of thousands of members goes in parts, or by command.
CARRIED = 3 * 1024 * 1024


@dataclass(frozen=True)
class Preview:
    """What a file would do. With a rejected cell it does nothing and cannot be confirmed.

    `sealed` is what the page carries to the confirmation, empty when there is nothing to confirm; `applied`
    says that it was done, `moved` that the stored roster is another one than was shown before.
    """

    rejected: list[Rejection] = field(default_factory=list)
    organizations: tuple[Change, ...] = ()
    members: tuple[Change, ...] = ()
    unchanged: int = 0
    ignored_columns: tuple[str, ...] = ()
    ignored_sheets: tuple[str, ...] = ()
    sealed: str = ""
    applied: bool = False
    moved: bool = False

    @property
    def created(self) -> int:
        """Return how many organizations and members are new."""
        return sum(change.is_new for change in (*self.organizations, *self.members))

    @property
    def updated(self) -> int:
        """Return how many organizations and members change."""
        return len(self.organizations) + len(self.members) - self.created


def preview(actor: Actor, data: bytes, filename: str, now: datetime) -> Preview:
    """Say what a file would change and which of its cells cannot be used; nothing is written.

    Raises:
        ServiceError: `invalid` when the file as a whole cannot be used, `forbidden` for those who lead
            nothing.
    """
    reach = require_reach(actor, now)
    if not data:
        raise invalid("roster_empty", f"文件「{filename[:60]}」是空的。", "请选择有内容的名册。")
    roster = parse(read_tables(data), civil_day(now))
    plan, outlook = _look(roster, _snapshot(roster), actor, reach, civil_day(now))
    return _preview(roster, plan, outlook, actor, now)


def confirm(actor: Actor, sealed: str, now: datetime) -> Preview:
    """Write what was shown, once; changes other than those shown are shown anew and not written.

    Raises:
        ServiceError: `stale` for what is too old, somebody else's, or was never shown.
    """
    reach = require_reach(actor, now)
    said = _opened(actor, sealed, now)
    roster = parse(_tables(said["sheets"]), civil_day(now))
    with transaction():
        lock_imports()
        snapshot = _snapshot(roster)
        plan, outlook = _look(roster, snapshot, actor, reach, civil_day(now))
        if roster.rejected or outlook.digest != said["digest"]:
            return _preview(roster, plan, outlook, actor, now, moved=True)
        write_plan(plan, actor, now)
        numbers = [each.person.number for each in plan.members]
        places_ahead.settle(numbers, now)
    return Preview(
        organizations=outlook.organizations,
        members=outlook.members,
        unchanged=outlook.unchanged,
        applied=True,
    )


def require_reach(actor: Actor, now: datetime) -> tuple[str, ...]:
    """Return the paths below which an actor keeps the roster.

    Raises:
        ServiceError: `forbidden` for those who keep none.
    """
    reach = prefixes(actor, LEADING | ABOVE, civil_day(now))
    if not reach:
        raise ServiceError(
            "forbidden", "名册由支部书记、支委或上级党务干部来维护。", "请联系他们。", kind="forbidden"
        )
    return reach


def _snapshot(roster: Roster) -> Snapshot:
    return read_snapshot(sorted({row.get("编号") for row in roster.rows[MEMBERS] if row.get("编号")}))


def _look(
    roster: Roster, snapshot: Snapshot, actor: Actor, reach: tuple[str, ...], today: date
) -> tuple[Plan, Outlook]:
    tree = check(roster, snapshot)
    check_reach(roster, snapshot, tree, reach)
    plan = Plan([], [], 0)
    if not roster.rejected:
        plan = make_plan(roster, snapshot, tree, today)
        check_plan(roster, plan, snapshot, reach, actor.member_id)
    return plan, tell(plan if not roster.rejected else Plan([], [], 0), snapshot)


def _preview(
    roster: Roster, plan: Plan, outlook: Outlook, actor: Actor, now: datetime, *, moved: bool = False
) -> Preview:
    sealed = "" if roster.rejected or not plan.writes else _sealed(roster, outlook, actor, now)
    return Preview(
        roster.sorted_rejections(),
        outlook.organizations,
        outlook.members,
        outlook.unchanged,
        tuple(roster.ignored_columns),
        tuple(roster.ignored_sheets),
        sealed,
        moved=moved,
    )


def _sealed(roster: Roster, outlook: Outlook, actor: Actor, now: datetime) -> str:
    said = {
        "by": actor.member_id,
        "until": seconds(now + _LIFE),
        "digest": outlook.digest,
        "sheets": _sheets(roster),
    }
    content = zlib.compress(json.dumps(said, ensure_ascii=False).encode(), 9)
    sealed = keyring.current().carry(content, _PURPOSE)
    if len(sealed) > CARRIED:
        raise invalid(
            "roster_too_large", "这份名册太长，一页带不过去。", "请按支部分几次上传，或请管理员用命令导入。"
        )
    return sealed


def _opened(actor: Actor, sealed: str, now: datetime) -> dict[str, Any]:
    content = keyring.current().carried(sealed, _PURPOSE)
    said: dict[str, Any] = json.loads(zlib.decompress(content)) if content is not None else {}
    if not said or said["by"] != actor.member_id or said["until"] < seconds(now):
        raise ServiceError("stale", "这份名册放得太久了，没有写入。", "请再选一次文件，核对后确认。")
    return said


def _sheets(roster: Roster) -> dict[str, Any]:
    """Return the rows as their cells would be typed again, at the places where they stand in the file."""
    found: dict[str, Any] = {}
    for sheet, rows in roster.rows.items():
        if rows:
            headers = [column.header for column in COLUMNS[sheet] if rows[0].has(column.header)]
            cells = [[row.number, *(_typed(row.get(header)) for header in headers)] for row in rows]
            found[sheet] = {"headers": headers, "rows": cells}
    return found


def _typed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Term):
        return value.label
    if isinstance(value, tuple):
        return "、".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _tables(sheets: dict[str, Any]) -> list[Table]:
    tables = []
    for name, sheet in sheets.items():
        rows: list[list[Cell]] = [list(sheet["headers"])]
        for number, *cells in sheet["rows"]:
            rows += [[""] * len(cells) for _ in range(number - len(rows) - 1)]
            rows.append(cells)
        tables.append(Table(name, rows))
    return tables
