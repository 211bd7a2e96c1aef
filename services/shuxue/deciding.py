"""The branch reads what was handed in, accepts it, or gives it back with a reason (R41, R100)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import Member, Organization, ReportCycle, ShuxueReport
from models.terms import ReportState
from services import audit, deciders
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, not_found
from services.people import member_by_number
from services.policy import shuxue as policy
from services.policy.shuxue import Act
from services.shuxue import draft, reports
from services.shuxue.draft import Draft
from services.transaction import transaction
from services.words import words

__all__ = ["Draft", "Waiting", "accept", "give_back", "read", "waiting"]

#: No list of a page is longer than this; what is decided makes room for the rest.
_PAGE = 300
#: What has been handed in and not taken back; a draft is its member's alone.
_READABLE = frozenset(
    {
        ReportState.SUBMITTED,
        ReportState.RETURNED,
        ReportState.ACCEPTED,
        ReportState.REVIEWED,
        ReportState.CLOSED,
    }
)


@dataclass(frozen=True)
class Waiting:
    """A report that waits for the branch; without its text, so that a list tells nothing."""

    cycle: ReportCycle
    number: str
    name: str
    group: str | None
    state: ReportState
    submitted_at: datetime


def waiting(actor: Actor, now: datetime) -> list[Waiting]:
    """Return the reports that an actor may accept, by last day and name, never the own one (F02)."""
    branch, group = Organization.alias(), Organization.alias()
    reach = deciders.lying_on(deciders.desk(actor, civil_day(now)), branch, group)
    if reach is None:
        return []
    rows = (
        ShuxueReport.select(
            ShuxueReport.cycle, Member.number, Member.name, group.name, ShuxueReport.submitted_at
        )
        .join(ReportCycle)
        .switch(ShuxueReport)
        .join(Member, on=(ShuxueReport.member == Member.id))
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(ShuxueReport.state == ReportState.SUBMITTED, reach)
        .order_by(ReportCycle.due, ReportCycle.id, Member.name, Member.number)
        .limit(_PAGE)
        .tuples()
    )
    found = list(rows)
    known = {
        cycle.id: cycle
        for cycle in ReportCycle.select(ReportCycle, Organization)
        .join(Organization)
        .where(ReportCycle.id.in_(list({row[0] for row in found})))
    }
    return [
        Waiting(known[cycle], number, name, group_name, ReportState.SUBMITTED, at)
        for cycle, number, name, group_name, at in found
    ]


def read(actor: Actor, cycle_key: str, number: str, now: datetime) -> Draft:
    """Return what a member has handed in, word for word, to somebody who decides on it.

    While a report is being mended this is the submission that was given back; a draft nobody else reads.

    Raises:
        ServiceError: `not_found` for outsiders, and for what was not handed in; `own` for the own report.
    """
    cycle, member = _matter(actor, cycle_key, number, now)
    return draft.sent(cycle, member, _handed_in(reports.of(cycle, member), member), now)


def accept(actor: Actor, cycle_key: str, number: str, now: datetime) -> Draft:
    """Accept a report; a second press gives the same answer.

    Raises:
        ServiceError: `wrong_state` when it was given back or taken back meanwhile, and as in `read`.
    """
    return _decide(actor, cycle_key, number, None, now)


def give_back(actor: Actor, cycle_key: str, number: str, reason: str, now: datetime) -> Draft:
    """Give a report back with words that say what is still wanted; a second press gives the same answer.

    Raises:
        ServiceError: `text` without a reason or with too long a one, `wrong_state` when it was accepted or
            taken back meanwhile, and as in `read`.
    """
    why = words(reason, 200, "退回的原因")
    return _decide(actor, cycle_key, number, why, now)


def _decide(actor: Actor, cycle_key: str, number: str, reason: str | None, now: datetime) -> Draft:
    """Accept a report, or give it back when there is a reason to."""
    act, target = (Act.ACCEPT, ReportState.ACCEPTED)
    if reason is not None:
        act, target = (Act.GIVE_BACK, ReportState.RETURNED)
    with transaction():
        cycle, member = _matter(actor, cycle_key, number, now)
        report = _handed_in(reports.held(cycle, member), member)
        if report.state is target:
            return draft.sent(cycle, member, report, now)
        after = policy.after(act, report.state)
        if after is None:
            raise ServiceError(
                "wrong_state", f"{member.name}的这份述学{_STANDS[report.state]}。", "请刷新后再看。"
            )
        report.state, report.reason = after, reason
        report.decided_at, report.decided_by = now, actor.member_id
        report.save()
        done = "report.accepted" if act is Act.ACCEPT else "report.returned"
        audit.record(actor, now, done, "report", report.id, revision=report.revision)
        return draft.sent(cycle, member, report, now)


_STANDS = {
    ReportState.SUBMITTED: "等支部看",
    ReportState.RETURNED: "已经退回，等本人补充",
    ReportState.ACCEPTED: "支部已经收下",
    ReportState.REVIEWED: "已经评学",
    ReportState.CLOSED: "已经归档",
}


def _matter(actor: Actor, cycle_key: str, number: str, now: datetime) -> tuple[ReportCycle, Member]:
    """Return the round and the member, for those who decide on this member."""
    member = member_by_number(number)
    deciders.require_decider(actor, member, civil_day(now))
    # Another branch's round reads like an unknown one.
    return reports.round_of(member, cycle_key, now), member


def _handed_in(report: ShuxueReport | None, member: Member) -> ShuxueReport:
    if report is None or report.state not in _READABLE:
        raise not_found(f"{member.name}提交的这份述学", "可能还没有提交，或者本人已经收回。")
    return report
