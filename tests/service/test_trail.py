"""谁改过什么: leaders read names, members read offices, and nobody reads what is another branch's (R100)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from models import AuditLog
from models.terms import AttendanceStatus, ExemptionKind, ReportState, Role
from services import audit, privacy, roles, trail
from services.actor import OPERATOR, SYSTEM, member_actor
from services.clock import civil_day
from services.members import edits, exemptions
from services.members.exemptions import Wanted
from services.moving import mobility, transfers
from services.moving.mobility import Trip
from services.points import claims, judging
from services.roll import attendance
from services.roster import single
from services.shuxue import deciding, helpers
from services.study import sessions
from tests.builders import START, District, district, member, published, refused
from tests.service.test_desk import cycle, report

LATER = START + timedelta(hours=11)
DAY = date(2026, 11, 18)


@pytest.fixture
def d(db: Any) -> District:
    return district()


def whats(found: trail.Trail) -> list[str]:
    return [step.what for step in found.steps]


def test_the_trail_of_a_session_says_who_did_what_when_and_why(d: District) -> None:
    key = published(d.branch)
    attendance.call_roll(d.leader, key, AttendanceStatus.PRESENT, ["M1", "M2"], START)
    attendance.confirm(d.leader, key, LATER)
    attendance.reopen(d.above, key, "漏记一位同志", LATER)
    found = trail.of(d.leader, "session", key, LATER)
    assert whats(found)[:3] == ["退回重核，学时先扣回", "确认，学时入账", "点名"]
    again, posted, called = found.steps[:3]
    assert (again.why, again.at) == ("漏记一位同志", LATER)
    assert again.who == f"{d.officer.name}（上级党务干部）"
    assert posted.who == f"{d.secretary.name}（书记）"
    assert called.details == ("到会", "党员M1、党员M2")
    assert found.title == sessions.find(key).title


def test_a_session_is_read_by_those_who_run_it(d: District) -> None:
    key = published(d.branch)
    for actor in (d.leader, d.above, OPERATOR):
        assert trail.of(actor, "session", key, START).steps
    for actor in (d.headman, d.outsider, member_actor(d.zhang.id)):
        with refused("not_found"):
            trail.of(actor, "session", key, START)
    with refused("not_found"):
        trail.of(d.leader, "session", "nonsense!!", START)
    with refused("not_found"):
        trail.of(d.leader, "hours", key, START)


def test_the_trail_of_a_member_names_days_and_kinds(d: District) -> None:
    mobility.go_out(d.leader, "M1", Trip("上海", START.date(), abroad=True), START)
    today = START.date()
    exemptions.give(d.leader, "M1", Wanted(ExemptionKind.EXCLUDED_FROM_DUE.value, today, today, today), LATER)
    given, out = trail.of(d.leader, "member", "M1", LATER).steps
    assert (given.what, given.details) == (
        "登记不作要求",
        ("不计入应到", "从11月21日（周六）起", "到11月21日（周六）为止"),
    )
    assert (out.what, out.details) == ("登记外出", ("在国（境）外",))
    assert "上海" not in str((given, out)), "ids and states only"
    for actor in (d.headman, d.outsider, member_actor(d.li.id)):
        with refused("not_found"):
            trail.of(actor, "member", "M1", LATER)


def test_the_officer_above_does_not_read_who_takes_part_in_points(d: District) -> None:
    audit.record(member_actor(d.zhang.id), START, "points.opted_in", "member", d.zhang.id)
    assert whats(trail.of(d.leader, "member", "M1", START)) == ["愿意参加积分"]
    assert whats(trail.of(d.above, "member", "M1", START)) == []


def test_what_was_done_is_told_by_the_role_of_that_day(d: District) -> None:
    mobility.go_out(d.leader, "M1", Trip("上海", START.date()), START)
    roles.hand_over(d.leader, d.branch.code, "M2", LATER)
    next_week = LATER + timedelta(days=7)
    later = member_actor(d.li.id)
    mobility.come_back(later, "M1", next_week.date(), next_week)
    back, out = trail.of(later, "member", "M1", next_week).steps
    assert (back.who, out.who) == ("党员M2（书记）", f"{d.secretary.name}（书记）")
    with refused("not_found"):
        trail.of(d.leader, "member", "M1", next_week)


def test_the_own_trail_names_nobody_else(d: District) -> None:
    mobility.go_out(d.leader, "M1", Trip("上海", START.date()), START)
    privacy.hand_out(d.above, "M1", LATER)
    audit.record(SYSTEM, LATER, "binding.unfollowed", "member", d.zhang.id)
    audit.record(member_actor(d.zhang.id), LATER, "binding.bound", "member", d.zhang.id)
    found = trail.of_own(d.zhang, "member", "", LATER)
    assert [step.who for step in found.steps] == ["您自己", "系统自动", "上级党务干部", "书记"]
    assert not {each.name for each in (d.secretary, d.officer)} & {step.who for step in found.steps}
    leaders = trail.of(d.leader, "member", "M1", LATER)
    assert leaders.steps[0].who == "党员M1（本人）"


def test_a_report_keeps_its_reason_and_is_read_by_who_decides_it(d: District) -> None:
    quarter = cycle(d.branch)
    handed_in = report(quarter, d.zhang, ReportState.SUBMITTED)
    handed_in.submitted_at = START
    handed_in.save()
    deciding.give_back(d.leader, quarter.key, "M1", "请写一写收获", START)
    (step,) = trail.of(d.leader, "report", f"{quarter.key}/M1", LATER).steps
    assert (step.what, step.why) == ("请本人再补充述学", "请写一写收获")
    (own,) = trail.of_own(d.zhang, "report", quarter.key, LATER).steps
    assert (own.who, own.why) == ("书记", "请写一写收获")
    for actor in (d.headman, d.outsider, d.above):
        with refused("not_found"):
            trail.of(actor, "report", f"{quarter.key}/M1", LATER)
    with refused("not_found"):
        trail.of_own(d.li, "report", quarter.key, LATER)
    for typed in (quarter.key, f"{quarter.key}/", "/", "x/M1"):
        with refused("not_found"):
            trail.of(d.leader, "report", typed, LATER)


def test_a_draft_that_was_never_handed_in_is_nobodys_to_read(d: District) -> None:
    quarter = cycle(d.branch)
    report(quarter, d.zhang, ReportState.DRAFT)
    with refused("not_found"):
        trail.of(d.leader, "report", f"{quarter.key}/M1", LATER)
    assert trail.of_own(d.zhang, "report", quarter.key, LATER).steps == ()


def test_a_claim_says_the_reason_at_the_last_answer_only(d: District) -> None:
    claim = claims.file(d.zhang, item="helping", day=DAY, words="帮忙", now=START)
    judging.give_back(d.leader, claim.key, "请写明时间", START)
    claims.resubmit(d.zhang, claim.key, START, item="helping", day=DAY, words="周三下午帮忙")
    judging.refuse(d.leader, claim.key, "不在范围内", LATER)
    found = trail.of(d.leader, "claim", claim.key, LATER)
    assert [(step.what, step.why) for step in found.steps] == [
        ("未同意申报", "不在范围内"), ("补充后再报", None), ("请本人再补充", None), ("提出积分申报", None),
    ]  # fmt: skip
    assert whats(trail.of_own(d.zhang, "claim", claim.key, LATER)) == whats(found)
    for who in (d.li, d.secretary):
        with refused("not_found"):
            trail.of_own(who, "claim", claim.key, LATER)
    for actor in (d.outsider, d.headman):
        with refused("not_found"):
            trail.of(actor, "claim", claim.key, LATER)


def test_the_roles_of_a_branch_say_who_got_which(d: District) -> None:
    roles.appoint(d.leader, "M1", Role.COMMITTEE, d.branch.code, START)
    helpers.appoint(d.leader, "M2", d.group.code, START)
    roles.end(d.leader, "M1", Role.COMMITTEE, d.branch.code, START)
    roles.hand_over(d.leader, d.branch.code, "M1", LATER)
    found = trail.of(member_actor(d.zhang.id), "roles", d.branch.code, LATER)
    assert [(step.what, step.details) for step in found.steps] == [
        ("交接书记", (f"原书记 {d.secretary.name}", "新书记 党员M1")),
        ("免去职务", ("党员M1", "支委", d.branch.name)),
        ("请担任代录同志", ("党员M2", d.group.name)),
        ("任命职务", ("党员M1", "支委", d.branch.name)),
    ]
    for actor in (d.outsider, d.headman, member_actor(d.li.id)):
        with refused("not_found"):
            trail.of(actor, "roles", d.branch.code, LATER)


def test_offices_that_end_by_leaving_a_transfer_or_a_file_stand_in_the_trail_of_roles(d: District) -> None:
    for number, held in (("M1", Role.COMMITTEE), ("M2", Role.DEPUTY), ("M2", Role.HELPER)):
        roles.appoint(d.above, number, held, "ZB1", START)
    edits.leave(d.leader, "M1", civil_day(START), LATER)
    key = transfers.propose(d.leader, "M2", "ZB2", civil_day(START), LATER)
    transfers.accept(d.outsider, key, LATER)
    row = {
        "编号": "M3", "姓名": "王岚", "支部代码": "ZB1", "类别": d.wang.category.label,
        "入党日期": d.wang.joined_on.isoformat(), "党内职务": "纪检委员",
    }  # fmt: skip
    assert single.write_row(row, OPERATOR, LATER) == []
    found = trail.of(d.leader, "roles", "ZB1", LATER)
    lines = [(step.what, step.details) for step in found.steps[:4]]
    assert lines == [
        ("任命职务", ("王岚", "支委", d.branch.name, "按导入的名册")),
        ("免去职务", (d.li.name, "代录同志", d.branch.name, "随组织关系转出")),
        ("免去职务", (d.li.name, "副书记", d.branch.name, "随组织关系转出")),
        ("免去职务", (d.zhang.name, "支委", d.branch.name, "随离开名册")),
    ]
    # The branch that took somebody in reads of its own offices alone.
    assert trail.of(d.outsider, "roles", "ZB2", LATER).steps == ()


def test_a_long_trail_comes_in_pages_of_fifty_without_more_questions(d: District) -> None:
    for number in range(120):
        audit.record(d.leader, START + timedelta(minutes=number), "session.called", "session", "k",
                     status="PRESENT", members=[d.zhang.id, d.li.id])  # fmt: skip
    key = published(d.branch)
    AuditLog.insert(at=START, actor_kind="operator", action="session.closed", subject_kind="session",
                    subject=key, detail=None).execute()  # fmt: skip
    assert trail.of(d.leader, "session", key, LATER).steps[0].who == "管理员"
    for number in range(120):
        audit.record(d.leader, LATER + timedelta(minutes=number), "session.called", "session", key,
                     status="PRESENT", members=[d.zhang.id])  # fmt: skip
    pages = [trail.of(d.leader, "session", key, LATER, page) for page in (1, 2, 3, 4)]
    assert [(len(page.steps), page.more) for page in pages] == [
        (50, True),
        (50, True),
        (23, False),
        (0, False),
    ]
    assert trail.of(d.leader, "session", key, LATER, -5).page == 1


def test_a_roll_call_of_many_names_some_and_counts_the_others(d: District) -> None:
    key = published(d.branch)
    many = [member(f"Z{number:02}", d.branch).id for number in range(20)]
    audit.record(d.leader, START, "session.called", "session", key, status="PRESENT", members=many)
    status, named = trail.of(d.leader, "session", key, LATER).steps[0].details
    assert (status, named.count("、")) == ("到会", 11)
    assert named.endswith("等 20 位同志")


def test_who_was_erased_is_named_no_more(d: District) -> None:
    key = published(d.branch)
    attendance.call_roll(d.leader, key, AttendanceStatus.PRESENT, ["M1"], START)
    privacy.erase(OPERATOR, "M1", LATER)
    assert trail.of(d.leader, "session", key, LATER).steps[0].details == ("到会", "已删除")
