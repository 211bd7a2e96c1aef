"""Somebody writes down what a member says: equal in every table, never over the member's own words (R42)."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from models import AuditLog, RolePeriod, ShuxueReport, ShuxueRevision
from models.terms import (
    ConfirmedBy,
    CycleType,
    MemberCategory,
    ReportChannel,
    ReportState,
    Role,
    View,
)
from services.actor import OPERATOR, member_actor
from services.shuxue import cycles, deciding, oral, writing
from services.shuxue.cycles import CyclePlan
from tests.builders import START, District, district, exempt, member, refused, role

NOW = START
CHAT, PAGE = ReportChannel.SELF_CHAT, ReportChannel.SELF_PAGE
TOLD = {View.GAINS: "听了党课，记住了要关心邻居"}


@pytest.fixture
def place(db) -> District:
    return district()


@pytest.fixture
def key(place) -> str:
    plan = CyclePlan("DW", CycleType.QUARTER, 2026, date(2026, 12, 20), 4)
    return str(cycles.open_cycle(OPERATOR, plan, NOW).key)


def stored(who) -> ShuxueReport:
    return ShuxueReport.get(ShuxueReport.member == who)


def test_the_elders_come_first_and_then_everybody_by_name(place, key):
    member("M5", place.branch, category=MemberCategory.RURAL_NO_POST, name="阿妹")
    exempt(place.wang)
    people = oral.people(place.leader, key, NOW)
    assert [(each.number, each.suggested) for each in people] == [
        ("M3", True),
        ("M4", True),
        ("M5", True),
        ("H1", False),
        ("M1", False),
        ("M2", False),
    ]
    assert {each.state for each in people} == {None}
    # The head of a group sees the own group; neither sees herself.
    assert [each.number for each in oral.people(place.headman, key, NOW)] == ["M1", "M2"]
    oral.record(place.leader, key, "M4", TOLD, None, NOW)
    assert [each.state for each in oral.people(place.leader, key, NOW)][1] is ReportState.RECORDED
    for actor in (place.above, member_actor(place.zhang.id)):
        with refused("not_found"):
            oral.people(actor, key, NOW)


def test_three_elders_in_one_sitting_end_like_everybody_else(place, key):
    elders = [member(f"E{number}", place.branch) for number in range(3)]
    ways = [ConfirmedBy.IN_PERSON, ConfirmedBy.PHONE, ConfirmedBy.IN_PERSON]
    for who, way in zip(elders, ways, strict=True):
        shown = oral.record(place.leader, key, who.number, TOLD, way, NOW)
        assert (shown.state, shown.channel) == (ReportState.SUBMITTED, ReportChannel.ORAL_PROXY)
        assert (shown.revision, shown.confirmed_how, shown.recorded_by) == (1, way, "党员S1")
    for view in View:
        writing.write(place.zhang, key, view, "自己写的", None, PAGE, NOW)
    writing.submit(place.zhang, key, PAGE, NOW)
    numbers = ["M1", *(who.number for who in elders)]
    assert [each.number for each in deciding.waiting(place.leader, NOW)] == sorted(numbers)
    for number in numbers:
        assert deciding.accept(place.leader, key, number, NOW).state is ReportState.ACCEPTED
    columns = {tuple(sorted(json.loads(row.views))) for row in ShuxueRevision.select()}
    assert columns == {tuple(sorted(view.value for view in View))}


def test_without_a_yes_it_waits_for_the_members_own_phone(place, key):
    assert oral.record(place.leader, key, "M4", TOLD, None, NOW).state is ReportState.RECORDED
    mine = writing.look(place.old, key, NOW)
    assert (mine.state, mine.editable, mine.recorded_by) == (ReportState.RECORDED, True, "党员S1")
    assert mine.lacking == ()
    with refused("not_found"):
        deciding.read(place.leader, key, "M4", NOW)
    assert cycles.current(place.old, NOW).report.state is ReportState.RECORDED
    for _ in range(2):
        done = oral.confirm(place.old, key, NOW)
        assert (done.state, done.confirmed_how, done.revision) == (ReportState.SUBMITTED, ConfirmedBy.SELF, 1)
    assert ShuxueRevision.get().by_id == place.old.id
    with refused("nothing"):
        oral.confirm(place.zhang, key, NOW)


def test_the_helper_mends_the_own_record_and_a_second_press_changes_nothing(place, key):
    oral.record(place.leader, key, "M4", TOLD, None, NOW)
    more = {View.GAINS: "改好了", View.GOALS: "多走动"}
    for _ in range(2):
        shown = oral.record(place.leader, key, "M4", more, ConfirmedBy.PHONE, NOW)
        assert (shown.revision, shown.texts[View.GAINS].body) == (1, "改好了")
    with refused("submitted"):
        oral.record(place.leader, key, "M4", TOLD, ConfirmedBy.PHONE, NOW)
    deciding.give_back(OPERATOR, key, "M4", "再问一句打算", NOW)
    again = oral.record(place.leader, key, "M4", {View.GOALS: "冬天少出门"}, ConfirmedBy.PHONE, NOW)
    assert (again.revision, again.texts[View.GAINS].body) == (2, "改好了")


def test_one_view_is_enough_and_none_is_not(place, key):
    for texts in ({}, {View.GAINS: " \n"}):
        with refused("empty"):
            oral.record(place.leader, key, "M4", texts, ConfirmedBy.IN_PERSON, NOW)
    with refused("over"):
        oral.record(place.leader, key, "M4", {View.GAINS: "字" * 501}, ConfirmedBy.IN_PERSON, NOW)
    with refused("too_long"):
        oral.record(place.leader, key, "M4", {View.GAINS: "字" * 3001}, None, NOW)
    with refused("confirmed"):
        oral.record(place.leader, key, "M4", TOLD, ConfirmedBy.SELF, NOW)
    assert ShuxueReport.select().count() == 0


def test_what_a_member_writes_alone_is_neither_read_nor_replaced(place, key):
    writing.append(place.zhang, key, View.GAINS, "自己先写的", CHAT, NOW)
    hidden = oral.look(place.leader, key, "M1", NOW)
    assert {text.body for text in hidden.texts.values()} == {""}
    with refused("own_words"):
        oral.record(place.leader, key, "M1", TOLD, None, NOW)
    shown = oral.record(place.leader, key, "M1", TOLD | {View.GOALS: ""}, ConfirmedBy.IN_PERSON, NOW)
    assert shown.texts[View.GAINS].body == f"自己先写的\n{TOLD[View.GAINS]}"
    assert shown.channel is ReportChannel.ORAL_PROXY
    # The member reads who wrote it and how the yes was given, and may take it back.
    mine = writing.recall(place.zhang, key, NOW)
    assert (mine.recorded_by, mine.state) == ("党员S1", ReportState.DRAFT)


def test_a_member_who_writes_on_takes_the_report_over_once_it_is_whole(place, key):
    oral.record(place.leader, key, "M4", TOLD, None, NOW)
    shown = writing.append(place.old, key, View.GAINS, "我再补一句", CHAT, NOW)
    assert (shown.channel, shown.lacking) == (ReportChannel.ORAL_PROXY, ())
    for view in View:
        shown = writing.append(place.old, key, view, "自己写", CHAT, NOW)
    assert shown.channel is CHAT
    done = writing.submit(place.old, key, CHAT, NOW)
    assert (done.channel, done.confirmed_how) == (CHAT, ConfirmedBy.SELF)


def test_a_text_that_was_changed_since_it_was_shown_is_not_replaced(place, key):
    oral.record(place.leader, key, "M4", TOLD, None, NOW)
    versions = {view: text.version for view, text in oral.look(place.leader, key, "M4", NOW).texts.items()}
    writing.append(place.old, key, View.GAINS, "我补一句", CHAT, NOW)
    with refused("changed"):
        oral.record(place.leader, key, "M4", {View.GAINS: "旧的"}, None, NOW, versions=versions)
    assert writing.look(place.old, key, NOW).texts[View.GAINS].body.endswith("我补一句")


def test_who_may_write_down_and_who_may_not(place, key):
    for actor, number in ((place.leader, "M1"), (place.headman, "M2"), (OPERATOR, "M4")):
        assert oral.record(actor, key, number, TOLD, None, NOW).state is ReportState.RECORDED
    for actor in (place.outsider, place.above, place.headman, member_actor(place.zhang.id)):
        for act in (
            lambda who: oral.record(who, key, "M3", TOLD, None, NOW),
            lambda who: oral.look(who, key, "M3", NOW),
        ):
            with refused("not_found"):
                act(actor)
    with refused("own"):
        oral.record(place.leader, key, "S1", TOLD, None, NOW)
    former = member("M7", place.branch, active_to=NOW.date() - timedelta(days=1))
    with refused("not_found"):
        oral.record(place.leader, key, former.number, TOLD, None, NOW)
    assert stored(place.zhang).recorded_by_id == place.secretary.id
    recorded = AuditLog.select().where(AuditLog.action == "report.recorded")
    assert recorded.count() == 3
    assert not any("邻居" in str(row.detail) for row in recorded)


def test_after_the_last_day_nothing_new_is_written_down(place, key):
    with refused("closed"):
        oral.record(place.leader, key, "M4", TOLD, ConfirmedBy.PHONE, NOW + timedelta(days=40))


def test_a_named_helper_writes_down_until_the_last_day_of_it(place, key):
    actor = member_actor(place.zhang.id)
    with refused("not_found"):
        oral.record(actor, key, "M3", TOLD, None, NOW)
    for until in (None, NOW.date()):
        oral.appoint(place.leader, "M1", "ZB1", NOW, until)
    assert RolePeriod.select().where(RolePeriod.role == Role.HELPER).count() == 1
    assert len(oral.people(actor, key, NOW)) == 5
    oral.record(actor, key, "M3", TOLD, None, NOW)
    tomorrow = NOW + timedelta(days=1)
    with refused("not_found"):
        oral.record(actor, key, "M3", TOLD, None, tomorrow)
    # A helper writes down and decides nothing.
    with refused("not_found"):
        deciding.accept(actor, key, "M3", NOW)


def test_a_helper_of_a_group_helps_that_group_and_is_dismissed_at_once(place, key):
    actor = member_actor(place.zhang.id)
    oral.appoint(place.leader, "M1", "ZB1X2", NOW, NOW.date() + timedelta(days=30))
    assert [each.number for each in oral.people(actor, key, NOW)] == ["M4", "M3", "S1"]
    with refused("not_found"):
        oral.look(actor, key, "M2", NOW)
    oral.dismiss(place.leader, "M1", "ZB1X2", NOW)
    with refused("not_found"):
        oral.people(actor, key, NOW)
    with refused("nothing"):
        oral.dismiss(place.leader, "M1", "ZB1X2", NOW)
    oral.appoint(place.leader, "M1", "ZB1X2", NOW)
    later = NOW + timedelta(days=5)
    oral.dismiss(place.leader, "M1", "ZB1X2", later)
    with refused("not_found"):
        oral.people(actor, key, later)
    oral.appoint(place.leader, "M1", "ZB1X2", later)
    assert oral.people(actor, key, later)


def test_helpers_are_named_by_those_who_lead_from_among_their_own(place, key):
    for actor in (place.headman, place.outsider, member_actor(place.li.id)):
        with refused("not_found"):
            oral.appoint(actor, "M1", "ZB1", NOW)
    for number, code in (("N1", "ZB1"), ("M1", "ZB2"), ("M1", "DW"), ("M1", "\0"), ("\0", "ZB1")):
        with refused("not_found"):
            oral.appoint(place.leader, number, code, NOW)
    with refused("until"):
        oral.appoint(place.leader, "M1", "ZB1", NOW, NOW.date() - timedelta(days=1))
    oral.appoint(place.above, "M1", "ZB1", NOW)
    role(place.wang, Role.HELPER, place.branch, ends=NOW.date() - timedelta(days=1))
    with refused("not_found"):
        oral.people(member_actor(place.wang.id), key, NOW)
