"""What somebody may change by a file: the own branch, or what lies below the own committee (R100).

Who sits in which office is not decided by a file: that is a step of its own, with its own proof.
"""

from __future__ import annotations

from models.terms import OrgKind
from services.roster.checks import Tree
from services.roster.columns import MEMBERS, ORGANIZATIONS, Roster
from services.roster.plan import Plan
from services.roster.snapshot import Snapshot

_OUTSIDE = "不在您管理的范围里，请只留自己支部（或下级支部）的行"
_MOVING = "名册里没有这个人可以改：编号属于别的支部。要转入，请办「组织关系转接」；编号写错了，请改正"
_DUTIES = "职务和系统里的不一样。职务请到「职务和交接」里办，这里把它写得和系统一致，或去掉这一列"
_OWN = "自己的事不能自己办，请支部其他委员或上级党务干部来办"


def check_reach(roster: Roster, snapshot: Snapshot, tree: Tree, prefixes: tuple[str, ...]) -> None:
    """Reject the rows that speak of organizations and members beyond these paths of the tree."""
    reach = _Reach(snapshot, tree, prefixes)
    for row in roster.rows[ORGANIZATIONS]:
        code = row.get("代码")
        if code is not None and not reach.covers(code) and not reach.is_above(code):
            roster.reject(row, "代码", _OUTSIDE)
    for row in roster.rows[MEMBERS]:
        branch, stored = row.get("支部代码"), snapshot.members.get(row.get("编号") or "")
        if branch is not None and branch in tree.places and not reach.covers(branch):
            roster.reject(row, "支部代码", _OUTSIDE)
        elif stored is not None and not reach.has(stored.branch):
            roster.reject(row, "编号", _MOVING)


def check_plan(
    roster: Roster, plan: Plan, snapshot: Snapshot, prefixes: tuple[str, ...], own: int | None
) -> None:
    """Reject what a file may not change although it lies within reach: offices, oneself, one's own root."""
    roots = set(prefixes)
    by_code = {row.get("代码"): row for row in roster.rows[ORGANIZATIONS]}
    for each in plan.organizations:
        stored = snapshot.organizations.get(each.code)
        is_inside = stored is None or (stored.path not in roots and stored.path.startswith(prefixes))
        if not is_inside or (stored is None and each.kind is not OrgKind.GROUP and each.parent is None):
            roster.reject(
                by_code[each.code], "代码", "这个党组织的名称和隶属由上级来改，这里请写得和系统一致"
            )
    by_number = {row.get("编号"): row for row in roster.rows[MEMBERS]}
    for person in plan.members:
        changes, row = person.changes, by_number[person.person.number]
        if changes.roles or changes.new_roles:
            roster.reject(row, "党内职务", _DUTIES)
        is_own = person.stored is not None and person.stored.id == own
        if is_own and (changes.exemptions or changes.new_exemptions):
            roster.reject(row, "不作硬性要求", _OWN)


class _Reach:
    """Which organizations lie within some paths, also those that only the file knows."""

    def __init__(self, snapshot: Snapshot, tree: Tree, prefixes: tuple[str, ...]) -> None:
        self._snapshot, self._tree, self._prefixes = snapshot, tree, prefixes
        self._codes = snapshot.code_of()

    def has(self, organization: int) -> bool:
        return self.covers(self._codes[organization])

    def covers(self, code: str) -> bool:
        """Whether the organization, or what it shall hang under, lies within reach."""
        seen: set[str] = set()
        at: str | None = code
        while at is not None and at not in seen:
            stored = self._snapshot.organizations.get(at)
            if stored is not None:
                return stored.path.startswith(self._prefixes)
            seen.add(at)
            place = self._tree.places.get(at)
            at = None if place is None else place.parent
        return False

    def is_above(self, code: str) -> bool:
        """Whether the organization stands above the reach: its row may come along unchanged."""
        stored = self._snapshot.organizations.get(code)
        return stored is not None and any(path.startswith(stored.path) for path in self._prefixes)
