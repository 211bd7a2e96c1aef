"""Mobile members: going out, the host's word, the day of the next contact, coming back (R33, R34)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models import ContactLog, Mobility
from models.terms import HostState
from services.moving import hosting, mobility
from services.moving.mobility import Trip
from services.policy.contacts import long_away, next_contact
from services.roster.single import write_row
from tests.builders import BEFORE, District, district, named, organization, refused

TODAY = BEFORE.date()


@pytest.fixture
def field(db: object) -> District:
    return named(district())


@pytest.mark.parametrize(
    ("last", "every", "due"),
    [
        (date(2026, 11, 18), 3, date(2027, 2, 18)),
        (date(2026, 11, 18), 6, date(2027, 5, 18)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2025, 1, 1), 3, date(2026, 11, 18)),
    ],
)
def test_the_next_contact_is_months_after_the_last_and_never_behind(
    last: date, every: int, due: date
) -> None:
    assert next_contact(last, every, date(2026, 11, 18)) == due
    assert long_away(date(2026, 5, 18), 6, date(2026, 11, 18))
    assert not long_away(date(2026, 5, 19), 6, date(2026, 11, 18))


def test_who_goes_out_is_contacted_every_three_months_and_abroad_every_six(field: District) -> None:
    mobility.go_out(field.leader, "M1", Trip("上海", TODAY, contact_person="老张"), BEFORE)
    mobility.go_out(field.leader, "M2", Trip("东京", TODAY, abroad=True), BEFORE)
    due = {row.member.number: row.next_contact_due for row in Mobility.select()}
    assert due == {"M1": date(2027, 2, 18), "M2": date(2027, 5, 18)}
    later = BEFORE + timedelta(days=40)
    mobility.contacted(field.leader, "M1", later.date(), "都好", later)
    mobility.contacted(field.leader, "M1", TODAY, "", later)
    away = mobility.of_member(field.zhang, later)
    assert away is not None
    assert (away.next_contact, away.overdue, away.long) == (date(2027, 3, 28), False, False)
    assert [(each.words, each.by) for each in away.contacts] == [("都好", "员书记"), (None, "员书记")]


def test_the_import_and_the_page_keep_one_way_of_counting_the_next_contact(field: District) -> None:
    row = {"编号": "M3", "姓名": "员丙", "支部代码": "ZB1", "类别": "在职", "入党日期": "2010-07-01"}
    assert write_row(row | {"流动去向": "深圳", "流动起始": "2026-11-01"}, field.leader, BEFORE) == []
    assert Mobility.get().next_contact_due == date(2027, 2, 1)


def test_a_host_is_asked_and_only_its_leaders_answer(field: District) -> None:
    key = mobility.go_out(field.leader, "M1", Trip("城西", TODAY, host="ZB2"), BEFORE)
    assert [(each.name, each.state) for each in hosting.hosted(field.outsider, BEFORE)] == [
        ("员甲", HostState.ASKED)
    ]
    assert hosting.hosted(field.leader, BEFORE) == []
    for stranger in (field.leader, field.headman):
        with refused("not_found"):
            hosting.answer(stranger, key, True, BEFORE)
    for unknown in (key + 9, 0, 2**40):
        with refused("not_found"):
            hosting.answer(field.outsider, unknown, True, BEFORE)
    hosting.answer(field.outsider, key, True, BEFORE)
    hosting.answer(field.outsider, key, True, BEFORE)
    row = Mobility.get()
    assert (row.host_state, row.host_by_id) == (HostState.ACCEPTED, field.stranger.id)
    hosting.answer(field.outsider, key, False, BEFORE)
    assert hosting.hosted(field.outsider, BEFORE) == []


def test_coming_back_ends_the_stay_and_keeps_its_record(field: District) -> None:
    since = TODAY - timedelta(days=200)
    mobility.go_out(field.leader, "M1", Trip("上海", since, host="ZB2"), BEFORE)
    away = mobility.of_member(field.zhang, BEFORE)
    assert away is not None
    assert away.long
    mobility.contacted(field.leader, "M1", TODAY, "要回来了", BEFORE)
    mobility.come_back(field.leader, "M1", TODAY, BEFORE)
    row = Mobility.get()
    assert (row.until, row.host_state) == (TODAY - timedelta(days=1), HostState.RETURNED)
    assert (mobility.of_member(field.zhang, BEFORE), ContactLog.select().count()) == (None, 1)
    with refused("nothing"):
        mobility.come_back(field.leader, "M1", TODAY, BEFORE)
    with refused("nothing"):
        mobility.contacted(field.leader, "M1", TODAY, "", BEFORE)


def test_what_cannot_be_is_refused_by_its_field(field: District) -> None:
    for code, trip in (
        ("destination", Trip(" ", TODAY)),
        ("since", Trip("上海", date(1900, 1, 1))),
        ("host", Trip("上海", TODAY, host="ZB1")),
        ("host", Trip("上海", TODAY, host="DW")),
        ("contact_person", Trip("上海", TODAY, contact_person="长" * 51)),
    ):
        with refused(code):
            mobility.go_out(field.leader, "M1", trip, BEFORE)
    for stranger in (field.outsider, field.headman):
        with refused("not_found"):
            mobility.go_out(stranger, "M1", Trip("上海", TODAY), BEFORE)
    mobility.go_out(field.leader, "M1", Trip("上海", TODAY), BEFORE)
    with refused("away"):
        mobility.go_out(field.leader, "M1", Trip("广州", TODAY), BEFORE)
    with refused("day"):
        mobility.contacted(field.leader, "M1", TODAY + timedelta(days=1), "", BEFORE)


def test_another_host_is_asked_when_the_first_one_says_no(field: District) -> None:
    organization("ZB3", parent=field.committee)
    stay = mobility.go_out(field.leader, "M1", Trip("城西", TODAY, host="ZB2"), BEFORE)
    with refused("hosted"):
        mobility.ask_host(field.leader, "M1", "ZB3", BEFORE)
    hosting.answer(field.outsider, stay, False, BEFORE)
    for code in ("ZB1", "ZB1X1", "", "没有"):
        with refused("host"):
            mobility.ask_host(field.leader, "M1", code, BEFORE)
    with refused("not_found"):
        mobility.ask_host(field.outsider, "M1", "ZB3", BEFORE)
    for _ in range(2):
        mobility.ask_host(field.leader, "M1", "ZB3", BEFORE)
    away = mobility.of_member(field.zhang, BEFORE)
    assert away is not None
    assert (away.host, away.host_state, away.since) == ("党组织ZB3", HostState.ASKED, TODAY)
    with refused("not_found"):
        hosting.answer(field.outsider, stay, True, BEFORE)


@pytest.mark.parametrize("ahead", [0, 360])
def test_a_day_of_going_out_that_was_typed_wrongly_is_taken_back_and_entered_anew(
    field: District, ahead: int
) -> None:
    mobility.go_out(field.leader, "M1", Trip("上海", TODAY + timedelta(days=ahead)), BEFORE)
    mobility.come_back(field.leader, "M1", TODAY, BEFORE)
    assert Mobility.select().count() == 0
    mobility.go_out(field.leader, "M1", Trip("北京", TODAY), BEFORE)
    mobility.contacted(field.leader, "M1", TODAY, "都好", BEFORE)
    mobility.come_back(field.leader, "M1", TODAY, BEFORE)
    assert (Mobility.get().destination, ContactLog.select().count()) == ("北京", 1), "what was said stays"
