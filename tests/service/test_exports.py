"""What leaves the house: right figures, the right people, an audit line, and a roster that comes back."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import AuditLog, MakeUp, Member, Mobility, Reminder, RolePeriod, StudySession
from models.terms import (
    Area,
    Channel,
    CycleType,
    ReminderState,
    ReportChannel,
    Role,
    SessionKind,
    SuppressedWhy,
    Topic,
    View,
)
from services import hours as member_hours
from services import keyring, points, reaching, roster
from services.absence import make_up_decisions, make_ups
from services.absence.make_ups import Done
from services.actor import OPERATOR
from services.clock import ZONE, civil_day
from services.exports import attendance, branch_year, calling, hours, reports
from services.exports import points as points_table
from services.exports import roster as roster_table
from services.exports import year as years
from services.reaching import Reached
from services.shuxue import cycles, writing
from services.shuxue.cycles import CyclePlan
from tests.builders import START, bound, confirmed, district, exempt, member, published, refused, role
from tests.outbox import queued
from web.files import tables
from web.files.workbook import write

AFTER = START + timedelta(days=2)


@pytest.fixture
def field(db: Any) -> Any:
    return district()


def everybody(field: Any) -> list[tuple[Any, ...]]:
    """Outsiders of every kind for the first branch's tables."""
    return [field.headman, field.above, field.outsider]


def test_the_hours_table_says_what_each_members_own_page_says(field: Any) -> None:
    confirmed(field.branch, ["M1", "M3", "M4"], "1.5")
    confirmed(
        field.branch,
        ["M1"],
        "2",
        kind=SessionKind.REMOTE,
        starts_at=START - timedelta(days=7),
        title="云课堂",
    )
    member("M9", field.branch, active_from=date(2026, 4, 10), joined_on=date(2026, 4, 10), full_on=None)
    late = confirmed(field.branch, [], "1", starts_at=START - timedelta(days=14), title="补的")
    owed = MakeUp.get(MakeUp.member == field.zhang, MakeUp.session == make_up_session(late))
    make_ups.submit(field.zhang, owed.key, Done("ONLINE", date(2026, 11, 20), "看了录像"), AFTER)
    make_up_decisions.confirm(field.leader, owed.key, AFTER)
    table = hours.of_year(field.leader, "ZB1", 2026, AFTER)
    assert [row.name for row in table.rows] == [
        f"党员{n}" for n in ("H1", "M1", "M2", "M3", "M4", "S1", "M9")
    ]
    people = {each.number: each for each in (field.zhang, field.li, field.wang, field.old, field.secretary)}
    for row in table.rows:
        if row.number in people:
            own = member_hours.view(people[row.number], 2026, AFTER)
            assert (row.required, row.credited, row.flag) == (own.required, own.credited, own.flag)
        assert row.online + row.on_site == row.credited
    zhang = table.rows[1]
    assert (zhang.credited, zhang.online, zhang.on_site) == (450, 300, 150)
    assert {row.number: row.required for row in table.rows} == {
        "H1": 3200, "M1": 3200, "M2": 3200, "M3": 3200, "M4": None, "S1": 5600, "M9": 2400,
    }  # fmt: skip


def make_up_session(key: str) -> Any:
    return StudySession.get(StudySession.key == key)


def test_only_those_who_run_the_branch_take_its_tables_and_each_leaves_a_line(field: Any) -> None:
    for actor in everybody(field):
        for take in (hours.of_year, points_table.of_year, branch_year.of_year):
            with refused("not_found"):
                take(actor, "ZB1", 2026, AFTER)
        with refused("not_found"):
            roster_table.of_branch(actor, "ZB1", AFTER)
        with refused("not_found"):
            calling.of_branch(actor, "ZB1", AFTER)
        with refused("not_found"):
            years.of_member(actor, "M1", 2026, AFTER)
        with refused("not_found"):
            attendance.of_month(actor, "ZB1", 2026, 11, AFTER)
    assert not AuditLog.select().where(AuditLog.action == "export.made").exists()
    hours.of_year(field.leader, None, 2026, AFTER)
    years.of_member(field.leader, "M1", 2026, AFTER)
    first, second = AuditLog.select().where(AuditLog.action == "export.made").order_by(AuditLog.id)
    assert (first.actor, first.subject) == (field.secretary.id, str(field.branch.id))
    assert json.loads(first.detail) == {"table": "hours", "year": 2026}
    assert json.loads(second.detail) == {"table": "year", "year": 2026, "member": field.zhang.id}
    for number in ("N1", "nobody", "\x00"):
        with refused("not_found"):
            years.of_member(field.leader, number, 2026, AFTER)
    with refused("not_found"):
        hours.of_year(field.leader, "ZB2", 2026, AFTER)


