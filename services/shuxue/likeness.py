"""A hint to the writer alone: this passage also stands in another report of the branch, or in an own one.

It answers to the member while writing, blocks nothing, stores nothing and reaches nobody else. Whose the
other report is, it does not say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import fn

from models import Member, ReportCycle, ShuxueReport, ShuxueRevision
from models.terms import ReportState, View
from services import rulebook
from services.clock import civil_day
from services.policy import likeness as policy
from services.rulebook import ShuxueRules
from services.shuxue import reports

_HANDED_IN = (ReportState.SUBMITTED, ReportState.ACCEPTED, ReportState.REVIEWED, ReportState.CLOSED)


@dataclass(frozen=True)
class Hint:
    """A passage in the member's own words that stands elsewhere too.

    `share` is which part of the text does, in per cent; `own` says that it is the member's former report.
    """

    passage: str
    share: int
    own: bool


def hints(member: Member, cycle_key: str, view: View, text: str, now: datetime) -> tuple[Hint, ...]:
    """Return what is alike, at most one hint for others' and one for own former reports; () mostly.

    Args:
        member: who is writing; nobody else is ever told.
        cycle_key: the round.
        view: the view being written; a member who says the same in all views meets no hint.
        text: its present text, stored or not.
        now: this moment.

    Raises:
        ServiceError: `not_found` for a round that is not the member's.
    """
    del view  # Others' views are compared as a whole: a passage moved to another view is still the same.
    cycle = reports.round_of(member, cycle_key, now)
    rules = rulebook.current().shuxue(civil_day(now))
    mine = policy.cut(text[: rules.text_limit], rules.shingle)
    if len(mine.letters) < rules.likeness_from:
        return ()
    others, former = _others(cycle, member), _former(cycle, member)
    found = [
        _hint(mine, _texts(rows, rules), rules, own=own) for rows, own in ((others, False), (former, True))
    ]
    return tuple(hint for hint in found if hint is not None)


def _hint(mine: policy.Pieces, texts: Iterable[str], rules: ShuxueRules, *, own: bool) -> Hint | None:
    pieces = mine.all
    best: set[str] = set()
    for text in texts:
        found = policy.found_in(pieces, text, rules.shingle)
        best = found if len(found) > len(best) else best
    share = policy.share(best, pieces)
    if share < rules.likeness_share * 100:
        return None
    return Hint(policy.longest_passage(mine, best), share, own)


def _others(cycle: ReportCycle, member: Member) -> Any:
    return _latest().where(
        ShuxueReport.cycle == cycle,
        ShuxueReport.branch == member.branch_id,
        ShuxueReport.member != member,
        ShuxueReport.state.in_(_HANDED_IN),
    )


def _former(cycle: ReportCycle, member: Member) -> Any:
    return _latest().where(ShuxueReport.member == member, ShuxueReport.cycle != cycle)


def _latest() -> Any:
    """Select the newest submission of each report, the newest report first."""
    later = ShuxueRevision.alias()
    newest = later.select(fn.MAX(later.revision)).where(later.report == ShuxueReport.id)
    return (
        ShuxueRevision.select(ShuxueRevision.views)
        .join(ShuxueReport)
        .where(ShuxueRevision.revision == newest)
        .order_by(ShuxueReport.submitted_at.desc(), ShuxueReport.id.desc())
    )


def _texts(rows: Any, rules: ShuxueRules) -> Iterable[str]:
    """Yield each submission as one text, until so many reports or characters were given out."""
    left = rules.likeness_chars
    for (views,) in rows.limit(rules.likeness_compared).tuples():
        text = "\n".join(json.loads(views).values())
        left -= len(text)
        if left < 0:
            return
        yield text
