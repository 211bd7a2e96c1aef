"""A round of 述学 by name: the states and, when asked for, what was handed in, word for word."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models import Member, ShuxueReport, ShuxueRevision
from models.terms import ReportChannel, ReportState, View
from services import scope
from services.access import LEADING
from services.actor import Actor
from services.clock import civil_day
from services.shuxue import standing
from services.transaction import transaction

#: What has been handed in; a draft is its member's alone.
_SENT = frozenset({
    ReportState.SUBMITTED,
    ReportState.RETURNED,
    ReportState.ACCEPTED,
    ReportState.REVIEWED,
    ReportState.CLOSED,
})  # fmt: skip


@dataclass(frozen=True)
class Report:
    """One member in a round; `views` are the words of the newest submission, empty without one."""

    group: str | None
    name: str
    number: str
    state: ReportState | None
    channel: ReportChannel | None
    submitted_at: datetime | None
    views: dict[View, str]


@dataclass(frozen=True)
class ReportsTable:
    """A branch in a round, by group and name; `texts` says whether the words were asked for."""

    branch: str
    title: str
    texts: bool
    rows: tuple[Report, ...]


def of_round(actor: Actor, cycle_key: str, code: str | None, texts: bool, now: datetime) -> ReportsTable:
    """Return everybody of a branch in a round.

    Raises:
        ServiceError: `not_found` for another branch, an unknown round, and one that is not the branch's.
    """
    today = civil_day(now)
    cycle = standing.reached(actor, cycle_key, LEADING, now).cycle
    branch = scope.branch_of(actor, code, today)
    with transaction():
        rows = [
            row for row in _rows(branch, cycle.id, today) if branch.path.startswith(cycle.organization.path)
        ]
        words = _words([row[3] for row in rows if row[3] and row[4] in _SENT]) if texts else {}
        found = tuple(
            Report(group, name, number, state, channel, at, words.get(report, {}))
            for group, name, number, report, state, channel, at in rows
        )
        scope.note(actor, now, "shuxue", branch, cycle=cycle.key, texts=texts)
    return ReportsTable(branch.name, cycle.title, texts, found)


def _rows(branch: Any, cycle_id: int, today: date) -> list[tuple[Any, ...]]:
    query = (
        scope.members(
            branch,
            today,
            today,
            scope.GROUP.name,
            Member.name,
            Member.number,
            ShuxueReport.id,
            ShuxueReport.state,
            ShuxueReport.channel,
            ShuxueReport.submitted_at,
        )
        .switch(Member)
        .left_outer_join(
            ShuxueReport, on=((ShuxueReport.member == Member.id) & (ShuxueReport.cycle == cycle_id))
        )
    )
    return list(query.tuples())


def _words(reports: list[int]) -> dict[int, dict[View, str]]:
    """Return the newest submission of each report."""
    query = (
        ShuxueRevision.select(ShuxueRevision.report, ShuxueRevision.views)
        .where(ShuxueRevision.report.in_(reports))
        .order_by(ShuxueRevision.revision)
    )
    found = {}
    for report, stored in query.tuples():
        loaded = json.loads(stored)
        found[report] = {view: str(loaded.get(view.value, "")) for view in View}
    return found