def test_a_group_head_takes_the_own_groups_part_of_a_roll(field: Any) -> None:
    key = published(field.branch)
    assert [place.number for place in attendance.of_session(field.headman, key, AFTER).places] == [
        "H1",
        "M1",
        "M2",
    ]
    assert len(attendance.of_session(field.leader, key, AFTER).places) == 6
    with refused("not_found"):
        attendance.of_session(field.outsider, key, AFTER)
    with refused("not_found"):
        attendance.of_session(field.leader, "0000000000", AFTER)


def test_a_month_holds_the_sessions_that_began_in_it(field: Any) -> None:
    confirmed(field.branch, ["M1"])
    confirmed(field.group, ["M1"], starts_at=datetime(2026, 11, 1, 0, 30, tzinfo=ZONE), title="月初")
    published(
        field.branch, datetime(2026, 11, 20, 9, tzinfo=ZONE), starts_at=datetime(2026, 12, 1, 9, tzinfo=ZONE)
    )
    places = attendance.of_month(field.leader, "ZB1", 2026, 11, AFTER).places
    assert [place.title for place in places] == ["月初"] * 3 + ["学习党章"] * 6
    assert [place.name for place in places[3:]] == [f"党员{n}" for n in ("H1", "M1", "M2", "M3", "M4", "S1")]


def test_the_points_table_holds_those_who_take_part(field: Any) -> None:
    points.open_year(AFTER)
    confirmed(field.branch, ["M1"])
    table = points_table.of_year(field.leader, "ZB1", None, AFTER)
    numbers = [row.number for row in table.rows]
    assert "M4" not in numbers
    zhang = next(row for row in table.rows if row.number == "M1")
    own = points.view(field.zhang, None, AFTER)
    assert (zhang.score, zhang.band) == (own.score, own.band)


def test_a_round_shows_what_was_handed_in_and_never_a_draft(field: Any) -> None:
    plan = CyclePlan("ZB1", CycleType.QUARTER, 2026, date(2026, 12, 20), 4)
    key = cycles.open_cycle(OPERATOR, plan, START).key
    for view in View:
        writing.write(field.zhang, key, view, f"=1+1 {view.label}", None, ReportChannel.SELF_PAGE, START)
        writing.write(field.li, key, view, "还是草稿", None, ReportChannel.SELF_PAGE, START)
    writing.submit(field.zhang, key, ReportChannel.SELF_PAGE, START)
    table = reports.of_round(field.leader, key, "ZB1", True, AFTER)
    by_number = {row.number: row for row in table.rows}
    assert by_number["M1"].views[View.SPIRIT] == "=1+1 见精神状态"
    assert by_number["M2"].views == {}
    assert by_number["M3"].state is None
    assert "草稿" not in repr(table)
    assert not reports.of_round(field.leader, key, "ZB1", False, AFTER).rows[1].views
    for actor in everybody(field):
        with refused("not_found"):
            reports.of_round(actor, key, "ZB1", True, AFTER)


