"""Bringing the ledger of points to what the rules make of the facts: reversals and new lines (R62–R64).

Everything that changes a fact (a confirmation, a decided claim, a body's decision) calls `settle` in its own
transaction. It compares what should stand with what stands and writes the difference, so it may run again at
any time: where nothing differs it writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import Attendance, PointEntry, StudySession, database
from models.terms import PointSource, SessionState
from services import rulebook
from services.actor import Actor
from services.clock import civil_day, seconds
from services.points import facts, summaries, taking_part
from services.points.facts import Cause, Fact, Standing
from services.points.taking_part import Share
from services.policy.points import Counted, count
from services.policy.rates import THERE
from services.rulebook import PointRules
from services.statement import run
from services.transaction import transaction

#: So many members are settled together: a handful of statements for all of them, and flat memory.
CHUNK = 400
_INSERT_AT_ONCE = 300
_COLUMNS = (
    "member", "branch", "year", "quarter", "day", "points", "stated", "item", "source", "session", "claim",
    "decision", "reverses", "note", "rule", "edition", "confirmed_by", "created_at",
)  # fmt: skip
_POINTERS = frozenset({"member", "branch", "session", "claim", "decision", "reverses", "confirmed_by"})
_INSERT = (
    "INSERT INTO point_entry ("
    + ", ".join(name + "_id" if name in _POINTERS else name for name in _COLUMNS)
    + ") VALUES"
)
_MARKS = f"({', '.join('?' * len(_COLUMNS))})"
_GONE = {
    PointSource.BASE: "不再参加积分，冲回",
    PointSource.SESSION: "这次学习退回重核，先冲回",
    PointSource.CLAIM: "这份申报已冲销",
    PointSource.DEDUCT: "这项决定已撤回",
    PointSource.VETO: "这项决定已撤回",
}
_CHANGED = "登记有更正，冲回重记"
_REORDERED = "按事情发生的先后重新计算，冲回重记"


@dataclass(frozen=True)
class _Year:
    """What all members of one settlement share."""

    year: int
    rules: PointRules
    now: datetime
    actor: Actor


def settle(member_ids: Sequence[int], year: int, now: datetime, actor: Actor) -> int:
    """Bring the ledger of these members and points year to what the rules make of the facts.

    Returns:
        How many lines were written.
    """
    years = rulebook.current().point_years
    if year < years.first:
        return 0
    written = 0
    order = _Year(year, years.of_year(year), now, actor)
    ids = sorted(set(member_ids))
    with transaction():
        for at in range(0, len(ids), CHUNK):
            written += _settle_chunk(ids[at : at + CHUNK], order)
    return written


def settle_session(session: StudySession, actor: Actor, now: datetime) -> int:
    """Post a confirmed session's points, or take a reopened one's back, in the caller's transaction (R62)."""
    day = civil_day(session.starts_at)
    rules = rulebook.current().points(day)
    if rules.of_session(session.kind) is None:
        return 0
    if session.state is SessionState.CONFIRMED:
        place = Attendance.select(Attendance.member).where(
            Attendance.session == session, Attendance.status.in_(THERE)
        )
    else:
        place = PointEntry.select(PointEntry.member).where(PointEntry.session == session)
    members = [row[0] for row in place.tuples()]
    return settle(members, rulebook.current().point_years.year_of(day), now, actor)


def open_year(now: datetime) -> int:
    """Give the base of this points year, and what happened in it so far, to all who lack it (a daily job).

    So a year begins, a newcomer gets a share, and sessions confirmed before points were kept are caught up
    with. A base under another edition than the year's is replaced, and with it whatever that edition changes.

    Returns:
        For how many members something was written.
    """
    day = civil_day(now)
    years = rulebook.current().point_years
    year = years.year_of(day)
    if year < years.first:
        return 0
    lacking = taking_part.lacking(year, day)
    opened = 0
    for at in range(0, len(lacking), CHUNK):
        chunk = lacking[at : at + CHUNK]
        if settle(chunk, year, now, Actor("system")):
            opened += len(chunk)
    return opened


def _settle_chunk(ids: list[int], order: _Year) -> int:
    _lock(ids)
    stands = facts.standing(ids, order.year)
    events = facts.happened(ids, order.year, order.rules)
    lines: list[dict[str, Any]] = []
    for row in taking_part.rows(ids, order.year, civil_day(order.now)):
        mine = stands.get(row.id, {})
        begun = (PointSource.BASE, 0) in mine
        share = taking_part.share(row, order.year, civil_day(order.now), begun=begun)
        wanted = _wanted(share, events.get(row.id, []), order.rules) if share else []
        lines += _difference(row.id, row.branch_id, wanted, mine, order)
    _write(lines)
    if lines:
        touched = sorted({line["member"] for line in lines})
        since = min(line["quarter"] for line in lines)
        summaries.follow(touched, order.year, since, order.now)
    return len(lines)


