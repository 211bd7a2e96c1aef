"""What a line of the audit log says besides the act: ids and states in words, for a page at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from models import AuditLog, Member, Organization
from models.terms import AttendanceStatus, ConfirmedBy, ExemptionKind, HostState, Role, Term
from services import spoken
from services.clock import civil_day, moment
from services.offices import Via

#: So many names stand in one line; the others are counted.
_NAMED = 12
#: Columns of the roster as its headers call them.
_FIELDS = {
    "number": "编号", "name": "姓名", "branch": "支部", "group": "党小组", "phone": "手机号",
    "category": "类别", "joined_on": "入党日期", "full_on": "转正日期", "roles": "职务",
    "exemption": "不作要求", "mobility": "流动",
}  # fmt: skip
_TABLES = {
    "attendance": "到会情况", "branch_year": "支部这一年", "calling": "电话名单", "hours": "学时",
    "points": "积分", "shuxue": "述学", "roster": "名册", "year": "本人的这一年",
}  # fmt: skip
_DAYS = {"since": "从{}起", "last": "到{}为止", "day": "{}", "before": "原来{}", "after": "改为{}"}
_VIA = {Via.TRANSFER: "随组织关系转出", Via.LEAVING: "随离开名册", Via.IMPORT: "按导入的名册"}
_WHO = {"members", "former", "successor"}
#: action → the closed list of its `kind` or `state`; of other actions these stay unsaid.
_TERMS: dict[tuple[str, str], type[Term]] = {
    ("exemption.given", "kind"): ExemptionKind,
    ("mobility.hosted", "state"): HostState,
    ("report.recorded", "confirmed"): ConfirmedBy,
}
_ROLE_KEYS = {"role": Role, "status": AttendanceStatus}


class Details:
    """Reads the details of a page of lines; names of members and organizations are asked for once."""

    def __init__(
        self, rows: Sequence[AuditLog], now: datetime, *, names: bool, subjects: bool = False
    ) -> None:
        """Look up what the lines name.

        Args:
            rows: the lines.
            now: this moment, by which days are written with or without their year.
            names: whether members are named; the member's own view names nobody else.
            subjects: whether each line says whom it is about, where a page holds lines about several.
        """
        self._year, self._names = civil_day(now).year, names
        self.read = {row.id: _opened(row.detail) for row in rows}
        every = list(self.read.values())
        wanted = {each for detail in every for key in _WHO for each in _ids(detail.get(key))}
        if subjects:
            wanted |= {int(row.subject) for row in rows if _is_member(row)}
        self._subjects = subjects
        self._known = _named(Member.select(Member.id, Member.name), Member.id, wanted) if names else {}
        places = {
            each
            for detail in every
            for key in ("organization", "branch", "host")
            for each in _ids(detail.get(key))
        }
        codes = {each for detail in every if isinstance(each := detail.get("organization"), str)}
        self._named = _named(Organization.select(Organization.id, Organization.name), Organization.id, places)
        self._named |= _named(
            Organization.select(Organization.code, Organization.name), Organization.code, codes
        )

    def of(self, row: AuditLog) -> tuple[str, ...]:
        """Return the words for one line, in the order in which people read them."""
        detail = self.read[row.id]
        parts = (self._people, self._places, self._days, self._plain)
        about = self._known.get(int(row.subject), "") if self._subjects and _is_member(row) else ""
        said = [about, *self._terms(row.action, detail), *(word for part in parts for word in part(detail))]
        return tuple(word for word in said if word)

    def _terms(self, action: str, detail: dict[str, Any]) -> Iterable[str]:
        """Say states and kinds by their closed lists."""
        for key, terms in _ROLE_KEYS.items():
            yield _label(terms, detail.get(key))
        for (of, key), terms in _TERMS.items():
            if of == action:
                yield _label(terms, detail.get(key))

    def _people(self, detail: dict[str, Any]) -> Iterable[str]:
        """Name the members, or count them."""
        for key, word in (("members", ""), ("former", "原书记 "), ("successor", "新书记 ")):
            ids = _ids(detail.get(key))
            if not ids:
                continue
            known = [self._known[each] for each in ids if each in self._known]
            if not self._names or not known:
                yield f"{len(ids)} 位同志" if key == "members" else ""
                continue
            more = f"等 {len(ids)} 位同志" if len(known) > _NAMED else ""
            yield word + "、".join(known[:_NAMED]) + more

    def _places(self, detail: dict[str, Any]) -> Iterable[str]:
        """Name the organizations."""
        for key in ("organization", "host"):
            yield self._named.get(detail.get(key), "")
        both = [self._named.get(each, "") for each in _ids(detail.get("branch"))]
        yield "到".join(both) if all(both) else ""

    def _days(self, detail: dict[str, Any]) -> Iterable[str]:
        """Say the days and moments."""
        for key, words in _DAYS.items():
            day = _day(detail.get(key))
            yield words.format(spoken.full_day(day, self._year)) if day else ""
        starts, ends = _day(detail.get("starts")), _day(detail.get("ends"))
        yield f"从{spoken.full_day(starts, self._year)}起" if starts else ""
        yield f"到{spoken.full_day(ends, self._year)}为止" if ends else ""
        if isinstance(detail.get("was"), int) and isinstance(detail.get("starts"), int):
            was, is_ = (spoken.exact_moment(moment(detail[key])) for key in ("was", "starts"))
            yield f"{was} 改为 {is_}" if was != is_ else ""

    def _plain(self, detail: dict[str, Any]) -> Iterable[str]:
        """Say what is true or not, which fields changed, which table was taken."""
        changed = [_FIELDS[each] for each in _list(detail.get("changed")) if each in _FIELDS]
        yield "、".join(changed)
        yield _TABLES.get(str(detail.get("table")), "")
        yield _VIA[Via(detail["via"])] if detail.get("via") in set(Via) else ""
        yield f"第 {detail['revision']} 次" if isinstance(detail.get("revision"), int) else ""
        for key, word in (("printed", "印在身份卡上"), ("deceased", "去世"), ("abroad", "在国（境）外")):
            yield word if detail.get(key) is True else ""


def _is_member(row: AuditLog) -> bool:
    return bool(row.subject_kind == "member" and row.subject.isascii() and row.subject.isdigit())


def _opened(stored: str | None) -> dict[str, Any]:
    found = json.loads(stored) if stored else {}
    return found if isinstance(found, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _ids(value: Any) -> list[int]:
    return [each for each in _list(value) if isinstance(each, int) and not isinstance(each, bool)]


def _label(terms: type[Term], value: Any) -> str:
    return terms(value).label if isinstance(value, str) and value in set(terms) else ""


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _named(query: Any, column: Any, wanted: set[Any]) -> dict[Any, str]:
    # One page holds few lines, but a roll call of everybody may name as many as a branch has.
    return dict(query.where(column.in_(sorted(wanted)[:5_000])).tuples()) if wanted else {}
