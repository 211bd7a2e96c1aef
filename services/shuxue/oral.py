"""Somebody writes down what a member says, in person or on the phone; the member agrees (R42, ORAL_PROXY)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from models import Exemption, Member, Organization, ReportCycle, ShuxueReport
from models.terms import ConfirmedBy, CycleState, ReportChannel, ReportState, Role, View
from services import audit, rulebook, tree
from services.access import HELPING, LEADING, prefixes, require_helper
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid, not_found
from services.people import member_by_number
from services.periods import active, holds
from services.policy import shuxue as policy
from services.policy.shuxue import Act
from services.shuxue import cycles, draft, reports, writing
from services.shuxue.draft import Draft, Text
from services.shuxue.helpers import appoint, dismiss
from services.transaction import transaction

__all__ = ["Draft", "Person", "appoint", "confirm", "dismiss", "look", "people", "record"]

#: A branch has some twenty members; a list longer than this is nobody's sitting.
_PAGE = 300
_BY_HAND = frozenset({ConfirmedBy.IN_PERSON, ConfirmedBy.PHONE})


@dataclass(frozen=True)
class Person:
    """Somebody whom the actor may write down for; `state` is None before a report was begun."""

    number: str
    name: str
    group: str | None
    suggested: bool
    state: ReportState | None


def people(actor: Actor, cycle_key: str, now: datetime) -> list[Person]:
    """Return the members of a round whom an actor may write down for: the suggested first, then by name.

    Raises:
        ServiceError: `not_found` for a round in which there is nobody.
    """
    cycle, today = cycles.find(cycle_key), civil_day(now)
    branch, group = Organization.alias(), Organization.alias()
    reach = _reach(actor, branch, group, now)
    if reach is None:
        raise not_found("这一轮述学")
    exempt = Exemption.select(Exemption.member).where(holds(Exemption, cycle.due))
    rows = (
        Member.select(
            Member.number,
            Member.name,
            group.name,
            Member.category,
            Member.id.in_(exempt),
            ShuxueReport.state,
        )
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .switch(Member)
        .left_outer_join(
            ShuxueReport, on=((ShuxueReport.member == Member.id) & (ShuxueReport.cycle == cycle.id))
        )
        .where(
            branch.path.startswith(cycle.organization.path),
            reach,
            active(today),
        )
        .order_by(Member.name, Member.number)
        .limit(_PAGE)
        .tuples()
    )
    found = [_person(cycle, row, now) for row in rows]
    if not found:
        raise not_found("这一轮述学")
    return sorted(found, key=lambda each: not each.suggested)


def look(actor: Actor, cycle_key: str, number: str, now: datetime) -> Draft:
    """Return a member's report for those who write it down; what the member writes alone stays unread.

    Raises:
        ServiceError: `not_found` for outsiders, `own` for the own report.
    """
    cycle, member = _matter(actor, cycle_key, number, now)
    return _seen(cycle, member, reports.of(cycle, member), now)


def record(  # noqa: PLR0917 - who, which round, whose, what, with which yes, when: all of them always
    actor: Actor,
    cycle_key: str,
    number: str,
    texts: Mapping[View, str],
    confirmed: ConfirmedBy | None,
    now: datetime,
    *,
    versions: Mapping[View, int] | None = None,
) -> Draft:
    """Write down what a member said; with the member's yes it is handed in at once.

    One view with some words is enough (R41). What the member has written alone is never replaced: with
    the member's yes the words come below it, without it they are refused.

    Args:
        actor: who writes it down.
        cycle_key: the round.
        number: the member's number.
        texts: the whole text of each view; views that are not named stay as they are.
        confirmed: how the member agreed, IN_PERSON or PHONE; None leaves it to the member's own phone.
        now: this moment.
        versions: what the page was shown; a view that was changed since is refused.

    Raises:
        ServiceError: `empty` without any words, `own_words`, `changed`, `over`, `too_long`, or why it cannot
            be now; `not_found` for outsiders. Nothing changes then.
    """
    if confirmed is not None and confirmed not in _BY_HAND:
        raise invalid("confirmed", "还没有选本人是怎么同意的。", "请选「当面」或「电话」；也可以等本人确认。")
    said = {view: reports.clean(text, now) for view, text in texts.items()}
    with transaction():
        cycle, member = _matter(actor, cycle_key, number, now)
        found = reports.of(cycle, member)
        if found is not None and _same_again(found, said):
            return _seen(cycle, member, found, now)
        _require_open(cycle, member, found, now)
        report = reports.begun(cycle, member, ReportChannel.ORAL_PROXY, now)
        # Between the two the member may have begun to write, or handed in.
        _require_open(cycle, member, report, now)
        own_words = _has_own_words(report)
        if own_words and confirmed is None:
            raise ServiceError(
                "own_words",
                f"{member.name}同志自己已经写了一部分。",
                "请他接着写；要由您代录，请念给他听，他同意后选「当面」或「电话」。",
            )
        _keep_all(report, said, versions, below=own_words, now=now)
        _mark_recorded(report, actor, now)
        if confirmed is not None:
            reports.hand_in(report, cycle, actor.member_id, confirmed, now)
        audit.record(actor, now, "report.recorded", "report", report.id, confirmed=confirmed)
        return _seen(cycle, member, report, now)


def _mark_recorded(report: ShuxueReport, actor: Actor, now: datetime) -> None:
    if not any(reports.words_of(report).values()):
        raise invalid("empty", "还没有写下内容。", "请写下他说的，几句就行。")
    report.channel, report.recorded_by = ReportChannel.ORAL_PROXY, actor.member_id
    report.state, report.changed_at = ReportState.RECORDED, now
    report.confirmed_how = report.confirmed_at = None
    report.save()


def confirm(member: Member, cycle_key: str, now: datetime) -> Draft:
    """Agree to what somebody wrote down, on the member's own phone: it is handed in.

    Raises:
        ServiceError: `nothing` when nothing was written down, or why it cannot be now.
    """
    with transaction():
        cycle = reports.round_of(member, cycle_key, now)
        report = reports.of(cycle, member)
        if report is None or report.channel is not ReportChannel.ORAL_PROXY:
            raise ServiceError("nothing", "还没有同志替您代录。", "可以自己写，也可以请支部同志帮忙。")
        return writing.submit(member, cycle_key, ReportChannel.ORAL_PROXY, now)


def _matter(actor: Actor, cycle_key: str, number: str, now: datetime) -> tuple[ReportCycle, Member]:
    """Return the round and the member, for those who write down what this member says."""
    cycle, member = cycles.find(cycle_key), member_by_number(number)
    require_helper(actor, member, civil_day(now))
    if not cycles.covers(cycle, member, now) and reports.of(cycle, member) is None:
        raise not_found("这一轮述学")
    return cycle, member


def _require_open(cycle: ReportCycle, member: Member, report: ShuxueReport | None, now: datetime) -> None:
    state = report.state if report is not None else ReportState.DRAFT
    if state is ReportState.SUBMITTED:
        raise ServiceError("submitted", f"{member.name}同志的述学已经提交了。", "不用再代录。")
    reports.require(Act.RECORD, cycle, report, now)


def _has_own_words(report: ShuxueReport | None) -> bool:
    """Whether a report holds words that no helper has read."""
    if report is None or report.channel is ReportChannel.ORAL_PROXY:
        return False
    return any(reports.words_of(report).values())


def _same_again(report: ShuxueReport, said: Mapping[View, str]) -> bool:
    """Whether this is a second press of the same words."""
    if report.state is not ReportState.SUBMITTED or report.channel is not ReportChannel.ORAL_PROXY:
        return False
    stands = reports.words_of(report)
    return all(stands.get(view, "") == text for view, text in said.items())


def _keep_all(
    report: ShuxueReport,
    said: Mapping[View, str],
    versions: Mapping[View, int] | None,
    *,
    below: bool,
    now: datetime,
) -> None:
    rows = draft.bodies(report)
    for view, text in said.items():
        stands, at = (rows[view].body, rows[view].version) if view in rows else ("", 0)
        if versions is not None and view in versions and versions[view] != at and text != stands:
            raise ServiceError(
                "changed", f"「{view.label}」刚刚有人改过，没有存。", "请看过新的内容，再把要补的写上。"
            )
        joined = text
        if below and stands:
            joined = stands if text in stands else reports.clean(f"{stands}\n{text}", now)
        reports.keep(report, view, joined, now)


def _seen(cycle: ReportCycle, member: Member, report: ShuxueReport | None, now: datetime) -> Draft:
    shown = draft.own(cycle, member, report, now)
    if report is None or report.channel is ReportChannel.ORAL_PROXY:
        return shown
    return replace(shown, texts={view: Text() for view in shown.texts}, lacking=())


def _person(cycle: ReportCycle, row: tuple[Any, ...], now: datetime) -> Person:
    number, name, group, category, exempt, state = row
    rules = rulebook.current().shuxue(civil_day(now))
    suggested = category in rules.oral_first or (rules.oral_not_required and bool(exempt))
    if state is None:
        return Person(number, name, group, suggested, None)
    stage: CycleState = cycles.state_of(cycle, now)
    return Person(number, name, group, suggested, policy.seen_state(ReportState(state), stage, not exempt))


def _reach(actor: Actor, branch: Any, group: Any, now: datetime) -> Any:
    """Return the condition for members whom an actor may help, None when there is nobody (R42).

    It says of many what `access.require_helper` says of one.
    """
    today = civil_day(now)
    led = tree.below(prefixes(actor, LEADING | {Role.HELPER}, today), branch)
    near = tree.below(prefixes(actor, HELPING - LEADING, today), group)
    reach = tree.any_of([led, near])
    if reach is None:
        return None
    return reach & (Member.id != actor.member_id) if actor.member_id is not None else reach
