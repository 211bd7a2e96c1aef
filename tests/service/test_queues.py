"""What waits for a leader: the numbers are those of the lists themselves, for everybody who leads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from models import (
    ExternalStudy,
    Leave,
    MakeUp,
    Member,
    MemberSetting,
    OptOut,
    PointClaim,
    VoiceNote,
    WechatBinding,
)
from models.terms import (
    CreditKind,
    LeaveKind,
    MakeUpState,
    ReminderState,
    ReportState,
    Topic,
    VoiceState,
)
from services import feedback, queues, reaching
from services.absence import external_lists, leave_lists, make_up_lists
from services.actor import OPERATOR, member_actor
from services.feedback import To
from services.moving import hosting, transfer_lists
from services.points import judging
from services.queues import Queue
from services.reminders import push
from services.shuxue import deciding
from services.study import sessions
from tests.builders import START, bound, district, exempt, member, published
from tests.outbox import queued
from tests.service.test_desk import TODAY, cycle, report
from tests.service.test_reminders import MONDAY, SUNDAY, year_of_32
from tests.web.test_home import queries

#: Counted for the page of today from the outbox and the hours.
REMINDING = (Queue.GAPS, Queue.UNREACHED)
#: Members who move are asked for by other branches; tests/web/test_members_pages.py lets some wait.
MOVING = (Queue.TRANSFERS, Queue.HOSTING)
DECIDED = tuple(queue for queue in Queue if queue not in (*REMINDING, *MOVING))


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


def listed(actor: Any) -> dict[Queue, int]:
    """Count what the lists themselves show."""
    claims = judging.waiting(actor, START)
    numbers = {
        Queue.REPORTS: len(deciding.waiting(actor, START)),
        Queue.CLAIMS: claims.size,
        Queue.LEAVES: len(leave_lists.waiting(actor, START)),
        Queue.MAKE_UPS: len(make_up_lists.waiting(actor, START)),
        Queue.EXTERNALS: len(external_lists.waiting(actor, START)),
        Queue.FEEDBACK: len(feedback.inbox(actor, START)),
        Queue.TRANSFERS: len(transfer_lists.coming(actor, START)),
        Queue.HOSTING: len(hosting.hosted(actor, START)),
    }
    return {queue: number for queue, number in numbers.items() if number}


def decided(counted: dict[Queue, int]) -> dict[Queue, int]:
    """Leave out the counts of reminding, which have a world of their own."""
    return {queue: counted[queue] for queue in counted if queue not in REMINDING}


@pytest.mark.parametrize("who", ["secretary", "head", "officer", "stranger", "zhang"])
def test_the_numbers_are_those_of_the_lists(field: Any, who: str) -> None:
    actor = member_actor(getattr(field, who).id)
    counted = decided(queues.for_leader(actor, START))
    counted.pop(Queue.VOICES, None)
    assert counted == listed(actor)


def test_a_secretary_finds_the_own_branch_and_never_the_own_matters(field: Any) -> None:
    assert decided(queues.for_leader(field.leader, START)) == dict.fromkeys(DECIDED, 2)


def test_an_officer_finds_only_what_concerns_the_leaders_below(field: Any) -> None:
    found = queues.for_leader(field.above, START)
    assert Queue.VOICES not in found
    assert {found[queue] for queue in DECIDED if queue not in (Queue.VOICES, Queue.FEEDBACK)} == {2}


def test_the_operator_finds_everything_and_nobody_else_anything(field: Any) -> None:
    assert decided(queues.for_leader(OPERATOR, START)) == dict.fromkeys(DECIDED, 4)
    assert queues.for_leader(member_actor(field.zhang.id), START) == {}


def gaps(actor: Any, now: Any) -> int:
    return dict(push.choose(actor, now, everybody=True).counts)[Topic.HOURS_GAP]


@pytest.mark.parametrize("spoil", ["nothing", "told", "left", "off", "exempt", "unbound", "gone", "waits"])
def test_the_count_of_gaps_is_that_of_the_list_of_reminding(db: Any, spoil: str) -> None:
    found = district()
    for who in (found.secretary, found.head, found.zhang, found.li, found.wang):
        bound(who)
    year_of_32(found)
    {
        "nothing": lambda: None,
        "told": lambda: push.push(found.leader, Topic.HOURS_GAP, ["M1"], MONDAY),
        "left": lambda: OptOut.create(member=found.zhang, topic=Topic.HOURS_GAP, at=MONDAY),
        "off": lambda: MemberSetting.create(member=found.zhang, reminders=False, changed_at=MONDAY),
        "exempt": lambda: exempt(found.zhang),
        "unbound": lambda: WechatBinding.delete().execute(),
        "gone": lambda: Member.update(active_to=TODAY).where(Member.id == found.zhang.id).execute(),
        "waits": lambda: push.push(found.leader, Topic.HOURS_GAP, ["M1"], SUNDAY),
    }[spoil]()
    now = MONDAY + timedelta(days=30) if spoil == "gone" else MONDAY
    counted = queues.for_leader(found.leader, now).get(Queue.GAPS, 0)
    assert counted == gaps(found.leader, now) == (spoil in {"nothing", "unbound"})
    assert queues.for_leader(found.headman, now).get(Queue.GAPS) is None
    assert Queue.GAPS not in queues.for_leader(found.outsider, now)


def test_the_count_of_the_unreached_is_that_of_their_list(db: Any) -> None:
    found = district()
    for who, count in ((found.zhang, 2), (found.wang, 1), (found.stranger, 1), (found.secretary, 1)):
        for number in range(count):
            queued(who, MONDAY, state=ReminderState.INBOX, period=f"p{number}")
    Member.update(active_to=TODAY - timedelta(days=30)).where(Member.id == found.wang.id).execute()
    for actor in (found.leader, found.above, found.outsider):
        counted = queues.for_leader(actor, MONDAY).get(Queue.UNREACHED, 0)
        assert counted == len(reaching.waiting(actor, MONDAY))
    assert queues.for_leader(found.leader, MONDAY)[Queue.UNREACHED] == 1


def test_today_asks_no_more_often_when_much_has_gathered(db: Any) -> None:
    found = district()
    year_of_32(found)
    with queries() as few:
        queues.for_leader(found.leader, MONDAY)
    for number in range(20):
        queued(member(f"Z{number}", found.branch), MONDAY, state=ReminderState.INBOX)
    with queries() as many:
        queues.for_leader(found.leader, MONDAY)
    # One for the roles, one for all lists together, three for the gaps of hours.
    assert len(few) == len(many) <= 6
