"""A member writes: message by message, view by view, hands in, and takes back before acceptance (R41)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import Member
from models.terms import ConfirmedBy, ReportChannel, ReportState, View
from services import audit
from services.actor import member_actor
from services.errors import ServiceError, invalid
from services.policy.shuxue import Act
from services.shuxue import draft, reports
from services.shuxue.draft import Draft, Text
from services.transaction import transaction

__all__ = ["Draft", "Text", "Written", "append", "clear", "look", "recall", "submit", "write"]


@dataclass(frozen=True)
class Written:
    """What became of a page's text: `saved`, or what stands instead, so that neither is lost."""

    draft: Draft
    saved: bool
    theirs: Text | None = None


def look(member: Member, cycle_key: str, now: datetime) -> Draft:
    """Return a member's report of a round as it stands; nothing is begun by looking.

    Raises:
        ServiceError: `not_found` for a round that is not the member's.
    """
    cycle = reports.round_of(member, cycle_key, now)
    return draft.own(cycle, member, reports.of(cycle, member), now)


def append(  # noqa: PLR0917 - whose, which, what, by which way, when: all of them always
    member: Member, cycle_key: str, view: View, text: str, channel: ReportChannel, now: datetime
) -> Draft:
    """Add a message to a view on a new line, and begin the report when there is none.

    Raises:
        ServiceError: `empty`, `too_long`, `text`, or why it cannot be written now. Nothing changes then.
    """
    said = reports.clean(text, now).strip("\n")
    if not said:
        raise invalid("empty", "这一条没有文字。", "请打字，或发语音。")
    with transaction():
        cycle = reports.round_of(member, cycle_key, now)
        # What cannot be is refused before a report is begun: a refusal leaves nothing behind.
        reports.require(Act.WRITE, cycle, reports.of(cycle, member), now)
        report = reports.begun(cycle, member, channel, now)
        state = reports.require(Act.WRITE, cycle, report, now)
        before = reports.words_of(report).get(view, "")
        joined = f"{before}\n{said}" if before else said
        reports.keep(report, view, reports.clean(joined, now), now)
        reports.touch(report, state, channel, now)
        return draft.own(cycle, member, report, now)


def write(  # noqa: PLR0917 - whose, which, what, over what, by which way, when: all of them always
    member: Member,
    cycle_key: str,
    view: View,
    text: str,
    version: int | None,
    channel: ReportChannel,
    now: datetime,
) -> Written:
    """Keep a view as a page has it.

    Args:
        member: whose report.
        cycle_key: the round.
        view: which of the five.
        text: the whole text of the view; "" leaves the view empty.
        version: the version that the page was shown; None overwrites knowingly.
        channel: the way of writing.
        now: this moment.

    Returns:
        `saved` False with `theirs` when another text was kept since that version: nothing is changed then.

    Raises:
        ServiceError: `too_long`, `text`, or why it cannot be written now.
    """
    body = reports.clean(text, now)
    with transaction():
        cycle = reports.round_of(member, cycle_key, now)
        found = reports.of(cycle, member)
        reports.require(Act.WRITE, cycle, found, now)
        if found is None and not body:
            return Written(draft.own(cycle, member, None, now), saved=True)
        report = reports.begun(cycle, member, channel, now)
        state = reports.require(Act.WRITE, cycle, report, now)
        row = draft.bodies(report).get(view)
        stands, at = (row.body, row.version) if row is not None else ("", 0)
        if body != stands and version is not None and version != at:
            shown = draft.own(cycle, member, report, now)
            return Written(shown, saved=False, theirs=shown.texts[view])
        if body != stands:
            reports.keep(report, view, body, now)
            reports.touch(report, state, channel, now)
        return Written(draft.own(cycle, member, report, now), saved=True)


def clear(member: Member, cycle_key: str, view: View, now: datetime) -> Draft:
    """Empty one view, to begin it anew.

    Raises:
        ServiceError: why it cannot be changed now.
    """
    with transaction():
        cycle = reports.round_of(member, cycle_key, now)
        reports.require(Act.WRITE, cycle, reports.of(cycle, member), now)
        report = reports.held(cycle, member)
        if report is not None and reports.words_of(report).get(view):
            state = reports.require(Act.WRITE, cycle, report, now)
            reports.keep(report, view, "", now)
            reports.touch(report, state, report.channel, now)
        return draft.own(cycle, member, report, now)


def submit(member: Member, cycle_key: str, channel: ReportChannel, now: datetime) -> Draft:
    """Hand a report in; a second press gives the same answer. What a helper wrote is confirmed by it.

    Raises:
        ServiceError: `missing` naming the views, `over` by how much, or why it cannot be now.
    """
    with transaction():
        cycle = reports.round_of(member, cycle_key, now)
        report = reports.held(cycle, member)
        if report is not None and report.state is ReportState.SUBMITTED:
            return draft.own(cycle, member, report, now)
        reports.require(Act.SUBMIT, cycle, report, now)
        if report is None:
            raise ServiceError("missing", "还没有开始写。", "写好五段再提交，每段几句就行。")
        if report.channel in (ReportChannel.SELF_CHAT, ReportChannel.SELF_PAGE):
            report.channel = channel
        told = report.recorded_by_id is not None or report.channel is ReportChannel.ORAL_PROXY
        how = ConfirmedBy.SELF if told else None
        reports.hand_in(report, cycle, member.id, how, now)
        audit.record(
            member_actor(member.id), now, "report.submitted", "report", report.id, revision=report.revision
        )
        return draft.own(cycle, member, report, now)


def recall(member: Member, cycle_key: str, now: datetime) -> Draft:
    """Take a report back before it is accepted, to go on writing; a second press changes nothing.

    Raises:
        ServiceError: `frozen` once it is accepted, `closed` after the last day, `nothing` without a report.
    """
    with transaction():
        cycle = reports.round_of(member, cycle_key, now)
        report = reports.held(cycle, member)
        if report is None:
            raise ServiceError("nothing", "还没有提交过。", "写好后再提交。")
        if report.state in (ReportState.DRAFT, ReportState.RETURNED, ReportState.RECORDED):
            return draft.own(cycle, member, report, now)
        report.state = reports.require(Act.RECALL, cycle, report, now)
        report.submitted_at, report.changed_at = None, now
        report.confirmed_how = report.confirmed_at = None
        report.save()
        audit.record(
            member_actor(member.id), now, "report.recalled", "report", report.id, revision=report.revision
        )
        return draft.own(cycle, member, report, now)