def _write(lines: list[dict[str, Any]]) -> None:
    """Insert the lines by written-out statements: through the model a district's first day takes minutes."""
    for at in range(0, len(lines), _INSERT_AT_ONCE):
        part = lines[at : at + _INSERT_AT_ONCE]
        marks = ", ".join([_MARKS] * len(part))
        run(f"{_INSERT} {marks}", tuple(line[column] for line in part for column in _COLUMNS))


def _lock(ids: list[int]) -> None:
    """Let two settlements of a member wait for each other; check-ins only refer to members and go on."""
    if database.obj.server:
        marks = ", ".join("?" * len(ids))
        sql = f"SELECT id FROM member WHERE id IN ({marks}) ORDER BY id FOR NO KEY UPDATE"  # noqa: S608 - marks
        run(sql, tuple(ids)).fetchall()


def _wanted(share: Share, found: list[Fact], rules: PointRules) -> list[tuple[Fact, Counted]]:
    within = [fact for fact in found if share.begins <= fact.event.day <= share.ends]
    by_event = {fact.event: fact for fact in [facts.base(share.begins, rules), *within]}
    return [(by_event[counted.event], counted) for counted in count(by_event, facts.limits(rules))]


def _difference(
    member_id: int,
    branch_id: int,
    wanted: list[tuple[Fact, Counted]],
    stands: dict[Cause, Standing],
    order: _Year,
) -> list[dict[str, Any]]:
    """Return the lines to write for one member: each reversal right before what takes its place."""
    lines = []
    left = dict(stands)
    for fact, counted in wanted:
        line = left.pop(fact.cause, None)
        new = _line(member_id, branch_id, fact, counted, order)
        if line is not None and _same(line, new):
            continue
        if line is not None:
            why = _REORDERED if line.stated == new["stated"] else _CHANGED
            lines.append(_reversal(line, why, order))
        lines.append(new)
    gone = [_reversal(line, _GONE[PointSource(line.source)], order) for line in left.values()]
    return gone + lines


def _same(line: Standing, new: dict[str, Any]) -> bool:
    # The base alone is bound to its edition, so that a new edition finds out whom it has not reached yet.
    return (line.points, line.stated, line.item, line.note, line.day) == (
        new["points"],
        new["stated"],
        new["item"],
        new["note"],
        new["day"],
    ) and (new["source"] != PointSource.BASE or line.edition == new["edition"])


def _line(member_id: int, branch_id: int, fact: Fact, counted: Counted, order: _Year) -> dict[str, Any]:
    event = fact.event
    source, number = fact.cause
    return _row(order) | {
        "member": member_id,
        "branch": branch_id,
        "quarter": rulebook.current().point_years.quarter_of(event.day),
        "day": event.day.isoformat(),
        "points": counted.points,
        "stated": event.stated,
        "item": event.item,
        "source": source.value,
        "session": number if source is PointSource.SESSION else None,
        "claim": number if source is PointSource.CLAIM else None,
        "decision": number if source in {PointSource.DEDUCT, PointSource.VETO} else None,
        "reverses": None,
        "note": counted.note,
        "rule": "R63"
        if counted.note and source in {PointSource.SESSION, PointSource.CLAIM}
        else facts.RULES[source],
        "edition": order.rules.edition,
        "confirmed_by": fact.confirmed_by,
    }


def _reversal(line: Standing, why: str, order: _Year) -> dict[str, Any]:
    return _row(order) | {
        "member": line.member_id,
        "branch": line.branch_id,
        "quarter": line.quarter,
        "day": line.day,
        "points": -line.points,
        "stated": -line.stated,
        "item": line.item,
        "source": PointSource.REVERSAL.value,
        "session": line.session_id,
        "claim": line.claim_id,
        "decision": line.decision_id,
        "reverses": line.id,
        "note": why,
        "rule": facts.RULES[PointSource.REVERSAL],
        "edition": line.edition,
        "confirmed_by": order.actor.member_id,
    }


def _row(order: _Year) -> dict[str, Any]:
    return {"year": order.year, "created_at": seconds(order.now)}
