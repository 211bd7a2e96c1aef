"""What waits: for a member on the own home, for a leader on the page of today. One query each; read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from models import Member
from models.terms import ReportState, Role
from services import rulebook
from services.access import ABOVE, HELPING, LEADING
from services.clock import civil_day, moment, seconds
from services.statement import run


class Waits(StrEnum):
    """What may wait for a member; the order is that of the page."""

    RETURNED = "returned"
    RECORDED = "recorded"
    VOICE = "voice"
    CLAIM = "claim"
    WRITING = "writing"
    MAKE_UP = "make_up"
    LEAVE = "leave"
    REFUSED_CLAIM = "refused_claim"
    ANSWER = "answer"


@dataclass(frozen=True)
class Item:
    """One thing that waits.

    `key` names it in an address, `title` says what it belongs to, `count` is how many there are, or for a
    述学 how many of its views hold text. `due` is the last day, `at` the moment of a session; `state` is
    what was decided about a leave.
    """

    kind: Waits
    key: str
    title: str
    state: str
    count: int
    due: date | None
    at: datetime | None


@dataclass(frozen=True)
class Posted:
    """What the branch says or asks at present: how many, and one of them by key and title (F09)."""

    count: int
    key: str
    title: str


@dataclass(frozen=True)
class MemberDesk:
    """What waits for a member, the points of the year in hundredths, and the roles that are held today.

    `score` is the sum of the ledger, None for a year without a line; `band` is its word (R68).
    """

    items: tuple[Item, ...]
    roles: frozenset[Role]
    score: int | None = None
    band: str | None = None
    notices: Posted | None = None
    surveys: Posted | None = None

    @property
    def leads(self) -> bool:
        """Whether the member has pages of a leader."""
        return bool(self.roles & (LEADING | ABOVE | {Role.GROUP_HEAD}))

    @property
    def helps(self) -> bool:
        """Whether the member writes down what others say (R42)."""
        return bool(self.roles & HELPING)

    @property
    def shuxue(self) -> Item | None:
        """Return the 述学 that most needs the member: returned, to be confirmed, then the earliest due."""
        return next((item for item in self.items if item.kind in _REPORTS), None)


#: How long a decision or an answer stands on the home; it stays on its own page for good.
_NEWS = timedelta(days=14)
_REPORTS = (Waits.RETURNED, Waits.RECORDED, Waits.WRITING)
#: What the branch says to all, and rows that are no things to do.
_POSTED = frozenset({"notice", "survey"})
_NO_ITEMS = _POSTED | {"role", "points"}
#: How a row of a report reads, by its state; other states wait for somebody else.
_OF_STATE = {
    ReportState.RETURNED: Waits.RETURNED,
    ReportState.RECORDED: Waits.RECORDED,
    ReportState.DRAFT: Waits.WRITING,
}

# Every part has the columns kind, key, title, state, count, day, moment; '' and 0 stand for nothing, so
# that both databases give a column one type in all parts. What was returned or written down in time waits
# for the member also after its round; a round not begun yet is none of those who are not required.
_FOR_MEMBER = """
SELECT 'report', c.key, c.title, r.state, 0, c.due, 0
FROM shuxue_report r JOIN report_cycle c ON c.id = r.cycle_id
WHERE r.member_id = ? AND r.state IN ('RETURNED', 'RECORDED')
UNION ALL
SELECT 'report', c.key, c.title, 'DRAFT',
 (SELECT COUNT(*) FROM shuxue_text t WHERE t.report_id = r.id AND t.body <> ''), c.due, 0
FROM report_cycle c LEFT JOIN shuxue_report r ON r.cycle_id = c.id AND r.member_id = ?
WHERE c.organization_id IN ({above}) AND c.state = 'OPEN' AND c.opens <= ? AND c.due >= ?
 AND (r.state = 'DRAFT' OR (r.id IS NULL AND NOT EXISTS (SELECT 1 FROM exemption x
  WHERE x.member_id = ? AND x.starts <= c.due AND (x.ends IS NULL OR x.ends >= c.due))))
