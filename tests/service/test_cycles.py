"""Rounds of 述学: who opens them, for whom they are, and what becomes of drafts after the last day (R40)."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from models import AuditLog, Member, ReportCycle, ShuxueReport, ShuxueText, VoiceNote
from models.terms import CycleState, CycleType, ReportChannel, ReportState, Role, View, VoiceState
from services import rulebook
from services.actor import OPERATOR, member_actor
from services.shuxue import cycles, deciding, oral, writing
from services.shuxue.cycles import CyclePlan
from tests.builders import START, District, district, exempt, member, organization, refused, role

NOW = START
DUE = date(2026, 12, 20)
AFTER = NOW + timedelta(days=30)
PAGE = ReportChannel.SELF_PAGE


@pytest.fixture
def place(db) -> District:
    return district()


def plan(code: str = "ZB1", kind: CycleType = CycleType.QUARTER, **changes) -> CyclePlan:
    values = {"organization": code, "type": kind, "year": 2026, "due": DUE}
    values |= {"quarter": 4} if kind is CycleType.QUARTER else {}
    return CyclePlan(**(values | changes))


def opened(code: str = "ZB1", kind: CycleType = CycleType.QUARTER, **changes) -> ReportCycle:
    return cycles.open_cycle(OPERATOR, plan(code, kind, **changes), NOW)


def drafted(who: Member, key: str, text: str = "写了", at=NOW) -> None:
    for view in View:
        writing.write(who, key, view, text, None, PAGE, at)


def state_of(who: Member, key: str) -> ReportState | None:
    row = ShuxueReport.get_or_none(ShuxueReport.cycle == cycles.find(key), ShuxueReport.member == who)
    return None if row is None else row.state


def test_a_round_has_a_key_a_title_and_the_edition_of_its_form(place):
    cycle = opened()
    assert (cycle.key, cycle.title, cycle.opens, cycle.due) == ("ZB1-2026Q4", "四季度述学", NOW.date(), DUE)
    assert (cycle.form, cycle.edition, cycle.number) == ("common", "2026版", 0)
    assert cycles.find("ZB1-2026Q4").organization.code == "ZB1"
    assert opened("DW", CycleType.ANNUAL).key == "DW-2026Y"
    topic = opened(kind=CycleType.TOPIC, title="学习条例谈体会", form="plain")
    assert (topic.key, topic.title, topic.form) == ("ZB1-2026T1", "学习条例谈体会", "plain")
    assert [row.action for row in AuditLog.select()] == ["cycle.opened"] * 3


def test_the_branch_and_those_above_may_open_and_nobody_else(place):
    assert cycles.open_cycle(place.leader, plan(), NOW).created_by_id == place.secretary.id
    assert cycles.open_cycle(place.above, plan("DW", CycleType.ANNUAL), NOW).key == "DW-2026Y"
    for actor in (place.headman, place.outsider, member_actor(place.zhang.id)):
        with refused("not_found"):
            cycles.open_cycle(actor, plan(kind=CycleType.TOPIC), NOW)
    with refused("not_found"):
        cycles.open_cycle(place.leader, plan("DW", CycleType.TOPIC), NOW)
    assert ReportCycle.select().count() == 2


def test_the_same_days_are_asked_for_once_on_a_line_from_the_top_down(place):
    opened("DW")
    for code in ("DW", "ZB1"):
        with refused("exists"):
            opened(code)
    opened("ZB1", quarter=3)
    opened("ZB1", CycleType.ANNUAL)
    with refused("exists"):
        opened("DW", CycleType.ANNUAL)
    # A neighbour's round is on another line.
    opened("ZB2", CycleType.ANNUAL)
    assert [opened(kind=CycleType.TOPIC).key for _ in range(2)] == ["ZB1-2026T1", "ZB1-2026T2"]


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("quarter", {"quarter": 0}),
        ("quarter", {"quarter": 5}),
        ("quarter", {"kind": CycleType.ANNUAL, "quarter": 4}),
        ("year", {"year": 1999}),
        ("year", {"year": 99999}),
        ("due", {"due": date(2028, 1, 1)}),
        ("due", {"due": NOW.date() - timedelta(days=1), "opens": date(2026, 11, 1)}),
        ("opens", {"opens": DUE + timedelta(days=1)}),
        ("opens", {"opens": date(2020, 1, 1)}),
        ("form", {"form": "../hours"}),
        ("text", {"title": "长" * 61}),
        ("text", {"title": "\ud800"}),
        ("not_found", {"code": "ZB9"}),
        ("not_found", {"code": "ZB1\0"}),
        ("organization", {"code": "ZB1X1"}),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_opens_nothing(place, code, changes):
    with refused(code):
        opened(**changes)
    assert ReportCycle.select().count() == 0


def test_a_kind_of_round_that_the_rules_leave_out_is_not_opened(place, tmp_path):
    shipped = Path(__file__).resolve().parents[2] / "rules"
    shutil.copytree(shipped, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "shuxue.toml"
    path.write_text(path.read_text("utf-8").replace("TOPIC = true", "TOPIC = false"), "utf-8")
    rulebook.use(rulebook.Rulebook(tmp_path))
    with refused("type"):
        opened(kind=CycleType.TOPIC)


def test_an_unknown_key_is_not_found_whatever_it_is(place):
    for key in ("", "ZB1-2026Q4", "x" * 49, "\0", "述学", "%' OR 1=1"):
        with refused("not_found"):
            cycles.find(key)


def test_a_round_is_coming_open_and_closed_by_the_day_in_beijing(place):
    cycle = opened(opens=date(2026, 12, 1))
    at = {  # moments in UTC: the day in Beijing begins eight hours earlier
        "2026-11-30T15:59:59+00:00": CycleState.COMING,
        "2026-11-30T16:00:00+00:00": CycleState.OPEN,
        "2026-12-20T15:59:59+00:00": CycleState.OPEN,
        "2026-12-20T16:00:00+00:00": CycleState.CLOSED,
    }
    for moment, state in at.items():
        assert cycles.state_of(cycle, NOW.fromisoformat(moment)) is state
    with refused("not_open"):
        drafted(place.zhang, cycle.key)
    assert writing.look(place.zhang, cycle.key, NOW).editable is False


def test_a_round_from_above_is_for_all_below_and_for_nobody_beside(place):
    cycle = opened("DW")
    other = organization("ZB9")
    stranger = member("X1", other)
    gone = member("M8", place.branch, active_to=NOW.date() - timedelta(days=1))
    to_come = member("M9", place.branch, active_from=NOW.date() + timedelta(days=1))
    for who in (place.zhang, place.old, place.stranger, place.secretary):
        assert [mine.cycle.key for mine in cycles.of_member(who, NOW)] == [cycle.key]
        drafted(who, cycle.key)
    for who in (stranger, gone, to_come):
        with refused("not_found"):
            writing.look(who, cycle.key, NOW)
        with refused("not_found"):
            drafted(who, cycle.key)
    assert cycles.of_member(stranger, NOW) == []
    drafted(to_come, cycle.key, at=NOW + timedelta(days=1))


def test_who_has_left_still_reads_the_own_report(place):
    cycle = opened()
    drafted(place.zhang, cycle.key)
    place.zhang.active_to = NOW.date()
    place.zhang.save()
    later = NOW + timedelta(days=2)
    assert writing.look(place.zhang, cycle.key, later).texts[View.GAINS].body == "写了"
    assert len(cycles.of_member(place.zhang, later)) == 1


def test_after_the_last_day_drafts_are_not_filed_and_nothing_else_changes(place):
    key = opened().key
    exempt(place.wang)
    for who in (place.zhang, place.li, place.wang, place.head):
        drafted(who, key)
    writing.submit(place.li, key, PAGE, NOW)
    writing.submit(place.head, key, PAGE, NOW)
    deciding.give_back(place.leader, key, "H1", "请补充", NOW)
    oral.record(place.leader, key, "M4", {View.GAINS: "都好"}, None, NOW)
    assert cycles.close_due(NOW + timedelta(days=29)) == 0
    assert cycles.close_due(AFTER) == 1
    assert cycles.close_due(AFTER) == 0
    assert cycles.find(key).state is CycleState.CLOSED
    found = {who.number: state_of(who, key) for who in Member.select()}
    assert found == {
        "M1": ReportState.NOT_FILED,
        "M2": ReportState.SUBMITTED,
        "M3": ReportState.NOT_REQUIRED,
        "H1": ReportState.RETURNED,
        "M4": ReportState.RECORDED,
        # Who never began has no row at all: nothing to hold against anybody.
        "S1": None,
        "O1": None,
        "N1": None,
    }
    assert ShuxueText.select().where(ShuxueText.body == "写了").count() == 20


def test_after_the_last_day_the_own_words_stay_readable_and_what_was_in_time_is_mended(place):
    key = opened().key
    for who in (place.zhang, place.li):
        drafted(who, key)
    writing.submit(place.li, key, PAGE, NOW)
    oral.record(place.leader, key, "M4", {View.GAINS: "都好"}, None, NOW)
    for _ in ("by the clock alone", "and by the job"):
        shown = writing.look(place.zhang, key, AFTER)
        assert (shown.state, shown.editable) == (ReportState.NOT_FILED, False)
        assert shown.texts[View.GAINS].body == "写了"
        with refused("closed"):
            writing.append(place.zhang, key, View.GAINS, "晚了", PAGE, AFTER)
        with refused("closed"):
            writing.submit(place.zhang, key, PAGE, AFTER)
        with refused("closed"):
            writing.append(place.wang, key, View.GAINS, "晚了", PAGE, AFTER)
        with refused("submitted"):
            writing.recall(place.li, key, AFTER)
        cycles.close_due(AFTER)
    deciding.give_back(place.leader, key, "M2", "请补充", AFTER)
    writing.append(place.li, key, View.GAINS, "补上了", PAGE, AFTER)
    assert writing.submit(place.li, key, PAGE, AFTER).revision == 2
    deciding.accept(place.leader, key, "M2", AFTER)
    assert oral.confirm(place.old, key, AFTER).state is ReportState.SUBMITTED


def test_who_has_spoken_in_time_does_not_pay_for_a_slow_branch(place):
    key = opened().key
    writing.append(place.zhang, key, View.SPIRIT, "打的字", ReportChannel.SELF_CHAT, NOW)
    report = ShuxueReport.get(ShuxueReport.member == place.zhang)
    VoiceNote.create(
        key="v",
        report=report,
        view=View.GAINS,
        media_id="m",
        state=VoiceState.FETCHED,
        received_at=NOW,
    )
    cycles.close_due(AFTER)
    assert state_of(place.zhang, key) is ReportState.RECORDED
    writing.append(place.zhang, key, View.GAINS, "说的话", ReportChannel.VOICE, AFTER)
    assert writing.look(place.zhang, key, AFTER).channel is ReportChannel.VOICE


def test_a_round_is_closed_early_by_those_who_could_open_it(place):
    key = opened().key
    drafted(place.zhang, key)
    for actor in (place.headman, place.outsider, member_actor(place.zhang.id)):
        with refused("not_found"):
            cycles.close(actor, key, NOW)
    for _ in range(2):
        assert cycles.close(place.leader, key, NOW).state is CycleState.CLOSED
    assert state_of(place.zhang, key) is ReportState.NOT_FILED
    assert AuditLog.select().where(AuditLog.action == "cycle.closed").count() == 1


def test_my_rounds_say_how_much_is_written_and_which_one_needs_me(place):
    annual, quarter = opened("DW", CycleType.ANNUAL, due=date(2026, 12, 31)), opened()
    assert cycles.current(place.zhang, NOW).cycle.key == quarter.key
    writing.append(place.zhang, quarter.key, View.GAINS, "一条", PAGE, NOW)
    mine = {each.cycle.key: each for each in cycles.of_member(place.zhang, NOW)}
    assert list(mine) == [annual.key, quarter.key]
    assert (mine[quarter.key].written, mine[quarter.key].lacking) == (1, 4)
    assert (mine[annual.key].report, mine[annual.key].lacking) == (None, 5)
    drafted(place.zhang, quarter.key)
    writing.submit(place.zhang, quarter.key, PAGE, NOW)
    assert cycles.current(place.zhang, NOW).cycle.key == annual.key
    drafted(place.zhang, annual.key)
    writing.submit(place.zhang, annual.key, PAGE, NOW)
    assert cycles.current(place.zhang, NOW) is None
    deciding.give_back(place.leader, annual.key, "M1", "请补充", NOW)
    assert cycles.current(place.zhang, AFTER + timedelta(days=99)).cycle.key == annual.key


def test_who_is_not_required_may_file_and_is_asked_last(place):
    opened()
    [mine] = cycles.of_member(place.old, NOW)
    assert mine.required is False
    assert writing.look(place.old, mine.cycle.key, NOW).required is False
    drafted(place.old, mine.cycle.key)
    assert writing.submit(place.old, mine.cycle.key, PAGE, NOW).state is ReportState.SUBMITTED


def test_a_later_edition_of_the_form_leaves_an_open_round_alone(place, tmp_path):
    key = opened().key
    shipped = Path(__file__).resolve().parents[2] / "rules"
    shutil.copytree(shipped, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "shuxue" / "common.toml"
    text = path.read_text("utf-8")
    later = (
        text.replace('"2026版"', '"新版"').replace("2019-01-01", "2026-11-01").replace("学了什么", "悟到什么")
    )
    path.write_text(text + later, "utf-8")
    rulebook.use(rulebook.Rulebook(tmp_path))
    prompt = writing.look(place.zhang, key, NOW).form.view(View.UNDERSTANDING).prompt
    assert prompt == "这个季度学了什么，认识上有什么变化？"
    topic = opened(kind=CycleType.TOPIC)
    assert writing.look(place.zhang, topic.key, NOW).form.views[0].prompt.startswith("这段时间悟到什么")


def test_a_former_secretary_opens_nothing(place):
    former = member("M7", place.branch)
    role(former, Role.SECRETARY, place.branch, ends=NOW.date() - timedelta(days=1))
    with refused("not_found"):
        cycles.open_cycle(member_actor(former.id), plan(), NOW)
