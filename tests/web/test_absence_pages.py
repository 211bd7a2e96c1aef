"""The pages of leave, make-up and study elsewhere: what was typed stays, one tap decides."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from html import escape

import pytest

from models import ExternalStudy, Leave, MakeUp
from models.terms import AttendanceStatus, ExternalState, LeaveKind, LeaveState, MakeUpState
from services.absence import externals, leaves, make_ups
from services.absence.externals import Elsewhere
from services.absence.make_ups import Done
from services.actor import OPERATOR
from services.roll import attendance
from tests.web.world import World

ODD = "<script>alert(1)</script> {{7*7}} =1+1 𬱖"
HELD = timedelta(days=3)


def text_of(world: World, role: str, path: str) -> str:
    answer = world.client(role).get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def missed(world: World) -> MakeUp:
    """A session that everybody missed; the make-up is the member's."""
    session = world.new_session("没来的那次", world.clock() - HELD)
    attendance.confirm(OPERATOR, session.key, world.clock())
    return MakeUp.get(MakeUp.session == session, MakeUp.member == world.members["member"])


def test_a_page_of_what_is_owed_that_does_not_exist_is_the_last(world: World) -> None:
    missed(world)
    assert "<details open>" in text_of(world, "secretary", "/s/make-ups?p=999999")
    assert "<details>" in text_of(world, "secretary", "/s/make-ups")


# ---- leave


def test_a_leave_goes_from_the_members_page_over_one_tap_back_to_the_members_page(world: World) -> None:
    phone = world.client("member")
    key = world.session.key
    assert "请假" in text_of(world, "member", f"/m/leave/new/{key}")
    answer = phone.post(f"/m/leave/new/{key}", data={"kind": "HEALTH", "words": ODD})
    assert (answer.status_code, answer.location) == (303, "/m/leave?done=filed")
    assert "请假等同意" in text_of(world, "member", "/m/leave")
    assert phone.get(f"/m/leave/new/{key}").status_code == 302
    queue = text_of(world, "secretary", "/s/leave")
    assert escape(ODD) in queue
    assert "<script>alert" not in queue
    row = Leave.get()
    assert world.client("secretary").post(f"/s/leave/{row.key}/approve").status_code == 303
    assert "已同意（张伟）" in text_of(world, "member", "/m/leave")
    assert phone.post(f"/m/leave/{row.key}/withdraw").status_code == 303
    assert Leave.get().state is LeaveState.WITHDRAWN


def test_a_leave_without_a_ground_keeps_what_was_typed(world: World) -> None:
    answer = world.client("member").post(f"/m/leave/new/{world.session.key}", data={"words": ODD})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert "还没有选请假的事由" in page
    assert escape(ODD) in page


def test_a_refusal_without_a_reason_stands_at_its_field(world: World) -> None:
    row = leaves.file(world.members["member"], world.session.key, LeaveKind.DUTY, None, world.clock())
    desk = world.client("secretary")
    assert desk.post(f"/s/leave/{row.key}/refuse", data={"reason": " "}).status_code == 400
    desk.post(f"/s/leave/{row.key}/refuse", data={"reason": "请先说一声"})
    assert "原因：请先说一声" in text_of(world, "member", "/m/leave")


def test_what_was_told_on_the_phone_is_written_down_by_the_group_head_for_the_own_group_alone(
    world: World,
) -> None:
    head = world.client("group_head")
    page = text_of(world, "group_head", "/s/leave/new")
    assert "𬱖祎" in page
    assert "王芳" not in page, "she belongs to the other group"
    form = {"member": "M005", "session": world.session.key, "kind": "HEALTH"}
    assert head.post("/s/leave/new", data=form | {"session": ""}).status_code == 400
    assert head.post("/s/leave/new", data=form).status_code == 303
    assert Leave.get().state is LeaveState.APPROVED
    again = head.post("/s/leave/new", data=form | {"kind": "DUTY"})
    assert (again.status_code, "已经请过假" in again.get_data(as_text=True)) == (400, True)
    assert head.post("/s/leave/new", data=form | {"member": "M001"}).status_code == 404


# ---- make-up


