"""The branch accepts or gives back: who may, what they read, and what happens when two press at once."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from models import AuditLog, ShuxueReport, ShuxueRevision, database
from models.terms import CycleType, ReportChannel, ReportState, Role, View
from services.actor import OPERATOR, member_actor
from services.errors import ServiceError
from services.shuxue import cycles, deciding, writing
from services.shuxue.cycles import CyclePlan
from tests.builders import START, District, district, member, refused, role

NOW = START
PAGE = ReportChannel.SELF_PAGE


@pytest.fixture
def place(db) -> District:
    return district()


@pytest.fixture
def key(place) -> str:
    plan = CyclePlan("DW", CycleType.QUARTER, 2026, date(2026, 12, 20), 4)
    return str(cycles.open_cycle(OPERATOR, plan, NOW).key)


def sent(who, key: str, text: str = "写了") -> None:
    for view in View:
        writing.write(who, key, view, text, None, PAGE, NOW)
    writing.submit(who, key, PAGE, NOW)


def waiting(actor) -> list[str]:
    return [each.number for each in deciding.waiting(actor, NOW)]


def stored(who) -> ReportState:
    state: ReportState = ShuxueReport.get(ShuxueReport.member == who).state
    return state


def test_what_waits_is_listed_by_last_day_and_name_for_those_who_decide(place, key):
    topic = CyclePlan("ZB1", CycleType.TOPIC, 2026, date(2026, 12, 1))
    earlier = str(cycles.open_cycle(place.leader, topic, NOW).key)
    for who in (place.li, place.zhang, place.secretary, place.stranger):
        sent(who, key)
    sent(place.wang, earlier)
    assert waiting(place.leader) == ["M3", "M1", "M2"]
    assert waiting(OPERATOR) == ["M3", "M1", "M2", "N1", "S1"]
    # An officer decides on those who lead a branch, and on nobody else.
    assert waiting(place.above) == ["N1", "S1"]
    assert waiting(place.headman) == waiting(member_actor(place.zhang.id)) == []
    role(place.officer, Role.COMMITTEE, place.branch)
    assert waiting(place.above) == ["M3", "M1", "M2", "N1", "S1"]
    [first, *_] = deciding.waiting(place.leader, NOW)
    assert (first.name, first.group, first.cycle.key) == ("党员M3", "党组织ZB1X2", earlier)
    assert not hasattr(first, "texts")
    deciding.accept(place.leader, earlier, "M3", NOW)
    assert waiting(place.leader) == ["M1", "M2"]


def test_a_report_goes_back_with_a_reason_and_comes_again(place, key):
    sent(place.zhang, key)
    shown = deciding.read(place.leader, key, "M1", NOW)
    assert (shown.member.number, shown.texts[View.GAINS].body, shown.editable) == ("M1", "写了", False)
    deciding.give_back(place.leader, key, "M1", "  请写一写\n打算 ", NOW)
    mine = writing.look(place.zhang, key, NOW)
    assert (mine.state, mine.reason, mine.editable) == (ReportState.RETURNED, "请写一写打算", True)
    writing.append(place.zhang, key, View.GOALS, "多读书", PAGE, NOW)
    # Until it comes again the branch reads what it has given back, not the draft.
    assert deciding.read(place.leader, key, "M1", NOW).texts[View.GOALS].body == "写了"
    assert writing.submit(place.zhang, key, PAGE, NOW).reason is None
    again = deciding.accept(place.leader, key, "M1", NOW + timedelta(hours=1))
    assert (again.state, again.revision) == (ReportState.ACCEPTED, 2)
    assert again.texts[View.GOALS].body == "写了\n多读书"
    assert ShuxueReport.get().decided_by_id == place.secretary.id
    actions = [row.action for row in AuditLog.select().order_by(AuditLog.id)]
    assert actions == [
        "cycle.opened",
        "report.submitted",
        "report.returned",
        "report.submitted",
        "report.accepted",
    ]
    assert not any("打算" in f"{row.detail}{row.reason}" for row in AuditLog.select())


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201, "\ud800"])
def test_without_a_reason_that_can_be_read_nothing_goes_back(place, key, reason):
    sent(place.zhang, key)
    with refused("text"):
        deciding.give_back(place.leader, key, "M1", reason, NOW)
    assert stored(place.zhang) is ReportState.SUBMITTED


def test_a_draft_and_what_was_taken_back_are_nobody_elses_to_read(place, key):
    writing.append(place.zhang, key, View.GAINS, "还在想", PAGE, NOW)
    for number in ("M1", "M2"):
        with refused("not_found"):
            deciding.read(place.leader, key, number, NOW)
    sent(place.zhang, key)
    deciding.read(place.leader, key, "M1", NOW)
    writing.recall(place.zhang, key, NOW)
    for act in (deciding.read, deciding.accept):
        with refused("not_found"):
            act(place.leader, key, "M1", NOW)


def test_only_those_who_decide_on_this_member_come_near(place, key):
    sent(place.zhang, key)
    sent(place.secretary, key)
    former = member("M7", place.branch)
    role(former, Role.SECRETARY, place.branch, ends=NOW.date() - timedelta(days=1))
    helper = member("M8", place.branch)
    role(helper, Role.HELPER, place.branch)
    outside = [place.outsider, place.headman, place.above, member_actor(place.li.id)]
    outside += [member_actor(former.id), member_actor(helper.id)]
    for actor in outside:
        for act in (
            lambda who: deciding.read(who, key, "M1", NOW),
            lambda who: deciding.accept(who, key, "M1", NOW),
            lambda who: deciding.give_back(who, key, "M1", "改", NOW),
        ):
            with refused("not_found"):
                act(actor)
    with refused("own"):
        deciding.accept(place.leader, key, "S1", NOW)
    assert deciding.accept(place.above, key, "S1", NOW).state is ReportState.ACCEPTED
    for number in ("nobody", "\0", "M1 "):
        with refused("not_found"):
            deciding.read(place.leader, key, number, NOW)
    with refused("not_found"):
        deciding.read(place.leader, "ZB1-2020Q1", "M1", NOW)
    assert stored(place.zhang) is ReportState.SUBMITTED


def test_a_second_press_gives_the_same_answer_and_the_other_decision_is_refused(place, key):
    for who in (place.zhang, place.li):
        sent(who, key)
    for _ in range(2):
        assert deciding.accept(place.leader, key, "M1", NOW).state is ReportState.ACCEPTED
        assert deciding.give_back(place.leader, key, "M2", "补充", NOW).state is ReportState.RETURNED
    with refused("wrong_state"):
        deciding.give_back(place.leader, key, "M1", "补充", NOW)
    with refused("wrong_state"):
        deciding.accept(place.leader, key, "M2", NOW)
    decided = AuditLog.select().where(AuditLog.action.in_(["report.accepted", "report.returned"]))
    assert decided.count() == 2


@pytest.mark.usefixtures("commits")
def test_when_two_decide_at_once_one_of_them_wins(place, key):
    sent(place.zhang, key)
    results: list[str] = []

    def press(act) -> None:
        try:
            results.append(str(act().state))
        except ServiceError as refusal:
            results.append(refusal.code)
        finally:
            database.obj.release()
            if not database.obj.server:
                database.obj.close()

    acts = [
        lambda: deciding.accept(place.leader, key, "M1", NOW),
        lambda: deciding.give_back(place.leader, key, "M1", "补充", NOW),
        lambda: writing.recall(place.zhang, key, NOW),
    ]
    threads = [threading.Thread(target=press, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == 3
    assert stored(place.zhang) in (ReportState.ACCEPTED, ReportState.RETURNED, ReportState.DRAFT)
    changes = ["report.accepted", "report.returned", "report.recalled"]
    assert AuditLog.select().where(AuditLog.action.in_(changes)).count() == 1


def test_a_submission_whose_words_were_deleted_is_read_as_empty(place, key):
    sent(place.zhang, key)
    ShuxueRevision.delete().execute()
    assert deciding.read(place.leader, key, "M1", NOW).texts[View.GAINS].body == ""
