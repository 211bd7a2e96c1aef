"""What waits for a leader: the numbers are those of the lists themselves, for everybody who leads."""

from __future__ import annotations

from typing import Any

import pytest

from models import ExternalStudy, Leave, MakeUp, PointClaim, VoiceNote
from models.terms import (
    CreditKind,
    LeaveKind,
    MakeUpState,
    ReportState,
    VoiceState,
)
from services import externals, feedback, leaves, make_ups, mobility, queues, sessions, transfers
from services.actor import OPERATOR, member_actor
from services.feedback import To
from services.points import judging
from services.queues import Queue
from services.shuxue import deciding
from tests.builders import START, district, published
from tests.service.test_desk import TODAY, cycle, report


@pytest.fixture
def field(db: Any) -> Any:
    found = district()
    quarter, session = cycle(found.committee), sessions.find(published(found.branch))
    for who in (found.zhang, found.wang, found.secretary, found.stranger):
        handed_in = report(quarter, who, ReportState.SUBMITTED)
        handed_in.submitted_at = START
        handed_in.save()
        spoken = report(cycle(found.committee, f"T{who.number}", number=who.id), who, ReportState.DRAFT)
        VoiceNote.create(
            key=f"v{who.number}", report=spoken, view="goals", media_id="m", state=VoiceState.FETCHED,
            received_at=START,
        )  # fmt: skip
        PointClaim.create(
            key=f"c{who.number}", branch=who.branch, member=who, month="2026-11", item="service", day=TODAY,
            words="帮忙", points=200, edition="2026版", filed_at=START,
        )  # fmt: skip
        Leave.create(
            key=f"l{who.number}", branch=who.branch, session=session, member=who, kind=LeaveKind.DUTY,
            filed_at=START,
        )  # fmt: skip
        MakeUp.create(
            key=f"u{who.number}", branch=who.branch, session=session, member=who,
            state=MakeUpState.SUBMITTED, due=TODAY, created_at=START,
        )  # fmt: skip
        ExternalStudy.create(
            key=f"x{who.number}", member=who, branch=who.branch, org_name="党校", title="培训", day=TODAY,
            hours=400, credit_kind=CreditKind.CENTRALISED,
        )  # fmt: skip
        feedback.give(who, f"{who.number} 的建议", To.BRANCH, True, START)
    return found


#: Members who move are asked for by other branches; tests/web/test_members_pages.py lets some wait.
DECIDED = [queue for queue in Queue if queue not in (Queue.TRANSFERS, Queue.HOSTING)]


def listed(actor: Any) -> dict[Queue, int]:
    """Count what the lists themselves show."""
    claims = judging.waiting(actor, START)
    numbers = {
        Queue.REPORTS: len(deciding.waiting(actor, START)),
        Queue.CLAIMS: claims.size,
        Queue.LEAVES: len(leaves.waiting(actor, START)),
        Queue.MAKE_UPS: len(make_ups.waiting(actor, START)),
        Queue.EXTERNALS: len(externals.waiting(actor, START)),
        Queue.FEEDBACK: len(feedback.inbox(actor, START)),
        Queue.TRANSFERS: len(transfers.coming(actor, START)),
        Queue.HOSTING: len(mobility.hosted(actor, START)),
    }
    return {queue: number for queue, number in numbers.items() if number}


@pytest.mark.parametrize("who", ["secretary", "head", "officer", "stranger", "zhang"])
def test_the_numbers_are_those_of_the_lists(field: Any, who: str) -> None:
    actor = member_actor(getattr(field, who).id)
    counted = queues.for_leader(actor, START)
    counted.pop(Queue.VOICES, None)
    assert counted == listed(actor)


def test_a_secretary_finds_the_own_branch_and_never_the_own_matters(field: Any) -> None:
    assert queues.for_leader(field.leader, START) == dict.fromkeys(DECIDED, 2)


def test_an_officer_finds_only_what_concerns_the_leaders_below(field: Any) -> None:
    found = queues.for_leader(field.above, START)
    assert Queue.VOICES not in found
    assert {found[queue] for queue in DECIDED if queue not in (Queue.VOICES, Queue.FEEDBACK)} == {2}


def test_the_operator_finds_everything_and_nobody_else_anything(field: Any) -> None:
    assert queues.for_leader(OPERATOR, START) == dict.fromkeys(DECIDED, 4)
    assert queues.for_leader(member_actor(field.zhang.id), START) == {}