def test_a_make_up_is_handed_in_given_back_completed_and_stands_in_the_ledger(world: World) -> None:
    row = missed(world)
    page = text_of(world, "member", "/m/make-ups")
    assert "没来的那次" in page
    assert "补上计 1.5 学时" in page
    phone, desk = world.client("member"), world.client("secretary")
    done = {"mode": "READING", "day": "2026-11-20", "words": ODD}
    assert phone.post(f"/m/make-ups/{row.key}", data=done).location == "/m/make-ups?done=handed"
    assert escape(ODD) in text_of(world, "secretary", "/s/make-ups")
    desk.post(f"/s/make-ups/{row.key}/return", data={"reason": "读的哪一章"})
    assert "请再补充：读的哪一章" in text_of(world, "member", "/m/make-ups")
    assert escape(ODD) in text_of(world, "member", f"/m/make-ups/{row.key}"), (
        "what was written is still there"
    )
    phone.post(f"/m/make-ups/{row.key}", data=done | {"words": "总纲"})
    assert desk.post(f"/s/make-ups/{row.key}/confirm").status_code == 303
    ledger = text_of(world, "member", "/m/hours")
    assert "没来的那次" in ledger
    assert "补学：自己读材料" in ledger
    assert "支部确认后记学时，同一次学习只记一次" in ledger
    assert "已补上，计 1.5 学时（张伟确认）" in text_of(world, "member", "/m/make-ups")
    assert "没来的那次" not in text_of(world, "other_member", "/m/make-ups")


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"mode": "", "day": "2026-11-20"}, "还没有选补学的方式"),
        ({"mode": "READING", "day": ""}, "还没有填哪天补的"),
        ({"mode": "READING", "day": "昨天"}, "日期没有看懂"),
        ({"mode": "READING", "day": "2026-11-22"}, "补学的日期不对"),
        ({"mode": "READING", "day": "2026-11-20", "words": "长" * 501}, "太长了，多了 1 个字"),
    ],
)
def test_what_cannot_be_handed_in_says_why_at_its_field(
    world: World, form: dict[str, str], words: str
) -> None:
    row = missed(world)
    answer = world.client("member").post(f"/m/make-ups/{row.key}", data=form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert words in page
    assert form.get("words", "") in page


def test_a_visit_is_asked_for_with_one_button_and_confirmed_with_its_day(world: World) -> None:
    row = missed(world)
    answer = world.client("member").post(f"/m/make-ups/{row.key}", data={"mode": "VISIT"})
    assert answer.location == "/m/make-ups?done=asked"
    assert "请支部上门" in text_of(world, "secretary", "/s/make-ups")
    assert "哪一天去的" in text_of(world, "secretary", f"/s/make-ups/{row.key}")
    desk = world.client("secretary")
    assert desk.post(f"/s/make-ups/{row.key}/confirm", data={"day": "2026-12-20"}).status_code == 400
    assert desk.post(f"/s/make-ups/{row.key}/confirm", data={"day": "2026-11-20"}).status_code == 303
    assert MakeUp.get_by_id(row.id).state is MakeUpState.CONFIRMED


def test_the_rest_of_a_session_attended_in_part_may_be_handed_in(world: World) -> None:
    session = world.new_session("只听了一半", world.clock() - HELD)
    attendance.call_roll(OPERATOR, session.key, AttendanceStatus.PARTIAL, ["M001"], world.clock())
    attendance.confirm(OPERATOR, session.key, world.clock())
    assert "其余想补可以补" in text_of(world, "member", "/m/make-ups")
    form = {"mode": "ONLINE", "day": "2026-11-20"}
    assert world.client("member").post(f"/m/make-ups/rest/{session.key}", data=form).status_code == 303
    assert "等支部确认" in text_of(world, "member", "/m/make-ups")


def test_whoever_has_no_phone_is_written_down_by_the_branch(world: World) -> None:
    missed(world)
    key = MakeUp.get(MakeUp.member == world.members["elder"]).key
    head = world.client("group_head")
    page = text_of(world, "group_head", "/s/make-ups")
    assert "𬱖祎" in page
    assert "王芳" not in page
    assert head.post(f"/s/make-ups/{key}/record", data={"mode": "", "day": ""}).status_code == 400
    assert (
        head.post(f"/s/make-ups/{key}/record", data={"mode": "TALK", "day": "2026-11-20"}).status_code == 303
    )
    other = MakeUp.get(MakeUp.member == world.members["member"]).key
    desk = world.client("secretary")
    assert desk.post(f"/s/make-ups/{other}/waive", data={"reason": ""}).status_code == 400
    desk.post(f"/s/make-ups/{other}/waive", data={"reason": "正在住院"})
    assert "正在住院" in text_of(world, "member", "/m/make-ups")
    assert desk.post(f"/s/make-ups/{other}/again").status_code == 303


# ---- study elsewhere


def test_a_study_elsewhere_is_proposed_confirmed_and_stands_in_the_ledger(world: World) -> None:
    form = {"kind": "OTHER", "org_name": "区委党校", "title": ODD, "day": "2026-11-20", "hours": "2"}
    phone, desk = world.client("member"), world.client("secretary")
    assert phone.post("/m/external/new", data=form).status_code == 303
    key = ExternalStudy.get().key
    for role, path in (
        ("member", "/m/external"),
        ("secretary", "/s/external"),
        ("secretary", f"/s/external/{key}"),
    ):
        page = text_of(world, role, path)
        assert escape(ODD) in page, path
        assert "<script>alert" not in page, path
    assert desk.post(f"/s/external/{key}/confirm", data={"hours": "zwei"}).status_code == 400
    assert desk.post(f"/s/external/{key}/confirm", data={"hours": "1.5"}).status_code == 303
    ledger = text_of(world, "member", "/m/hours")
    assert escape(ODD) in ledger
    assert "其他组织的学习，区委党校" in ledger
    desk.post(f"/s/external/{key}/reverse", data={"reason": "写错了"})
    assert "先扣回已记的学时" in text_of(world, "member", "/m/hours")
    assert "写错了" in text_of(world, "member", "/m/external")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"hours": "1e400"}, "学时数不对"),
        ({"hours": "很多"}, "学时没有看懂"),
        ({"hours": "sNaN"}, "学时数不对"),
        ({"day": ""}, "还没有填日期"),
        ({"day": "0001-01-01"}, "日期不对"),
        ({"title": "\x00"}, "还没有填学习内容"),
        ({"org_name": "长" * 60}, "太长了"),
        ({"kind": "TRANSFER"}, "还没有选是哪一种学习"),
    ],
)
def test_what_cannot_be_proposed_says_why_and_keeps_the_rest(
    world: World, changed: dict[str, str], words: str
) -> None:
    form = {
        "kind": "OTHER",
        "org_name": "区委党校",
        "title": "讲座",
        "day": "2026-11-20",
        "hours": "2",
        "words": ODD,
    }
    answer = world.client("member").post("/m/external/new", data=form | changed)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 400
    assert words in page
    assert escape(ODD) in page
    assert ExternalStudy.select().count() == 0


