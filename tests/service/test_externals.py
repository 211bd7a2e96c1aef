"""支部外学习: a guest's scan, a proposal, a stated figure reach the home ledger by home's word (R11, R34)."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cli import documents
from models import AuditLog, ExternalStudy, HourEntry, MakeUp, Member, database
from models.terms import (
    CreditKind,
    ExternalKind,
    ExternalState,
    OrganiserLevel,
    SessionState,
)
from services import hours
from services.absence import external_lists, externals, make_up_decisions
from services.absence.externals import Elsewhere
from services.absence.make_ups import Done
from services.integrity import verify
from services.roll import attendance
from services.study import sessions
from tests.builders import (
    BEFORE,
    START,
    District,
    bound,
    confirmed,
    district,
    entries,
    minutes,
    published,
    refused,
    scan,
    sound,
)

pytestmark = pytest.mark.usefixtures("db")

DAY = START.date()
AFTER = START + timedelta(days=1)
LECTURE = Elsewhere(ExternalKind.OTHER, "区委党校", "专题讲座", DAY, Decimal("2"))


@pytest.fixture
def field() -> District:
    return district()


def guest(field: District, **changes: Any) -> tuple[str, ExternalStudy]:
    """M1 scans at the neighbour's session."""
    key = published(field.neighbour, **changes)
    scan(bound(field.zhang), key, minutes(5))
    return key, ExternalStudy.get()


def stands(study: ExternalStudy) -> ExternalState:
    found: ExternalState = ExternalStudy.get_by_id(study.id).state
    return found


# ---- the guest's scan


def test_a_guests_scan_reaches_home_once_the_host_has_confirmed(field: District) -> None:
    key, study = guest(field)
    (waiting,) = external_lists.waiting(field.leader, START)
    assert (waiting.number, waiting.org_name, waiting.hours, waiting.host) == (
        "M1", "党组织ZB2", 150, SessionState.OPEN,
    )  # fmt: skip
    assert (waiting.kind, waiting.scanned_at, waiting.host_settled) == (ExternalKind.HOST, minutes(5), False)
    with refused("host_open"):
        externals.confirm(field.leader, study.key, START)
    attendance.confirm(field.outsider, key, AFTER)
    assert external_lists.waiting(field.leader, AFTER)[0].host_settled
    externals.confirm(field.leader, study.key, AFTER)
    (line,) = HourEntry.select().where(HourEntry.member == field.zhang)
    assert (line.source, line.hours, line.day, line.branch, line.rule) == (
        "EXTERNAL",
        150,
        DAY,
        field.branch,
        "R34",
    )
    assert (line.session, line.external, line.confirmed_by) == (None, study, field.secretary)
    (mine,) = external_lists.of_member(field.zhang, AFTER)
    assert (mine.state, mine.decided_by) == (ExternalState.CONFIRMED, "党员S1")
    (shown,) = hours.lines(field.zhang, 2026)
    assert (shown.title, shown.organizer, shown.reason) == ("学习党章", "党组织ZB2", "在外支部学习")
    sound()


def test_where_the_host_has_held_it_and_not_confirmed_home_says_how_it_knows(field: District) -> None:
    _, study = guest(field)
    with refused("note"):
        externals.confirm(field.leader, study.key, minutes(200))
    confirmed = externals.confirm(field.leader, study.key, minutes(200), note="电话里与对方书记核实")
    assert confirmed.reason == "电话里与对方书记核实"
    assert entries(field.zhang) == [(2026, "EXTERNAL", 150)]


def test_what_the_host_has_cancelled_is_not_confirmed(field: District) -> None:
    key, study = guest(field)
    sessions.cancel(field.outsider, key, minutes(6))
    with refused("host_cancelled"):
        externals.confirm(field.leader, study.key, AFTER, note="听说开了")
    externals.refuse(field.leader, study.key, "对方取消了", AFTER)
    assert external_lists.of_member(field.zhang, AFTER)[0].reason == "对方取消了"


def test_the_hosts_reopening_leaves_the_home_ledger_alone(field: District) -> None:
    key, study = guest(field)
    attendance.confirm(field.outsider, key, AFTER)
    externals.confirm(field.leader, study.key, AFTER)
    attendance.reopen(field.above, key, "再核", AFTER)
    assert entries(field.zhang) == [(2026, "EXTERNAL", 150)]
    sound()


