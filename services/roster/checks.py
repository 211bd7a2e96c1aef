"""What single cells cannot show: doubles, references, cycles, and days in their order.

A cell that is unusable itself is named once, where it stands; rows that refer to it are not blamed.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.terms import OrgKind
from services.roster.columns import MEMBERS, ORGANIZATIONS, Roster, Row
from services.roster.snapshot import Snapshot

#: What an organization of a kind may stand under.
_PARENTS: dict[OrgKind, frozenset[OrgKind]] = {
    OrgKind.COMMITTEE: frozenset({OrgKind.COMMITTEE}),
    OrgKind.GENERAL_BRANCH: frozenset({OrgKind.COMMITTEE}),
    OrgKind.BRANCH: frozenset({OrgKind.COMMITTEE, OrgKind.GENERAL_BRANCH}),
    OrgKind.GROUP: frozenset({OrgKind.BRANCH}),
}
#: A path of so many ids always fits into its column.
_LEVELS = 12


@dataclass(frozen=True)
class Place:
    """An organization as it will stand after the import; None where its row cannot be read."""

    code: str
    kind: OrgKind | None
    name: str | None
    parent: str | None
    row: Row | None = None


class Tree:
    """The organizations of the database with those of the file laid over them."""

    def __init__(self, roster: Roster, snapshot: Snapshot) -> None:
        """Lay the file's rows over the stored ones."""
        code_of = snapshot.code_of()
        self.places = {
            each.code: Place(each.code, each.kind, each.name, code_of.get(each.parent or 0))
            for each in snapshot.organizations.values()
        }
        #: Branches of which a group's row cannot be read; None stands for any branch.
        self.doubtful: set[str | None] = set()
        for row in roster.rows[ORGANIZATIONS]:
            self._lay(row)
        #: The codes of groups by (code of the branch, name).
        self.groups = {
            (place.parent, place.name): place.code
            for place in self.places.values()
            if place.kind is OrgKind.GROUP and place.parent and place.name
        }

    def _lay(self, row: Row) -> None:
        if row.bad:
            self.doubtful.add(row.get("上级代码"))
        if "代码" in row.bad:
            return
        code = row.get("代码")
        self.places[code] = Place(code, row.get("类型"), row.get("名称"), row.get("上级代码"), row)

    def kind(self, code: str | None) -> OrgKind | None:
        """Return the kind of an organization, None when nobody knows."""
        place = self.places.get(code or "")
        return place.kind if place else None

    def is_doubtful(self, branch: str) -> bool:
        """Whether a group missing from this branch may be one whose row cannot be read."""
        return None in self.doubtful or branch in self.doubtful


def check(roster: Roster, snapshot: Snapshot) -> Tree:
    """Add to the roster's rejections what only shows across rows, and return the tree of organizations."""
    for sheet, header in ((ORGANIZATIONS, "代码"), (MEMBERS, "编号")):
        _refuse_doubles(roster, sheet, header)
    tree = Tree(roster, snapshot)
    for row in roster.rows[ORGANIZATIONS]:
        _check_parent(roster, row, tree)
        _check_stored(roster, row, snapshot)
    _refuse_cycles(roster, tree)
    _refuse_double_groups(roster, tree)
    for row in roster.rows[MEMBERS]:
        if ORGANIZATIONS not in roster.broken:
            _check_branch(roster, row, tree)
        _check_days(roster, row)
        if row.get("流动起始") and row.get("流动去向") is None and row.has("流动去向"):
            roster.reject(row, "流动去向", "写了流动起始，没有写去向，请补上；没有外出就把两格都留空")
    return tree


def _refuse_doubles(roster: Roster, sheet: str, header: str) -> None:
    first: dict[str, int] = {}
    for row in roster.rows[sheet]:
        value = row.get(header)
        if value is None:
            continue
        if value in first:
            roster.reject(row, header, f"与第 {first[value]} 行重复，请改正{header}，或删去一行")
        first.setdefault(value, row.number)


def _check_parent(roster: Roster, row: Row, tree: Tree) -> None:
    kind, parent = row.get("类型"), row.get("上级代码")
    if "上级代码" in row.bad or kind is None:
        return
    if parent is None:
        if kind is OrgKind.GROUP:
            roster.reject(row, "上级代码", "党小组要写它所在党支部的代码")
        return
    if parent not in tree.places:
        roster.reject(row, "上级代码", f"没有代码为「{parent}」的党组织，请核对，或在本表补上这一行")
        return
    above = tree.kind(parent)
    if above is not None and above not in _PARENTS[kind]:
        fitting = "或".join(each.label for each in OrgKind if each in _PARENTS[kind])
        reason = f"{kind.label}的上级应是{fitting}，「{parent}」是{above.label}，请改正"
        roster.reject(row, "上级代码", reason)


