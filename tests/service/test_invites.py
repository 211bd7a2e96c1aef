"""Other branches at a session, and the code that opens its screen on a borrowed machine (R25, R26)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import AuditLog, ExternalStudy, ScreenLink, SessionInvite, TryCount
from models.terms import OrgKind
from services import addresses, live, rulebook, screen_links
from services.actor import OPERATOR
from services.arrival import codes
from services.arrival.checkin import Outcome
from services.arrival.digits import arrive_by_digits
from services.clock import civil_day
from services.roll import attendance
from services.study import invites, rescheduling, sessions
from tests.builders import (
    BEFORE,
    START,
    District,
    bound,
    district,
    member,
    minutes,
    organization,
    published,
    refused,
    scan,
)

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def field() -> District:
    return district()


# ---- invitations


def test_an_invited_branch_sees_the_session_and_its_members_come_as_guests(field: District) -> None:
    key, guest = published(field.branch), member("N2", field.neighbour)
    assert invites.for_member(guest, BEFORE) == []
    invites.invite(field.leader, key, "ZB2", BEFORE)
    assert [each.key for each in invites.for_member(guest, BEFORE)] == [key]
    assert scan(bound(guest), key, START).outcome is Outcome.GUEST
    assert ExternalStudy.get().member == guest
    assert invites.for_member(guest, START + timedelta(days=1)) == []
    assert invites.for_member(field.zhang, BEFORE) == []


def test_inviting_twice_is_once_and_can_be_taken_back(field: District) -> None:
    key = published(field.branch)
    for _ in range(2):
        invites.invite(field.leader, key, "ZB2", BEFORE)
    assert [branch.code for branch in invites.of_session(sessions.find(key))] == ["ZB2"]
    for _ in range(2):
        invites.withdraw(field.leader, key, "ZB2", BEFORE)
    assert SessionInvite.select().count() == 0
    actions = [row.action for row in AuditLog.select().where(AuditLog.action.startswith("session."))]
    assert (actions.count("session.invited"), actions.count("session.uninvited")) == (1, 1)


def test_a_draft_and_a_cancelled_session_are_shown_to_nobody(field: District) -> None:
    key = published(field.branch)
    invites.invite(field.leader, key, "ZB2", BEFORE)
    sessions.cancel(field.leader, key, BEFORE)
    assert invites.for_member(field.stranger, BEFORE) == []
    with refused("wrong_state"):
        invites.invite(field.leader, key, "ZB2", BEFORE)


@pytest.mark.parametrize("code", ["ZB1", "ZB1X1", "DW", "ZB9", "ZB7", "ZB2\x00"])
def test_only_branches_beside_this_one_are_invited(field: District, code: str) -> None:
    elsewhere = organization("DW2", OrgKind.COMMITTEE)
    organization("ZB7", parent=elsewhere)
    with refused("not_found"):
        invites.invite(field.leader, published(field.branch), code, BEFORE)
    assert SessionInvite.select().count() == 0


def test_branches_are_found_by_name_and_code(field: District) -> None:
    organization("ZB3", parent=field.committee)
    key = published(field.branch)
    invites.invite(field.leader, key, "ZB3", BEFORE)
    assert [branch.code for branch in invites.search(field.leader, key, "", BEFORE)] == ["ZB2"]
    assert [branch.code for branch in invites.search(field.leader, key, "zb2", BEFORE)] == ["ZB2"]
    assert [branch.code for branch in invites.search(field.leader, key, "织ZB", BEFORE)] == ["ZB2"]
    for nothing in ("没有", "\x00", "%"):
        assert invites.search(field.leader, key, nothing, BEFORE) == []


def test_a_groups_session_invites_from_beside_its_branch(field: District) -> None:
    key = published(field.group)
    assert [branch.code for branch in invites.search(field.headman, key, "", BEFORE)] == ["ZB2"]


def test_who_does_not_run_a_session_invites_nobody(field: District) -> None:
    key = published(field.branch)
    for verb in (invites.invite, invites.withdraw):
        with refused("not_found"):
            verb(field.outsider, key, "ZB2", BEFORE)
        with refused("forbidden"):
            verb(field.headman, key, "ZB2", BEFORE)
    with refused("not_found"):
        invites.search(field.outsider, key, "", BEFORE)


# ---- the code of the screen


def test_a_code_opens_one_screen_until_the_door_shuts(field: District) -> None:
    key, other = published(field.branch), published(field.branch, title="另一次")
    link = screen_links.make(field.leader, key, BEFORE)
    assert len(link.code) == screen_links.LENGTH
    assert link.until == minutes(30)
    assert screen_links.opened_by(f" {link.code[:4].upper()}-{link.code[4:]} ", START).key == key
    assert screen_links.opens(key, link.code, minutes(30))
    assert not screen_links.opens(other, link.code, START)
    assert not screen_links.opens(key, link.code, minutes(31))
    assert link.code not in str(list(ScreenLink.select().dicts()))


def test_a_new_code_ends_the_old_one_and_one_press_ends_both(field: District) -> None:
    key = published(field.branch)
    first = screen_links.make(field.leader, key, START)
    second = screen_links.make(field.leader, key, START)
    assert not screen_links.opens(key, first.code, START)
    assert screen_links.opens(key, second.code, START)
    assert screen_links.of_session(field.leader, key, START) == second
    for _ in range(2):
        screen_links.revoke(field.leader, key, START)
    assert not screen_links.opens(key, second.code, START)
    assert screen_links.of_session(field.leader, key, START) is None


@pytest.mark.parametrize("typed", ["", "abc", "0" * 8, "u" * 8, "0" * 9, "\x00" * 8, "\ud800", "１" * 8])
def test_what_is_no_code_opens_nothing(field: District, typed: str) -> None:
    screen_links.make(field.leader, published(field.branch), START)
    with refused("not_found"):
        screen_links.opened_by(typed, START)


def test_a_session_that_takes_nobody_gets_no_code(field: District) -> None:
    key = published(field.branch)
    link = screen_links.make(field.leader, key, BEFORE)
    with refused("wrong_state"):
        screen_links.make(field.leader, key, minutes(31))
    sessions.cancel(field.leader, key, START)
    with refused("wrong_state"):
        screen_links.make(field.leader, key, START)
    assert not screen_links.opens(key, link.code, START)


def test_a_moved_session_takes_its_code_along(field: District) -> None:
    key = published(field.branch)
    link = screen_links.make(field.leader, key, BEFORE)
    rescheduling.move(field.leader, key, START + timedelta(days=7), None, None, BEFORE)
    assert screen_links.opens(key, link.code, START + timedelta(days=7))


def test_who_does_not_run_a_session_makes_no_code(field: District) -> None:
    key = published(field.branch)
    for verb in (screen_links.make, screen_links.revoke, screen_links.of_session, screen_links.renew):
        with refused("not_found"):
            verb(field.outsider, key, START)
        with refused("forbidden"):
            verb(field.headman, key, START)


def test_another_link_closes_every_screen_that_was_opened_by_the_one_before(field: District) -> None:
    key, other = published(field.branch), published(field.branch, title="另一次")
    before = addresses.screen_path(sessions.find(key))
    link = screen_links.make(field.leader, key, START)
    screen_links.renew(field.leader, key, START)
    renewed = sessions.find(key)
    assert addresses.screen_path(renewed) != before
    old, new = (path.rpartition("=")[2] for path in (before, addresses.screen_path(renewed)))
    opens = {secret: codes.opens_screen(key, secret, renewed.screen_nonce) for secret in (old, new)}
    assert opens == {old: False, new: True}
    assert not screen_links.opens(key, link.code, START)
    # The code of the sign-in itself and another session's screen are what they were.
    assert attendance.token_now(renewed, START) == attendance.token_now(sessions.find(key), START)
    assert sessions.find(other).screen_nonce is None
    screen_links.renew(field.leader, key, START)
    assert not codes.opens_screen(key, new, sessions.find(key).screen_nonce)
    acts = [row.subject for row in AuditLog.select().where(AuditLog.action == "screen.renewed")]
    assert acts == [key, key]
    assert live.look(key)[0].screen_nonce == sessions.find(key).screen_nonce


# ---- guessing


def wrong(number: int) -> str:
    """Return a code that opens nothing."""
    return f"{number:08d}"


def test_guessing_from_one_machine_ends_for_the_day_and_goes_on_at_the_next(field: District) -> None:
    key = published(field.branch)
    code = screen_links.make(field.leader, key, BEFORE).code
    most = rulebook.current().checkin(civil_day(START)).screen_tries_a_day
    for number in range(most):
        with refused("not_found"):
            screen_links.entered(wrong(number), "203.0.113.7", START)
    with refused("locked"):
        screen_links.entered(code, "203.0.113.7", START)
    assert screen_links.entered(code, "203.0.113.8", START).key == key
    assert screen_links.opens(key, code, START), "a screen that is open goes on"
    rescheduling.move(field.leader, key, START + timedelta(days=1), None, None, BEFORE)
    assert screen_links.entered(code, "203.0.113.7", START + timedelta(days=1)).key == key


def test_a_slip_is_no_guess_and_no_address_is_kept(field: District) -> None:
    screen_links.make(field.leader, published(field.branch), BEFORE)
    for typed in ("", "1234567", "123456789", "u" * 8, "\ud800"):
        with refused("not_found"):
            screen_links.entered(typed, "203.0.113.7", START)
    assert TryCount.select().count() == 0
    for address in ("203.0.113.7", "2001:db8::1", "2001:db8::2", "", "no address"):
        with refused("not_found"):
            screen_links.entered(wrong(1), address, START)
    kept = {row.subject: row.count for row in TryCount.select()}
    # One machine holds a whole network of the longer addresses, so that two of them count as one.
    assert sorted(kept.values()) == [1, 1, 1, 2, 5]
    assert not any("203" in subject or "2001" in subject for subject in kept)


def test_guessing_from_everywhere_together_ends_as_well(field: District) -> None:
    key = published(field.branch)
    code = screen_links.make(field.leader, key, BEFORE).code
    with refused("not_found"):
        screen_links.entered(wrong(0), "203.0.113.7", START)
    most = rulebook.current().checkin(civil_day(START)).screen_tries_all_a_day
    everybody = TryCount.get(TryCount.subject == "everybody")
    TryCount.update(count=most - 1).where(TryCount.id == everybody.id).execute()
    assert screen_links.entered(code, "203.0.113.9", START).key == key
    with refused("not_found"):
        screen_links.entered(wrong(1), "203.0.113.8", START)
    with refused("locked"):
        screen_links.entered(code, "203.0.113.9", START)


# ---- what the screen asks


def test_the_pulse_is_another_whenever_somebody_else_is_there(field: District) -> None:
    session = sessions.find(published(field.branch))
    marks = [live.look(session.key)[1]]
    for status, who in (("PRESENT", "M1"), ("EXPECTED", "M1"), ("LATE", "M2"), ("PRESENT", "M4")):
        attendance.call_roll(OPERATOR, session.key, attendance.AttendanceStatus(status), [who], START)
        marks.append(live.look(session.key)[1])
    assert [(mark.due, mark.present) for mark in marks] == [(5, 0), (5, 1), (5, 0), (5, 1), (5, 2)]
    assert len({mark.version for mark in marks}) == 4
    assert marks[0].version == marks[2].version
    assert live.names(session, marks[4].version, START) == ("党员M2", "党员M4")
    seen = live.look(session.key)[0]
    assert (seen.id, seen.title, seen.state) == (session.id, session.title, session.state)
    assert (seen.starts_at, seen.ends_at, seen.closed_at) == (session.starts_at, session.ends_at, None)
    for unknown in ("0" * 10, "\x00", "\ud800"):
        with refused("not_found"):
            live.look(unknown)


def test_a_code_is_good_as_long_as_it_is_taken(field: District) -> None:
    session, rules = sessions.find(published(field.branch)), rulebook.current().checkin(START.date())
    assert rules.step_seconds == live.step_seconds(session)
    left = live.good_for(session, START + timedelta(seconds=4))
    digits = attendance.code_now(session, START)
    openid = bound(field.zhang)
    last = START + timedelta(seconds=4 + left - 1)
    assert arrive_by_digits(openid, digits, last, last) is not None
    after = last + timedelta(seconds=1)
    assert arrive_by_digits(bound(field.li), digits, after, after) is None