def test_the_exported_roster_imported_again_changes_nothing(field: Any) -> None:
    zhang, li = field.zhang, field.li
    for at, row in enumerate(Member.select()):
        row.name = "党员" + "甲乙丙丁戊己庚辛"[at]
        row.save()
    zhang = Member.get(Member.id == zhang.id)
    zhang.phone = keyring.current().seal("13800138000")
    zhang.save()
    for who in (field.secretary, field.head):
        role(who, Role.COMMITTEE, field.branch)
    RolePeriod.update(title="组织委员").where(RolePeriod.role == Role.COMMITTEE).execute()
    role(li, Role.COMMITTEE, field.branch, date(2024, 5, 1))
    role(li, Role.HELPER, field.branch, date(2026, 1, 1))
    RolePeriod.update(starts=date(2023, 3, 3)).where(
        RolePeriod.member == field.head, RolePeriod.role == Role.COMMITTEE
    ).execute()
    RolePeriod.update(title="宣传委员").where(
        RolePeriod.member == li, RolePeriod.role == Role.COMMITTEE
    ).execute()
    Mobility.create(member=field.wang, destination="省城打工", home=field.branch, since=date(2026, 2, 1))
    exempt(field.wang)
    member("M8", field.branch, name="阿依·买买提", full_on=None)
    member("M7", field.branch, active_to=date(2026, 5, 1))
    table = roster_table.of_branch(field.leader, "ZB1", AFTER)
    target = io.BytesIO()
    write(target, tables.roster(table))
    result = roster.import_roster_bytes(target.getvalue(), "名册.xlsx", OPERATOR, AFTER)
    assert (result.rejected, result.created, result.updated) == ([], 0, 0)
    assert result.unchanged == len(table.organizations) + len(table.members) == 3 + 7
    assert "13800138000" in repr(table)
    assert {row[-1] for row in table.members} == {"", "2020-01-01"}
    assert "M7" not in repr(table)


def test_the_calling_list_names_whom_no_message_reached(field: Any) -> None:
    bound(field.li)
    field.zhang.phone = keyring.current().seal("13800138000")
    field.zhang.save()
    states = {
        field.zhang: ReminderState.INBOX,
        field.li: ReminderState.DELIVERED,
        field.stranger: ReminderState.INBOX,
    }
    for who, state in states.items():
        Reminder.create(
            key=f"r{who.number}", branch=who.branch, member=who, topic=Topic.HOURS_GAP, period="2026Q4",
            state=state, channel=Channel.INBOX, fields="{}", words="还差 2 学时", way="/m",
            edition="x", due_at=AFTER, not_after=AFTER + timedelta(days=3), created_at=AFTER,
        )  # fmt: skip
    (row,) = calling.of_branch(field.leader, "ZB1", AFTER).rows
    assert (row.number, row.phone, row.words) == ("M1", "13800138000", "还差 2 学时")
    assert calling.of_branch(field.leader, "ZB1", AFTER + timedelta(days=4)).rows == ()


def test_the_calling_list_and_the_page_name_the_same_people(field: Any) -> None:
    """Whoever stands on the page of those to call stands in the table, and nobody else."""
    for who, state, why in (
        (field.zhang, ReminderState.INBOX, None),
        (field.li, ReminderState.DELIVERED, None),
        (field.wang, ReminderState.UNKNOWN, None),
        (field.old, ReminderState.SUPPRESSED, SuppressedWhy.UNBOUND),
        (field.head, ReminderState.SUPPRESSED, SuppressedWhy.OPTED_OUT),
        (field.stranger, ReminderState.INBOX, None),
    ):
        queued(who, AFTER, state=state, why=why)

    def both() -> tuple[set[str], set[str]]:
        table = {row.number for row in calling.of_branch(field.leader, "ZB1", AFTER).rows}
        return table, {each.number for each in reaching.waiting(field.leader, AFTER)}

    assert both() == ({"M1", "M3", "M4"}, {"M1", "M3", "M4"})
    reaching.note(field.leader, "M3", Reached("CALLED", civil_day(AFTER)), AFTER)
    assert both() == ({"M1", "M4"}, {"M1", "M4"})


def test_a_branchs_year_counts_sessions_visits_and_coverage(field: Any) -> None:
    confirmed(field.branch, ["M1", "M2"], "1.5", areas=(Area.RULES, Area.THEORY))
    lecture = {"kind": SessionKind.PARTY_LECTURE, "starts_at": START - timedelta(days=200), "title": "党课"}
    confirmed(field.branch, ["M1"], "2", **lecture)
    found = branch_year.of_year(field.leader, "ZB1", 2026, AFTER)
    assert (found.members, found.sessions, found.visits, found.hours) == (6, 2, 3, 350)
    assert (found.reached, found.coverage) == (2, Decimal("33.33"))
    assert found.per_head == (150 + 150 + 200 + 3) // 6
    assert [(each.label, each.quarters) for each in found.kinds] == [
        ("党课", (0, 1, 0, 0)),
        ("主题党日", (0, 0, 0, 1)),
    ]
    assert next(each.label for each in found.areas if not each.sessions) == "政治教育和政治训练"
    assert (found.expected, found.done) == (5, 0)