def _check_stored(roster: Roster, row: Row, snapshot: Snapshot) -> None:
    stored = snapshot.organizations.get(row.get("代码") or "")
    if stored is None:
        return
    if row.get("类型") not in (None, stored.kind):
        roster.reject(row, "类型", f"已登记为{stored.kind.label}，类型不能改；请用新代码另写一行")
    parent = row.get("上级代码")
    if stored.kind is OrgKind.GROUP and parent not in (None, snapshot.code_of().get(stored.parent or 0)):
        roster.reject(row, "上级代码", "党小组不能换党支部；请在新支部下用新代码另写一行")


def _refuse_cycles(roster: Roster, tree: Tree) -> None:
    safe: set[str] = set()
    for row in roster.rows[ORGANIZATIONS]:
        trail: dict[str, None] = {}
        place = tree.places.get(row.get("代码") or "")
        while place is not None and place.code not in safe and place.code not in trail:
            trail[place.code] = None
            place = tree.places.get(place.parent or "")
        safe.update(trail)
        if place is not None and place.code in trail:
            _refuse_cycle(roster, row, tree, [*trail][[*trail].index(place.code) :])
        elif len(_line(tree, row.get("代码"))) == _LEVELS + 1:
            roster.reject(row, "上级代码", f"党组织最多 {_LEVELS} 层，请核对上级代码")


def _refuse_cycle(roster: Roster, row: Row, tree: Tree, loop: list[str]) -> None:
    rows = [place.row for place in map(tree.places.__getitem__, loop) if place.row is not None]
    if any("上级代码" in each.bad for each in rows):
        return
    chain = " → ".join([*loop[:5], *(["…"] if len(loop) > 5 else []), loop[0]])
    named = row if row in rows else min(rows, key=lambda each: each.number)
    roster.reject(named, "上级代码", f"上级绕成了一圈（{chain}），请改正其中一个上级代码")


def _line(tree: Tree, code: str | None) -> list[str]:
    line: list[str] = []
    while code is not None and code in tree.places and len(line) <= _LEVELS + 1:
        line.append(code)
        code = tree.places[code].parent
    return line


def _refuse_double_groups(roster: Roster, tree: Tree) -> None:
    first: dict[tuple[str, str], str] = {}
    for place in tree.places.values():
        if place.kind is not OrgKind.GROUP or not place.parent or not place.name:
            continue
        if place.row is not None and "上级代码" in place.row.bad:
            continue
        other = first.setdefault((place.parent, place.name), place.code)
        if other != place.code and (row := place.row or tree.places[other].row) is not None:
            roster.reject(row, "名称", f"同一支部里已有叫「{place.name}」的党小组，请换一个名称")


def _check_branch(roster: Roster, row: Row, tree: Tree) -> None:
    branch, group = row.get("支部代码"), row.get("党小组")
    if branch is None:
        return
    kind = tree.kind(branch)
    if branch not in tree.places:
        roster.reject(row, "支部代码", f"没有代码为「{branch}」的党支部，请核对，或在「党组织」表补上")
    elif kind is not None and kind is not OrgKind.BRANCH:
        roster.reject(row, "支部代码", f"「{branch}」是{kind.label}，请写党支部的代码")
    elif group is not None and (branch, group) not in tree.groups and not tree.is_doubtful(branch):
        roster.reject(row, "党小组", f"支部「{branch}」里没有这个党小组，请核对名称，没有党小组就留空")


def _check_days(roster: Roster, row: Row) -> None:
    joined, full, since = row.get("入党日期"), row.get("转正日期"), row.get("不作要求起始")
    if since is not None and row.has("不作硬性要求") and not row.get("不作硬性要求"):
        roster.reject(row, "不作要求起始", "写了不作要求起始，「不作硬性要求」请写「是」，或把这一格留空")
    if since is not None and joined is not None and since < joined:
        roster.reject(row, "不作要求起始", f"早于入党日期 {joined.isoformat()}，请核对这两个日期")
    if joined is not None and full is not None and full < joined:
        roster.reject(row, "转正日期", f"早于入党日期 {joined.isoformat()}，请核对这两个日期")
