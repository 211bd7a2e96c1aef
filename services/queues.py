"""等您办: how much waits for a leader in each list, counted in one query; read only.

Gaps of hours are counted by two more, since what is required differs from person to person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from peewee import SQL, fn

from models import (
    ExternalStudy,
    Feedback,
    Leave,
    MakeUp,
    Member,
    Mobility,
    Organization,
    PointClaim,
    Reminder,
    ShuxueReport,
    Transfer,
    VoiceNote,
)
from models.terms import (
    ClaimState,
    ExternalState,
    FeedbackState,
    HostState,
    LeaveState,
    MakeUpState,
    ReportState,
    Role,
    TransferState,
    VoiceState,
)
from services import access, deciders, messages, periods, reaching, rulebook, tree
from services.access import ABOVE, LEADING, Grant
from services.actor import Actor
from services.clock import civil_day
from services.deciders import Desk
from services.reminders import gap_count

#: Whoever looks after more people than this finds no count of gaps on the page of today.
_COUNTED = 500


class Queue(StrEnum):
    """The lists in which something may wait for a leader, in the order of the page."""

    REPORTS = "reports"
    VOICES = "voices"
    CLAIMS = "claims"
    LEAVES = "leaves"
    MAKE_UPS = "make_ups"
    EXTERNALS = "externals"
    FEEDBACK = "feedback"
    TRANSFERS = "transfers"
    HOSTING = "hosting"
    GAPS = "gaps"
    UNREACHED = "unreached"


@dataclass(frozen=True)
class Reach:
    """Whose matters lie on somebody's desk, by the kind of matter; what each list itself shows."""

    decided: Desk
    leaves: Desk
    voices: Desk


def for_leader(actor: Actor, now: datetime) -> dict[Queue, int]:
    """Return how many wait in each list that is not empty."""
    # The roles are asked for once: every list looks at them.
    held = access.held_by(actor, civil_day(now))
    reach, paths = _reach(actor, held, now), access.paths_of(held, LEADING | ABOVE)
    parts = [part for part in (count(reach) for count in _COUNTS) if part is not None]
    parts.append(_feedback(actor, held))
    parts += [part for part in (_transfers(paths), _hosting(paths, now)) if part is not None]
    about = _unreached(reach, now), gap_count.untold(reach.decided, now, Queue.GAPS, _COUNTED + 1)
    parts += [part for part in about if part is not None]
    union = parts[0]
    for part in parts[1:]:
        union = union.union_all(part)
    found, untold = dict[Queue, int](), list[int]()
    for kind, number in union.tuples():
        if kind == Queue.GAPS:
            untold.append(int(number))
        else:
            found[Queue(kind)] = int(number)
    if len(untold) <= _COUNTED:
        found[Queue.GAPS] = gap_count.among(untold, now)
    return {queue: found[queue] for queue in Queue if found.get(queue)}


def _reach(actor: Actor, held: Sequence[Grant] | None, now: datetime) -> Reach:
    on = civil_day(now)
    heads = (Role.GROUP_HEAD,) if rulebook.current().leave(on).group_heads else ()
    leaves = deciders.desk_of(actor, held, on, *heads)
    writing = deciders.desk_of(actor, held, on, Role.GROUP_HEAD, Role.HELPER)
    return Reach(
        decided=replace(leaves, near=()),
        leaves=leaves,
        # What members say is written down within the branch alone (R42).
        voices=replace(writing, above=()),
    )


def _of(queue: Queue, table: Any, place: Desk, *conditions: Any) -> Any:
    """Count the rows of a table whose member's matters lie on a desk; None where nothing ever can."""
    branch, group = Organization.alias(), Organization.alias()
    reach = deciders.lying_on(place, branch, group)
    if reach is None:
        return None
    return (
        table.select(SQL(f"'{queue}'"), fn.COUNT(table.id))
        .join(Member, on=(table.member == Member.id))
        .join(branch, on=(Member.branch == branch.id))
        .switch(Member)
        .left_outer_join(group, on=(Member.group == group.id))
        .where(reach, *conditions)
    )


def _reports(reach: Reach) -> Any:
    return _of(Queue.REPORTS, ShuxueReport, reach.decided, ShuxueReport.state == ReportState.SUBMITTED)


def _voices(reach: Reach) -> Any:
    """Count the 述学 with a voice to be written down, not the single messages."""
    spoken = VoiceNote.select(VoiceNote.report).where(VoiceNote.state == VoiceState.FETCHED)
    open_still = ShuxueReport.state.in_([ReportState.DRAFT, ReportState.RETURNED, ReportState.RECORDED])
    return _of(Queue.VOICES, ShuxueReport, reach.voices, ShuxueReport.id.in_(spoken), open_still)


def _claims(reach: Reach) -> Any:
    waiting = PointClaim.state.in_([ClaimState.SUBMITTED, ClaimState.OBJECTED])
    return _of(Queue.CLAIMS, PointClaim, reach.decided, waiting)


def _leaves(reach: Reach) -> Any:
    return _of(Queue.LEAVES, Leave, reach.leaves, Leave.state == LeaveState.SUBMITTED)


def _make_ups(reach: Reach) -> Any:
    return _of(Queue.MAKE_UPS, MakeUp, reach.leaves, MakeUp.state == MakeUpState.SUBMITTED)


def _externals(reach: Reach) -> Any:
    return _of(Queue.EXTERNALS, ExternalStudy, reach.decided, ExternalStudy.state == ExternalState.PROPOSED)


def _feedback(actor: Actor, held: Sequence[Grant] | None) -> Any:
    return (
        Feedback.select(SQL(f"'{Queue.FEEDBACK}'"), fn.COUNT(Feedback.id))
        .join(Organization, on=(Feedback.organization == Organization.id))
        .where(messages.to_read_with(actor, held), Feedback.state == FeedbackState.OPEN)
    )


def _transfers(paths: tuple[str, ...]) -> Any:
    """Count the members whom other branches offer to one's own (R10)."""
    target = Organization.alias()
    below = tree.below(paths, target)
    if below is None:
        return None
    return (
        Transfer.select(SQL(f"'{Queue.TRANSFERS}'"), fn.COUNT(Transfer.id))
        .join(target, on=(Transfer.target == target.id))
        .where(below, Transfer.state == TransferState.PROPOSED)
    )


def _hosting(paths: tuple[str, ...], now: datetime) -> Any:
    """Count the mobile members for whom one's own branch is asked to be the host (R34)."""
    host = Organization.alias()
    below = tree.below(paths, host)
    if below is None:
        return None
    return (
        Mobility.select(SQL(f"'{Queue.HOSTING}'"), fn.COUNT(Mobility.id))
        .join(host, on=(Mobility.host == host.id))
        .where(
            below,
            Mobility.host_state == HostState.ASKED,
            periods.not_over(Mobility.until, civil_day(now)),
        )
    )


def _unreached(reach: Reach, now: datetime) -> Any:
    """Count the people of the phone-and-visit list, not what they are to be told."""
    here = (reaching.on_list(now), periods.active(reach.decided.on))
    counted = _of(Queue.UNREACHED, Reminder, reach.decided, *here)
    if counted is None:
        return None
    return counted.select(SQL(f"'{Queue.UNREACHED}'"), fn.COUNT(Reminder.member.distinct()))


_COUNTS: tuple[Callable[[Reach], Any], ...] = (_reports, _voices, _claims, _leaves, _make_ups, _externals)