def test_a_guests_scan_shows_the_hosts_word_and_can_be_confirmed_with_a_note(world: World) -> None:
    host = world.members["other_secretary"].branch
    session = world.new_session("城西的党课", world.clock() + timedelta(minutes=5), host)
    phone = world.client("member")
    phone.get(f"/c/{world.token(session)}")
    phone.post("/c")
    study = ExternalStudy.get()
    assert "对方支部确认后" in text_of(world, "member", "/m/external")
    desk = world.client("secretary")
    assert desk.post(f"/s/external/{study.key}/confirm", data={"hours": "1.5"}).status_code == 409
    world.clock.at = world.clock() + timedelta(hours=3)
    assert "怎么核实的" in text_of(world, "secretary", f"/s/external/{study.key}")
    assert desk.post(f"/s/external/{study.key}/confirm", data={"hours": "1.5"}).status_code == 400
    note = {"hours": "1.5", "note": "与对方书记通了电话"}
    assert desk.post(f"/s/external/{study.key}/confirm", data=note).status_code == 303
    assert ExternalStudy.get().state is ExternalState.CONFIRMED


def test_hours_brought_along_are_stated_by_the_secretary(world: World) -> None:
    desk = world.client("secretary")
    form = {
        "kind": "TRANSFER",
        "org_name": "原支部",
        "title": "转入前的学时",
        "day": "2026-11-20",
        "hours": "30.5",
    }
    assert desk.post("/s/external/new", data=form).status_code == 400
    assert desk.post("/s/external/new", data=form | {"member": "M001"}).status_code == 303
    assert "30.5" in text_of(world, "member", "/m/hours")
    assert "转入以前的学时，由支部书记核实后登记" in text_of(world, "member", "/m/hours")


def test_nobody_reads_what_is_another_branchs(world: World) -> None:
    row = missed(world)
    make_ups.submit(
        world.members["member"], row.key, Done("READING", world.clock().date(), "只给支部看"), world.clock()
    )
    leaves.file(world.members["member"], world.session.key, LeaveKind.FAMILY, "家里的事", world.clock())
    study = Elsewhere("OTHER", "区委党校", "别处的课", world.clock().date(), Decimal(1))
    externals.propose(world.members["member"], study, world.clock())
    for role in ("other_secretary", "officer"):
        seen = "".join(text_of(world, role, path) for path in ("/s/leave", "/s/make-ups", "/s/external"))
        assert not any(secret in seen for secret in ("王芳", "只给支部看", "家里的事", "别处的课"))