UNION ALL
SELECT 'voice', MIN(c.key), MIN(c.title), '', COUNT(*), '', 0 FROM voice_note v
JOIN shuxue_report r ON r.id = v.report_id JOIN report_cycle c ON c.id = r.cycle_id
WHERE r.member_id = ? AND v.state = 'WRITTEN'
UNION ALL
SELECT 'claim', MIN(p.key), '', '', COUNT(*), '', 0 FROM point_claim p
WHERE p.member_id = ? AND p.state = 'RETURNED'
UNION ALL
SELECT 'refused_claim', MIN(p.key), '', '', COUNT(*), '', 0 FROM point_claim p
WHERE p.member_id = ? AND p.state = 'REFUSED' AND p.decided_at >= ?
UNION ALL
SELECT 'make_up', MIN(u.key), '', '', COUNT(*), MIN(u.due), 0 FROM make_up u
WHERE u.member_id = ? AND u.state IN ('OWED', 'RETURNED')
UNION ALL
SELECT 'leave', l.key, s.title, l.state, 1, '', s.starts_at FROM leave l
JOIN study_session s ON s.id = l.session_id
WHERE l.member_id = ? AND l.state IN ('APPROVED', 'REFUSED') AND l.decided_at IS NOT NULL
 AND s.ends_at >= ? AND s.state <> 'CANCELLED'
UNION ALL
SELECT 'answer', MIN(f.key), '', '', COUNT(*), '', 0 FROM feedback f
WHERE f.member_id = ? AND f.state = 'ANSWERED' AND f.answered_at >= ?
UNION ALL
SELECT 'notice', MIN(n.key), MIN(n.title), '', COUNT(*), '', 0 FROM branch_notice n
WHERE n.organization_id IN ({mine}) AND n.until >= ? AND n.withdrawn_at IS NULL
UNION ALL
SELECT 'survey', MIN(v.key), MIN(v.title), '', COUNT(*), '', 0 FROM survey v
WHERE v.organization_id IN ({mine}) AND v.until >= ? AND v.state = 'OPEN'
 AND NOT EXISTS (SELECT 1 FROM survey_ticket k WHERE k.survey_id = v.id AND k.member_id = ?)
UNION ALL
SELECT 'points', '', '', '', COUNT(*), '', COALESCE(SUM(e.points), 0) FROM point_entry e
WHERE e.member_id = ? AND e.year = ?
UNION ALL
SELECT 'role', '', '', r.role, 1, '', 0 FROM role_period r
WHERE r.member_id = ? AND r.starts <= ? AND (r.ends IS NULL OR r.ends >= ?)
"""


def for_member(member: Member, now: datetime) -> MemberDesk:
    """Return what waits for a member, in the order of `Waits`, in one query whatever the history's length."""
    today, since = civil_day(now).isoformat(), seconds(now - _NEWS)
    years = rulebook.current().point_years
    year = years.year_of(civil_day(now))
    above = [int(part) for part in member.branch.path.split(".") if part]
    mine = [*above, member.group_id] if member.group_id else above
    who = member.id
    params = (who, who, *above, today, today, who, who, who, who, since, who, who, seconds(now))
    rows = run(
        _FOR_MEMBER.format(above=", ".join("?" * len(above)), mine=", ".join("?" * len(mine))),
        (*params, who, since, *mine, today, *mine, today, who, who, year, who, today, today),
    ).fetchall()
    roles = frozenset(Role(row[3]) for row in rows if row[0] == "role")
    score = next((row[6] for row in rows if row[0] == "points" and row[4]), None)
    items = [_item(row) for row in rows if row[0] not in _NO_ITEMS and (row[4] or row[5])]
    order = list(Waits)
    items.sort(key=lambda item: (order.index(item.kind), item.due or date.min, item.key))
    band = None if score is None else years.of_year(year).band(int(score))
    posted = {row[0]: Posted(int(row[4]), row[1], row[2]) for row in rows if row[0] in _POSTED and row[4]}
    return MemberDesk(
        items=tuple(items),
        roles=roles,
        score=None if score is None else int(score),
        band=band,
        notices=posted.get("notice"),
        surveys=posted.get("survey"),
    )


def _item(row: tuple[Any, ...]) -> Item:
    """Read one row; a sum over no rows has neither count nor day and is not passed here."""
    kind, key, title, state, count, day, at = row
    which = _OF_STATE[ReportState(state)] if kind == "report" else Waits(kind)
    due = date.fromisoformat(day) if day else None
    return Item(which, key, title, state, count, due, moment(int(at)) if at else None)
