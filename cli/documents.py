"""The JSON documents of CONTRACT.md, built from what services return."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models import Member
from models.terms import SessionState
from services import addresses, binding, hours, points
from services.binding import IssuedCode
from services.clock import ZONE
from services.points import PointsView
from services.policy.amounts import text
from services.roll import attendance
from services.roll.attendance import Roll
from services.roster import RosterResult
from services.shuxue import cycles

Document = dict[str, Any]


def iso(at: datetime | None) -> str | None:
    """Write a moment in civil time with its offset, to the second."""
    return None if at is None else at.astimezone(ZONE).isoformat(timespec="seconds")


def session(roll: Roll, now: datetime) -> Document:
    """Describe a session; `code` are the digits of this moment, `scene` what the SCAN event carries."""
    held = roll.session
    return {
        "id": held.key,
        "state": roll.state,
        "title": held.title,
        "kind": held.kind,
        "start": iso(held.starts_at),
        "end": iso(held.ends_at),
        "credit_hours": text(held.credit),
        "scene": attendance.scene(held),
        "code": attendance.code_now(held, now),
        "due": roll.due,
        "present": roll.present,
        "rate": None if roll.rate is None else str(roll.rate),
        "attendance": [
            {"member": place.number, "status": place.status, "source": place.source, "at": iso(place.at)}
            for place in roll.places
        ],
        "screen": addresses.screen_path(held),
    }


def member(person: Member, year: int, now: datetime) -> Document:
    """Describe a member's year, entries oldest first."""
    view = hours.view(person, year, now)
    return {
        "number": person.number,
        "name": person.name,
        "branch": person.branch.code,
        "bound": binding.is_bound(person),
        "hours": {
            "required": None if view.required is None else text(view.required),
            "offered": text(view.offered),
            "credited": text(view.credited),
            "planned": text(view.planned),
            "flag": view.flag,
        },
        "entries": [_entry(line) for line in reversed(hours.lines(person, year))],
        "points": _points(points.view(person, year, now)),
        "shuxue": _reports(person, year, now),
    }


def _reports(person: Member, year: int, now: datetime) -> list[Document]:
    return [
        {"cycle": mine.cycle.key, "state": mine.report.state, "channel": mine.report.channel}
        for mine in cycles.of_member(person, now)
        if mine.report is not None and mine.cycle.year == year
    ]


def _entry(line: hours.Line) -> Document:
    return {
        "date": line.day.isoformat(),
        "hours": text(line.hours),
        "source": line.source,
        "session": line.session_key,
        "reason": line.reason,
    }


def _points(view: PointsView) -> Document:
    return {
        "year": view.year,
        "in_scope": view.in_scope,
        "score": text(view.score),
        "band": view.band,
        "entries": [
            {
                "date": line.day.isoformat(),
                "points": text(line.points),
                "item": line.item,
                "source": line.source,
                "note": line.note,
            }
            for line in reversed(view.lines)
        ],
    }


def issued(code: IssuedCode, with_scene: bool) -> Document:
    """Describe a binding code; a card's scene is what its QR carries."""
    document: Document = {"member": code.member.number, "code": code.code, "expires_at": iso(code.expires_at)}
    return document | {"scene": code.scene} if with_scene else document


def roster(result: RosterResult) -> Document:
    """Describe an import."""
    return {
        "applied": result.applied,
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "rejected": [
            {
                "sheet": each.sheet,
                "row": each.row,
                "column": each.column,
                "value": each.value,
                "reason": each.reason,
            }
            for each in result.rejected
        ],
        "ignored_columns": result.ignored_columns,
        "ignored_sheets": result.ignored_sheets,
    }


def session_text(roll: Roll, now: datetime) -> str:
    """Describe a session to a person, in a few lines."""
    held = roll.session
    start = held.starts_at.astimezone(ZONE)
    rate = "" if roll.rate is None else f"，到会率 {roll.rate}%"
    lines = [
        f"{held.title}（{held.kind.label}，{roll.state.label}）编号 {held.key}",
        f"{start:%Y-%m-%d %H:%M} 开始，{text(held.credit)} 学时；应到 {roll.due}，实到 {roll.present}{rate}",
    ]
    if roll.state in {SessionState.PUBLISHED, SessionState.OPEN}:
        lines.append(f"现在的签到数字 {attendance.code_now(held, now)}；会场屏 {addresses.screen_path(held)}")
    lines += [f"  {place.number} {place.name} {place.status.label}" for place in roll.places]
    return "\n".join(lines)