def test_a_guests_self_study_is_stated_and_counts_nothing(field: District) -> None:
    key, study = guest(field, credit_kind=CreditKind.SELF, organiser_level=OrganiserLevel.BRANCH)
    attendance.confirm(field.outsider, key, AFTER)
    externals.confirm(field.leader, study.key, AFTER)
    line = HourEntry.get(HourEntry.member == field.zhang)
    assert (line.stated, line.hours) == (150, 0)
    sound()


# ---- proposed and stated


def test_a_member_proposes_and_nothing_counts_before_the_branch_has_said_so(field: District) -> None:
    study = externals.propose(field.zhang, LECTURE, AFTER)
    assert externals.propose(field.zhang, LECTURE, AFTER) == study
    assert (stands(study), entries(field.zhang)) == (ExternalState.PROPOSED, [])
    externals.confirm(field.leader, study.key, AFTER, hours=Decimal("1.5"))
    for _ in range(2):
        externals.confirm(field.leader, study.key, AFTER)
    assert entries(field.zhang) == [(2026, "EXTERNAL", 150)]
    assert HourEntry.get().reason == "其他组织的学习"
    assert [row.action for row in AuditLog.select().where(AuditLog.subject == study.key)] == [
        "external.proposed", "external.confirmed",
    ]  # fmt: skip
    sound()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "TRANSFER"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"org_name": " "}, "text"),
        ({"org_name": "长" * 51}, "text"),
        ({"title": "\ud800"}, "text"),
        ({"words": "长" * 201}, "text"),
        ({"day": AFTER.date() + timedelta(days=1)}, "day"),
        ({"day": date(2020, 1, 1)}, "day"),
        ({"hours": Decimal(0)}, "hours"),
        ({"hours": Decimal("-1")}, "hours"),
        ({"hours": Decimal("0.7")}, "hours"),
        ({"hours": Decimal("24.5")}, "hours"),
        ({"hours": Decimal("NaN")}, "hours"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(
    field: District, changes: dict[str, Any], code: str
) -> None:
    values = {"kind": "OTHER", "org_name": "区委党校", "title": "讲座", "day": DAY, "hours": Decimal(2)}
    with refused(code):
        externals.propose(field.zhang, Elsewhere(**(values | changes)), AFTER)
    assert ExternalStudy.select().count() == 0


def test_a_member_does_not_heap_up_proposals(field: District) -> None:
    for number in range(20):
        externals.propose(field.zhang, Elsewhere("OTHER", "党校", f"第{number}讲", DAY, Decimal(1)), AFTER)
    with refused("too_many"):
        externals.propose(field.zhang, LECTURE, AFTER)


def test_what_a_member_brings_along_is_stated_and_counted_at_once(field: District) -> None:
    brought = Elsewhere(ExternalKind.TRANSFER, "原支部", "转入前的学时", DAY, Decimal("30.5"), "介绍信上写明")
    study = externals.state(field.leader, "M1", brought, AFTER)
    assert externals.state(field.leader, "M1", brought, AFTER) == study
    assert entries(field.zhang) == [(2026, "EXTERNAL", 2400), (2026, "EXTERNAL", 650)]
    assert {line.rule for line in HourEntry.select()} == {"R11"}
    assert hours.view(field.zhang, 2026, AFTER).credited == 3050
    sound()


def test_a_leader_states_nothing_for_oneself_or_for_strangers(field: District) -> None:
    for actor, number, code in (
        (field.leader, "S1", "own"),
        (field.leader, "N1", "not_found"),
        (field.outsider, "M1", "not_found"),
        (field.headman, "M1", "not_found"),
        (field.leader, "\x00", "not_found"),
    ):
        with refused(code):
            externals.state(actor, number, LECTURE, AFTER)
    externals.state(field.above, "S1", LECTURE, AFTER)
    assert HourEntry.select().count() == 1


# ---- deciding otherwise


def test_a_confirmation_is_reversed_by_a_line_and_may_be_made_anew(field: District) -> None:
    study = externals.propose(field.zhang, LECTURE, AFTER)
    with refused("wrong_state"):
        externals.reverse(field.leader, study.key, "没有", AFTER)
    externals.confirm(field.leader, study.key, AFTER)
    with refused("wrong_state"):
        externals.refuse(field.leader, study.key, "不认", AFTER)
    externals.reverse(field.leader, study.key, "学时写错了", AFTER)
    assert stands(study) is ExternalState.REFUSED
    sound()
    externals.confirm(field.leader, study.key, AFTER, hours=Decimal("1"))
    assert [line[1:] for line in entries(field.zhang)] == [
        ("EXTERNAL", 200),
        ("REVERSAL", -200),
        ("EXTERNAL", 100),
    ]
    assert hours.view(field.zhang, 2026, AFTER).credited == 100
    externals.reverse(field.leader, study.key, "再改", AFTER)
    assert hours.view(field.zhang, 2026, AFTER).credited == 0
    sound()


@pytest.mark.parametrize("who", ["outsider", "headman", "above"])
def test_nobody_decides_beyond_the_own_branch(field: District, who: str) -> None:
    study = externals.propose(field.zhang, LECTURE, AFTER)
    actor = getattr(field, who)
    assert external_lists.waiting(actor, AFTER) == external_lists.decided(actor, AFTER) == []
    for act in (externals.confirm, external_lists.find):
        with refused("not_found"):
            act(actor, study.key, AFTER)
    for act_why in (externals.refuse, externals.reverse):
        with refused("not_found"):
            act_why(actor, study.key, "因为", AFTER)


def test_the_secretarys_own_study_is_decided_from_above(field: District) -> None:
    study = externals.propose(field.secretary, LECTURE, AFTER)
    with refused("own"):
        externals.confirm(field.leader, study.key, AFTER)
    externals.confirm(field.above, study.key, AFTER)
    assert entries(field.secretary) == [(2026, "EXTERNAL", 200)]


@pytest.mark.parametrize("key", ["", "none", "\x00", "长"])
def test_an_unknown_study_is_not_found(field: District, key: str) -> None:
    with refused("not_found"):
        externals.confirm(field.leader, key, AFTER)


def test_the_lists_are_by_name_and_day(field: District) -> None:
    Member.update(name="甲").where(Member.id == field.wang.id).execute()
    for who, day in ((field.zhang, DAY), (field.wang, DAY), (field.zhang, DAY - timedelta(days=9))):
        externals.propose(who, Elsewhere("OTHER", "党校", "讲座", day, Decimal(1)), AFTER)
    rows = external_lists.waiting(field.leader, AFTER)
    assert rows == sorted(rows, key=lambda row: (row.name, row.number, row.day))
    assert len(external_lists.of_member(field.zhang, AFTER)) == 2


def test_verify_names_a_study_that_does_not_fit_its_lines(field: District) -> None:
    study = externals.propose(field.zhang, LECTURE, AFTER)
    externals.confirm(field.leader, study.key, AFTER)
    database.execute_sql(f"UPDATE external_study SET hours = 100 WHERE id = {study.id}")
    assert [fault.split(":")[0] for fault in verify.verify().faults] == ["external"]
    database.execute_sql(f"UPDATE external_study SET hours = 200, day = '2026-11-20' WHERE id = {study.id}")
    assert [fault.split(":")[0] for fault in verify.verify().faults] == ["external orphans"]


@pytest.mark.usefixtures("commits")
def test_two_confirmations_at_once_write_one_line(field: District) -> None:
    study = externals.propose(field.zhang, LECTURE, BEFORE + timedelta(days=4))
    ready = threading.Barrier(2)

    def run() -> None:
        database.connect(reuse_if_open=True)
        ready.wait()
        try:
            externals.confirm(field.leader, study.key, AFTER)
        finally:
            database.close()

    both = [threading.Thread(target=run) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join(30)
    assert entries(field.zhang) == [(2026, "EXTERNAL", 200)]
    sound()


def test_member_show_lists_make_ups_and_studies_elsewhere_with_their_reason(field: District) -> None:
    confirmed(field.branch, [])
    row = MakeUp.get(MakeUp.member == field.zhang)
    make_up_decisions.record(field.leader, row.key, Done("READING", DAY), AFTER)
    externals.state(field.leader, "M1", LECTURE, AFTER)
    shown = documents.member(field.zhang, 2026, AFTER)
    assert shown["hours"]["credited"] == "3.5"
    assert sorted((each["source"], each["hours"], each["reason"]) for each in shown["entries"]) == [
        ("EXTERNAL", "2.0", "其他组织的学习"),
        ("MAKE_UP", "1.5", "补学：自己读材料"),
    ]
