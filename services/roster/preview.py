"""What an import would change, in words: each row with the value before and the value after."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from services import keyring
from services.policy.cadence import exempt_words
from services.roster.periods import Changes
from services.roster.plan import MemberPlan, OrganizationPlan, Plan
from services.roster.snapshot import Snapshot, StoredMember

_LABELS = {
    "name": "姓名", "branch": "支部代码", "group": "党小组", "phone": "手机号", "category": "类别",
    "joined_on": "入党日期", "full_on": "转正日期",
}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """One value that changes: what it is called, what stands there now, and what will."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One row that becomes a new entry or changes one; `key` is its 代码 or 编号."""

    key: str
    name: str
    is_new: bool
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Outlook:
    """All that an import would change, organizations and members apart, each in the order of the file."""

    organizations: tuple[Change, ...]
    members: tuple[Change, ...]
    unchanged: int

    @property
    def digest(self) -> str:
        """Return what stands for exactly these changes: another roster meanwhile gives another one."""
        return hashlib.sha256(repr((self.organizations, self.members)).encode()).hexdigest()


def tell(plan: Plan, snapshot: Snapshot) -> Outlook:
    """Put a plan into words."""
    names = {code: each.name for code, each in snapshot.organizations.items()}
    names |= {each.code: each.name for each in plan.organizations}
    codes = snapshot.code_of()
    return Outlook(
        tuple(_organization(each, snapshot, codes) for each in plan.organizations),
        tuple(_member(each, codes, names) for each in plan.members),
        plan.rows - plan.created - plan.updated,
    )


def _organization(plan: OrganizationPlan, snapshot: Snapshot, codes: dict[int, str]) -> Change:
    stored = snapshot.organizations.get(plan.code)
    before: dict[str, Any] = {}
    if stored is not None:
        before = {
            "名称": stored.name, "上级代码": codes.get(stored.parent or 0), "领域": stored.sector,
            "设支委会": stored.has_committee, "不作要求的会议": "、".join(exempt_words(stored.exempt_from)),
        }  # fmt: skip
    after = {
        "名称": plan.name, "上级代码": plan.parent, "领域": plan.sector, "设支委会": plan.has_committee,
        "不作要求的会议": "、".join(exempt_words(plan.exempt_from)),
    }  # fmt: skip
    return Change(plan.code, plan.name, plan.is_new, _differences(before, after))


def _member(plan: MemberPlan, codes: dict[int, str], names: dict[str, str]) -> Change:
    after = {_LABELS[field]: getattr(plan.person, field) for field in _LABELS}
    after["手机号"] = _masked(plan.person.phone)
    after["党小组"] = names.get(plan.person.group or "")
    before = {} if plan.stored is None else _before(plan.stored, codes, names)
    found = _differences(before, after)
    # Two numbers may look alike once they are masked, and still differ.
    if "phone" in plan.fields and not any(each.label == "手机号" for each in found):
        found = (*found, Difference("手机号", before["手机号"], f"{after['手机号']}（换了号码）"))
    periods = _periods(plan.changes)
    return Change(plan.person.number, plan.person.name, plan.stored is None, found + periods)


def _before(stored: StoredMember, codes: dict[int, str], names: dict[str, str]) -> dict[str, Any]:
    return {
        "姓名": stored.name, "支部代码": codes[stored.branch],
        "党小组": names.get(codes.get(stored.group or 0, "")), "手机号": _masked(stored.phone),
        "类别": stored.category, "入党日期": stored.joined_on, "转正日期": stored.full_on,
    }  # fmt: skip


def _differences(before: dict[str, Any], after: dict[str, Any]) -> tuple[Difference, ...]:
    pairs = [(label, _shown(before.get(label)), _shown(value)) for label, value in after.items()]
    return tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])


def _periods(changes: Changes) -> tuple[Difference, ...]:
    found = []
    for duty in changes.new_roles:
        found.append(Difference("党内职务", "", f"{duty[2]}，{duty[3].isoformat()} 起"))
    for role in changes.roles:
        found.append(Difference("党内职务", role.title, _until(role.ends, role.starts)))
    for starts in changes.new_exemptions:
        found.append(Difference("不作硬性要求", "", f"{starts.isoformat()} 起"))
    for exemption in changes.exemptions:
        found.append(Difference("不作硬性要求", "是", _until(exemption.ends, exemption.starts)))
    for destination, since in changes.new_mobilities:
        found.append(Difference("流动去向", "", f"{destination}，{since.isoformat()} 起"))
    for trip, _ in changes.mobilities:
        found.append(Difference("流动去向", "", f"{trip.destination}，{_until(trip.until, trip.since)}"))
    return tuple(found)


def _until(ends: date | None, starts: date) -> str:
    return f"{starts.isoformat()} 起" if ends is None else f"到 {ends.isoformat()} 为止"


def _masked(sealed: str | None) -> str:
    plain = None if sealed is None else keyring.current().unseal(sealed)
    return "" if plain is None else masked(plain)


def masked(phone: str) -> str:
    """Return a phone number as lists show it: 138****0000 (F19)."""
    return f"{phone[:3]}****{phone[-4:]}"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(getattr(value, "label", value))
