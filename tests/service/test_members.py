"""The roster and a member's page by role, edits through the checks of the import, exemptions, entering."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from models import AuditLog, Exemption, Member, RolePeriod, WechatBinding
from models.terms import AttendanceStatus, ExemptionKind
from services import hours
from services.actor import OPERATOR
from services.errors import ServiceError
from services.members import edits, entering, exemptions, listing, one
from services.members.edits import SINCE, FieldFaults
from services.members.entering import Brought
from services.members.exemptions import Wanted
from services.roll import attendance
from tests.builders import (
    BEFORE,
    START,
    District,
    bound,
    confirmed,
    district,
    named,
    places,
    published,
    refused,
    sound,
)

NOW = START + timedelta(days=1)
TODAY = date(2026, 11, 22)


@pytest.fixture
def field(db: object) -> District:
    return named(district())


def names(found: listing.Listing) -> list[str]:
    return [line.number for _, lines in found.groups for line in lines]


def test_the_roster_stands_by_group_and_name_and_is_found_by_sound(field: District) -> None:
    Member.update(name="王芳").where(Member.number == "M1").execute()
    found = listing.listing(field.leader, NOW)
    assert [group for group, _ in found.groups] == ["党组织ZB1X1", "党组织ZB1X2"]
    assert names(found) == ["M2", "H1", "M1", "M4", "M3", "S1"]
    assert dict((line.number, line.marks) for _, lines in found.groups for line in lines)["M4"] == (
        "不作硬性要求",
    )
    for typed in ("wf", "wangfang", "王芳"):
        assert names(listing.listing(field.leader, NOW, typed)) == ["M1"]
    assert names(listing.listing(field.headman, NOW)) == ["M2", "H1", "M1"]
    assert not listing.listing(field.headman, NOW).keeps


def test_an_officer_sees_branches_with_counts_and_opens_one(field: District) -> None:
    found = listing.listing(field.above, NOW)
    assert [(branch.code, branch.members) for branch in found.branches] == [("ZB1", 6), ("ZB2", 2)]
    assert found.groups == ()
    assert names(listing.listing(field.above, NOW, code="ZB2")) == ["N1", "O1"]
    with refused("not_found"):
        listing.listing(field.leader, NOW, code="ZB2")


def test_a_page_of_a_member_holds_what_the_role_may_see(field: District) -> None:
    edits.save(field.leader, "M1", {"手机号": "138 0013 8000"}, NOW)
    confirmed(field.branch, ["M1"])
    inside = one.one(field.leader, "M1", NOW).kept
    assert inside is not None
    assert (inside.phone, inside.bound) == ("13800138000", False)
    assert inside.hours is not None
    assert inside.hours.credited == 150
    assert [line.hours for line in inside.lines] == [150]
    above = one.one(field.above, "M1", NOW).kept
    assert above is not None
    assert (above.phone, above.hours, above.lines) == (None, None, ())
    head = one.one(field.headman, "M1", NOW)
    assert (head.kept, head.came) == (None, ())
    for stranger, number in (
        (field.outsider, "M1"),
        (field.headman, "M3"),
        (field.leader, "N1"),
        (field.leader, "x\0"),
    ):
        with refused("not_found"):
            one.one(stranger, number, NOW)


def test_a_group_head_sees_who_came_to_the_group_and_nothing_else(field: District) -> None:
    key = published(field.group, title="小组会")
    published(field.branch, title="支部的")
    attendance.call_roll(field.headman, key, AttendanceStatus.PRESENT, ["M1"], START)
    assert [(came.title, came.status) for came in one.one(field.headman, "M1", NOW).came] == [
        ("小组会", AttendanceStatus.PRESENT)
    ]


def test_an_edit_goes_through_the_checks_of_the_roster_and_writes_nothing_with_a_fault(
    field: District,
) -> None:
    typed = {"姓名": "王=芳", "党小组": "没有的组", "转正日期": "2009-01-01", "手机号": "123"}
    with pytest.raises(FieldFaults) as caught:
        edits.save(field.leader, "M1", typed, NOW)
    assert set(caught.value.faults) == {"姓名", "党小组", "转正日期", "手机号"}
    assert Member.get(Member.number == "M1").name == "员甲"
    good = {
        "姓名": "王 芳",
        "党小组": "党组织ZB1X2",
        "类别": "离退休",
        SINCE: "2015-01-05",
        "编号": "X",
        "支部代码": "ZB2",
    }
    edits.save(field.leader, "M1", good, NOW)
    row = Member.get(Member.number == "M1")
    assert (row.name, row.group_id, row.branch_id) == ("王 芳", field.other_group.id, field.branch.id)
    assert (row.category, row.active_from) == ("RETIRED", date(2015, 1, 5))
    actions = [each.action for each in AuditLog.select().where(AuditLog.subject == str(row.id))]
    assert actions == ["roster.member.update", "member.since"]
    assert not AuditLog.select().where(AuditLog.detail.contains("芳")).exists()


def test_those_above_never_read_or_change_a_phone(field: District) -> None:
    edits.save(field.leader, "M1", {"手机号": "13800138000"}, NOW)
    assert "手机号" not in edits.form(field.above, "M1", NOW)
    edits.save(field.above, "M1", {"手机号": "13900000000", "类别": "学生"}, NOW)
    assert edits.form(field.leader, "M1", NOW)["手机号"] == "13800138000"
    for stranger in (field.outsider, field.headman):
        with refused("not_found"):
            edits.save(stranger, "M1", {"姓名": "别人"}, NOW)


def test_a_new_group_brings_its_sessions_and_takes_those_of_the_old(field: District) -> None:
    old, new = published(field.group, at=BEFORE), published(field.other_group, at=BEFORE)
    edits.save(field.leader, "M1", {"党小组": "党组织ZB1X2"}, BEFORE)
    assert "M1" not in places(old)
    assert places(new)["M1"] is AttendanceStatus.EXPECTED


def test_who_leaves_the_roster_loses_rights_and_places_and_keeps_the_record(field: District) -> None:
    confirmed(field.branch, ["H1"])
    ahead = published(field.branch, at=NOW, starts_at=START + timedelta(days=9))
    bound(field.head)
    edits.leave(field.leader, "H1", TODAY, NOW)
    assert "H1" not in places(ahead)
    assert RolePeriod.get(RolePeriod.member == field.head).ends == TODAY - timedelta(days=1)
    assert hours.view(field.head, 2026, NOW).credited == 150
    assert WechatBinding.get().unbound_at is None
    with refused("forbidden"):
        listing.listing(field.headman, NOW)
    assert names(listing.listing(field.leader, NOW + timedelta(days=1), left=True)) == ["H1"]
    edits.restore(field.leader, "H1", NOW)
    assert places(ahead)["H1"] is AttendanceStatus.EXPECTED
    edits.leave(field.leader, "H1", TODAY, NOW, deceased=True)
    assert WechatBinding.get().unbound_at is not None
    for day in (date(2000, 1, 1), TODAY + timedelta(days=1)):
        with refused("day"):
            edits.leave(field.leader, "M1", day, NOW)
    sound()


def test_an_exemption_has_a_kind_and_dates_and_frees_the_places_ahead(field: District) -> None:
    key = published(field.branch, at=BEFORE)
    on = BEFORE.date()
    exemptions.give(field.leader, "M1", Wanted("NOT_REQUIRED", on, None, on), BEFORE)
    assert places(key)["M1"] is AttendanceStatus.EXEMPT
    row = Exemption.get(Exemption.member == field.zhang)
    assert (row.kind, row.decided_by_id) == (ExemptionKind.NOT_REQUIRED, field.secretary.id)
    with refused("same"):
        exemptions.give(field.leader, "M1", Wanted("NOT_REQUIRED", on, None, on), BEFORE)
    exemptions.end(field.leader, "M1", row.id, on, BEFORE)
    assert places(key)["M1"] is AttendanceStatus.EXPECTED
    with refused("own"):
        exemptions.give(field.leader, "S1", Wanted("NOT_REQUIRED", on, None, on), BEFORE)
    for who, number in ((field.outsider, "M1"), (field.headman, "M1")):
        with refused("not_found"):
            exemptions.give(who, number, Wanted("NOT_REQUIRED", on, None, on), BEFORE)
    with refused("not_found"):
        exemptions.end(field.leader, "M2", row.id, on, BEFORE)


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("kind", Wanted("ILL", TODAY, None, TODAY)),
        ("starts", Wanted("NOT_REQUIRED", date(1900, 1, 1), None, TODAY)),
        ("ends", Wanted("NOT_REQUIRED", TODAY, date(2026, 1, 1), TODAY)),
        ("decided_on", Wanted("NOT_REQUIRED", TODAY, None, date(2027, 1, 1))),
    ],
)
def test_an_exemption_that_cannot_be_is_refused_by_its_field(
    field: District, code: str, wanted: Wanted
) -> None:
    with refused(code):
        exemptions.give(field.leader, "M1", wanted, NOW)
    assert Exemption.select().where(Exemption.member == field.zhang).count() == 0


NEW = {"编号": "NEW1", "姓名": "赵新", "类别": "在职", "入党日期": "2012-07-01", SINCE: "2026-07-15"}


def test_a_member_from_outside_owes_the_months_from_the_coming_and_brings_hours(field: District) -> None:
    ahead = published(field.branch, at=NOW, starts_at=START + timedelta(days=9))
    made = entering.enter(field.leader, "ZB1", NEW, Brought("外市某支部", Decimal("10.5")), NOW)
    view = hours.view(made, 2026, NOW)
    assert (view.required, view.credited) == (1600, 1050)
    assert places(ahead)["NEW1"] is AttendanceStatus.EXPECTED
    sound()


def test_a_number_is_given_once_and_a_branch_must_be_ones_own(field: District) -> None:
    with pytest.raises(FieldFaults) as caught:
        entering.enter(field.leader, "ZB1", NEW | {"编号": "N1"}, None, NOW)
    assert set(caught.value.faults) == {"编号"}
    with pytest.raises(FieldFaults) as caught:
        entering.enter(field.leader, "ZB1", NEW | {"编号": "", "类别": ""}, None, NOW)
    assert set(caught.value.faults) == {"编号", "类别"}
    with refused("not_found"):
        entering.enter(field.leader, "ZB2", NEW, None, NOW)
    with pytest.raises(ServiceError):
        entering.enter(field.above, "ZB1", NEW, Brought("外市", Decimal(2)), NOW)
    entering.enter(OPERATOR, "ZB2", NEW, None, NOW)
    assert entering.branches(field.leader, NOW) == [("ZB1", "党组织ZB1")]


def test_a_secretary_is_asked_to_think_of_who_was_not_seen_for_half_a_year(field: District) -> None:
    held = START - timedelta(days=250)
    confirmed(field.branch, ["M1"], starts_at=held)
    confirmed(field.branch, [], starts_at=START - timedelta(days=20))
    kept = one.one(field.leader, "M1", NOW).kept
    assert kept is not None
    assert kept.long_unseen == held.date()


def test_a_number_typed_in_full_width_is_read_as_the_roster_reads_it(field: District) -> None:
    typed = {"编号": " Ｘ９９", "姓名": "赵丽", "类别": "在职", "入党日期": "2010-07-01", SINCE: "2026-11-01"}
    assert entering.enter(field.leader, "ZB1", typed, None, NOW).number == "X99"
    for taken in ("Ｎ１", "N\u200b1"):
        with pytest.raises(FieldFaults) as fault:
            entering.enter(field.leader, "ZB1", typed | {"编号": taken}, None, NOW)
        assert "已经有人了" in fault.value.faults["编号"]


def test_an_exemption_of_a_number_that_no_table_holds_is_not_found(field: District) -> None:
    for odd in (0, 2**31, 10**40):
        with refused("not_found"):
            exemptions.end(field.leader, "M4", odd, TODAY, NOW)
