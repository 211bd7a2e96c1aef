"""The roster from a page: every change and fault first, one's own reach, a second step that writes."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from models import AuditLog, Member, Organization, RolePeriod
from models.terms import AttendanceStatus, OrgKind
from services.actor import OPERATOR, Actor
from services.roster import uploads
from services.roster.uploads import Preview
from tests.builders import BEFORE, District, district, named, organization, places, published, refused
from tests.service.test_roster import org, person, write


@pytest.fixture
def field(db: object) -> District:
    return named(district())


def row(number: str, name: str, **cells: Any) -> dict[str, Any]:
    """Return a row as the branch keeps it: no phone, no duty columns."""
    whole = person(number, 姓名=name, 手机号="") | cells
    return {
        header: whole[header] for header in whole if header not in {"党内职务", "任职日期"} or header in cells
    }


def shown(actor: Actor, *members: dict[str, Any], **sheets: Any) -> Preview:
    return uploads.preview(actor, write(sheets | {"党员": list(members)}), "名册.xlsx", BEFORE)


def faults(found: Preview) -> list[tuple[str, int, str]]:
    return [(each.sheet, each.row, each.column) for each in found.rejected]


def test_every_change_is_shown_and_nothing_is_written_before_it_is_confirmed(field: District) -> None:
    found = shown(
        field.leader,
        row("M1", "员新名", 党小组="党组织ZB1X1", 手机号="13800138000"),
        row("NEW1", "赵新", 类别="学生"),
        row("M2", "员乙", 党小组="党组织ZB1X1"),
    )
    assert (found.created, found.updated, found.unchanged, found.rejected) == (1, 1, 1, [])
    assert [(each.label, each.before, each.after) for each in found.members[0].differences] == [
        ("姓名", "员甲", "员新名"),
        ("手机号", "", "138****8000"),
    ]
    assert Member.get(Member.number == "M1").name == "员甲"
    key = published(field.branch)
    done = uploads.confirm(field.leader, found.sealed, BEFORE + timedelta(minutes=5))
    assert (done.applied, done.created, done.updated) == (True, 1, 1)
    assert Member.get(Member.number == "M1").name == "员新名"
    assert places(key)["NEW1"] is AttendanceStatus.EXPECTED
    again = uploads.confirm(field.leader, found.sealed, BEFORE + timedelta(minutes=6))
    assert (again.applied, again.moved, again.created, again.sealed) == (False, True, 0, "")
    assert AuditLog.select().where(AuditLog.action == "roster.import").count() == 1


def test_a_secretary_touches_only_the_own_branch_and_the_fault_says_so(field: District) -> None:
    found = shown(
        field.leader,
        row("N1", "别人"),
        row("M1", "员甲", 支部代码="ZB2"),
        row("NEW1", "赵新", 支部代码="DW"),
    )
    assert faults(found) == [("党员", 2, "编号"), ("党员", 3, "支部代码"), ("党员", 4, "支部代码")]
    assert (found.sealed, found.members) == ("", ())
    trees = [org("DW2", 上级代码="DW"), org("ZB3", 类型="党支部", 上级代码="DW")]
    assert faults(shown(field.leader, row("M2", "员乙"), 党组织=trees)) == [
        ("党组织", 2, "代码"),
        ("党组织", 3, "代码"),
    ]
    own = [org("ZB1", 名称="改名", 类型="党支部", 上级代码="DW", 领域="社区")]
    assert faults(shown(field.leader, row("M2", "员乙"), 党组织=own)) == [("党组织", 2, "代码")]
    group = [org("ZB1X9", 名称="第九党小组", 类型="党小组", 上级代码="ZB1", 领域="社区")]
    assert shown(field.leader, row("M2", "员乙"), 党组织=group).created == 1


def test_an_officer_reaches_the_branches_below_and_nothing_beside(field: District) -> None:
    other = organization("QT", OrgKind.COMMITTEE)
    organization("QTZB", parent=other)
    found = shown(field.above, row("N1", "别人", 支部代码="ZB1"), row("M1", "员甲", 党小组="党组织ZB1X1"))
    assert found.rejected == []
    assert faults(shown(field.above, row("NEW1", "赵新", 支部代码="QTZB"))) == [("党员", 2, "支部代码")]
    before = published(field.neighbour)
    uploads.confirm(field.above, found.sealed, BEFORE)
    assert "N1" not in places(before)


def test_no_file_gives_or_takes_an_office_and_nobody_exempts_oneself(field: District) -> None:
    for duty in ("书记", "党务干部", "副书记"):
        assert faults(shown(field.leader, row("M1", "员甲", 党内职务=duty))) == [("党员", 2, "党内职务")]
    assert faults(shown(field.leader, row("S1", "员书记", 党内职务=""))) == [("党员", 2, "党内职务")]
    assert shown(field.leader, row("S1", "员书记", 党内职务="书记", 党小组="党组织ZB1X2")).rejected == []
    mine = row("S1", "员书记", 不作硬性要求="是", 党小组="党组织ZB1X2")
    assert faults(shown(field.leader, mine)) == [("党员", 2, "不作硬性要求")]
    assert RolePeriod.select().count() == 4


def test_what_was_shown_is_good_for_this_person_this_while_and_this_roster(field: District) -> None:
    found = shown(field.leader, row("M1", "员新名"))
    other = "B" if found.sealed.startswith("A") else "A"
    for actor, sealed, minutes in (
        (field.outsider, found.sealed, 1),
        (field.leader, found.sealed, 31),
        (field.leader, other + found.sealed[1:], 1),
        (field.leader, "ü", 1),
        (field.leader, "", 1),
    ):
        with refused("stale"):
            uploads.confirm(actor, sealed, BEFORE + timedelta(minutes=minutes))
    Member.update(name="又一个").where(Member.number == "M1").execute()
    moved = uploads.confirm(field.leader, found.sealed, BEFORE)
    assert (moved.moved, moved.applied, moved.members[0].differences[0].before) == (True, False, "又一个")
    assert uploads.confirm(field.leader, moved.sealed, BEFORE).applied
    assert Member.get(Member.number == "M1").name == "员新名"


def test_faults_of_cells_are_those_of_the_import_and_heads_of_groups_may_not_upload(field: District) -> None:
    found = shown(field.leader, row("M1", "=1+1", 入党日期="明天"))
    assert faults(found) == [("党员", 2, "姓名"), ("党员", 2, "入党日期")]
    assert all(each.reason for each in found.rejected)
    for nobody in (field.headman, dataclasses.replace(field.leader, member_id=field.zhang.id)):
        with refused("forbidden"):
            shown(nobody, row("M1", "员甲"))
    assert shown(OPERATOR, row("N1", "别人", 支部代码="ZB2")).updated == 1
    assert Organization.select().count() == 5
