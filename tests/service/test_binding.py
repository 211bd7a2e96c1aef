"""One account, one member: codes, cards, a new phone, the scan that waited, and letting go (R26, R101)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models import (
    AuditLog,
    BindingCode,
    HourEntry,
    LoginSession,
    OauthCode,
    PendingScan,
    RebindRequest,
    TryCount,
    WechatBinding,
    database,
)
from models.terms import AttendanceStatus, RequestState
from services import binding, login, new_phone, rulebook, tries
from services.actor import OPERATOR
from services.arrival.checkin import Outcome
from services.binding import Step
from services.clock import seconds
from services.roll import attendance
from tests.builders import (
    START,
    District,
    bound,
    confirmed,
    district,
    entries,
    minutes,
    place_of,
    published,
    refused,
    scan,
    sessions,
    sound,
)

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def field() -> District:
    return district()


def code_for(number: str, printed: bool = False) -> str:
    return binding.issue_code(OPERATOR, number, START, printed).code


# ---- codes


def test_a_code_binds_the_account_to_its_member(field: District) -> None:
    result = binding.bind("o-1", code_for("M1"), START)
    assert (result.step, result.name, result.branch_name) == (Step.BOUND, "党员M1", "党组织ZB1")
    assert binding.member_of("o-1") == field.zhang
    assert binding.is_bound(field.zhang)
    assert not binding.is_bound(field.li)


def test_only_the_hash_of_a_code_is_kept(field: District) -> None:
    code = code_for("M1")
    assert len(code) * 5 >= 40
    assert code not in BindingCode.get().code_hash


AS_TYPED = {
    "as is": "{0}",
    "with blanks": " {0} ",
    "in capitals": "{upper}",
    "in full width": "{wide}",
    "in groups": "{spaced}",
    "with lookalikes": "{look}",
}


@pytest.mark.parametrize("typed", AS_TYPED.values(), ids=AS_TYPED)
def test_a_code_is_understood_as_people_type_it(
    field: District, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    code = "01v1abcd"
    monkeypatch.setattr("services.keyring.random_code", lambda _: code)
    binding.issue_code(OPERATOR, "M1", START)
    wide = "".join(chr(ord(char) + 0xFEE0) for char in code)
    text = typed.format(code, upper=code.upper(), wide=wide, spaced="01v1 - abcd", look="OIUlABCD")
    assert binding.bind("o-1", text, START).step is Step.BOUND


@pytest.mark.parametrize("typed", ["", "00000000", "绑定", "\ud800", "\x00", "x" * 10_000, "' OR 1=1"])
def test_a_wrong_code_is_counted_and_says_how_many_tries_are_left(field: District, typed: str) -> None:
    assert binding.bind("o-1", typed, START) == binding.Bound(Step.WRONG, tries_left=4)
    assert tries.today("bind", "o-1", START) == 1
    assert binding.member_of("o-1") is None


def test_after_five_wrong_tries_even_the_right_code_waits_until_tomorrow(field: District) -> None:
    code = code_for("M1")
    left = [binding.bind("o-1", "wrong", START).tries_left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    with refused("locked"):
        binding.bind("o-1", code, START)
    assert binding.bind("o-2", "wrong", START).tries_left == 4
    tomorrow = START + timedelta(hours=14)
    assert binding.bind("o-1", code, tomorrow).step is Step.BOUND


def test_a_code_that_was_said_lives_a_day(field: District) -> None:
    code = code_for("M1")
    assert binding.bind("o-1", code, START + timedelta(hours=24)).step is Step.WRONG
    assert binding.bind("o-1", code, START + timedelta(hours=24, seconds=-1)).step is Step.BOUND


def test_a_card_lives_as_long_as_the_rules_say(field: District) -> None:
    card = binding.issue_code(OPERATOR, "M1", START, printed=True)
    assert card.scene == f"B{card.code}"
    end = START + timedelta(days=rulebook.current().checkin(START.date()).card_days)
    assert card.expires_at == end
    assert binding.bind("o-1", card.code, end).step is Step.WRONG
    assert binding.bind("o-1", card.code, end - timedelta(seconds=1)).step is Step.BOUND


def test_a_used_code_binds_nobody_else(field: District) -> None:
    code = code_for("M1")
    binding.bind("o-1", code, START)
    assert binding.bind("o-2", code, START).step is Step.WRONG
    assert RebindRequest.select().count() == 0


def test_the_owner_who_sends_the_code_again_is_told_that_all_is_well(field: District) -> None:
    code = code_for("M1")
    binding.bind("o-1", code, START)
    assert binding.bind("o-1", code, START + timedelta(days=30)).step is Step.ALREADY
    assert WechatBinding.select().count() == 1


def test_an_account_of_one_member_cannot_become_another_members(field: District) -> None:
    bound(field.zhang, "o-1")
    with refused("other_member"):
        binding.bind("o-1", code_for("M2"), START)
    assert binding.member_of("o-1") == field.zhang


@pytest.mark.parametrize(
    ("who", "allowed"), [("leader", True), ("headman", False), ("outsider", False), ("above", True)]
)
def test_codes_are_made_by_who_runs_the_branch(field: District, who: str, allowed: bool) -> None:
    actor = getattr(field, who)
    if allowed:
        assert binding.issue_code(actor, "M1", START).member == field.zhang
        return
    with refused("forbidden" if who == "headman" else "not_found"):
        binding.issue_code(actor, "M1", START)
    assert BindingCode.select().count() == 0


def test_a_code_for_nobody_is_refused(field: District) -> None:
    with refused("not_found"):
        binding.issue_code(OPERATOR, "M404", START)


def test_the_database_holds_one_account_a_member_and_one_member_an_account(field: District) -> None:
    bound(field.zhang, "o-1")
    for who, account in ((field.li, "o-1"), (field.zhang, "o-2")):
        with pytest.raises(Exception, match=r"(?i)unique"), database.atomic():
            bound(who, account)


# ---- a new phone


def test_a_new_phone_asks_and_the_secretary_lets_it_in(field: District) -> None:
    bound(field.zhang, "o-old")
    result = binding.bind("o-new", code_for("M1"), START)
    assert (result.step, result.name) == (Step.ASKED, "党员M1")
    assert binding.member_of("o-new") is None
    assert new_phone.waiting(field.branch.path) == [("M1", "党员M1", START)]
    assert new_phone.waiting(field.neighbour.path) == []
    new_phone.approve(field.leader, "M1", minutes(5))
    assert (binding.member_of("o-new"), binding.member_of("o-old")) == (field.zhang, None)
    assert new_phone.waiting(field.branch.path) == []


def test_the_card_of_a_bound_member_lets_a_new_phone_ask(field: District) -> None:
    card = code_for("M1", printed=True)
    binding.bind("o-old", card, START)
    assert binding.bind("o-new", card, START).step is Step.ASKED
    binding.unfollow("o-old", START)
    assert binding.bind("o-third", card, START).step is Step.ASKED, (
        "a card that was found binds nobody by itself"
    )
    assert binding.member_of("o-third") is None


def test_the_secretary_leaves_the_old_phone_in_its_place(field: District) -> None:
    bound(field.zhang, "o-old")
    binding.bind("o-new", code_for("M1"), START)
    new_phone.refuse(field.leader, "M1", START)
    assert binding.member_of("o-old") == field.zhang
    assert RebindRequest.get().state is RequestState.REFUSED
    with refused("not_found"):
        new_phone.approve(field.leader, "M1", START)


def test_asking_again_renews_the_request(field: District) -> None:
    bound(field.zhang, "o-old")
    code = code_for("M1")
    binding.bind("o-new", code, START)
    new_phone.refuse(field.leader, "M1", START)
    binding.bind("o-new", code, minutes(1))
    assert new_phone.waiting("") == [("M1", "党员M1", minutes(1))]


def test_of_two_new_phones_the_last_to_ask_is_let_in_and_the_other_refused(field: District) -> None:
    bound(field.zhang, "o-old")
    code = code_for("M1")
    binding.bind("o-a", code, START)
    binding.bind("o-b", code, minutes(1))
    new_phone.approve(field.leader, "M1", minutes(2))
    assert binding.member_of("o-b") == field.zhang
    assert RebindRequest.get(RebindRequest.openid == "o-a").state is RequestState.REFUSED


def test_a_phone_that_asks_after_the_page_was_shown_is_not_let_in_unseen(field: District) -> None:
    bound(field.zhang, "o-old")
    code = code_for("M1")
    binding.bind("o-mine", code, START)
    [(_, _, asked)] = new_phone.waiting("")
    binding.bind("o-thief", code, minutes(1))
    with refused("newer"):
        new_phone.approve(field.leader, "M1", minutes(2), seconds(asked))
    assert binding.member_of("o-old") == field.zhang
    new_phone.approve(field.leader, "M1", minutes(2), seconds(minutes(1)))
    assert new_phone.approve(field.leader, "M1", minutes(2), seconds(minutes(1))) == field.zhang
    assert binding.member_of("o-old") is None


def test_a_phone_that_became_somebody_elses_meanwhile_is_not_taken_from_them(field: District) -> None:
    bound(field.zhang, "o-old")
    binding.bind("o-new", code_for("M1"), START)
    binding.bind("o-new", code_for("M2"), START)
    with refused("other_member"):
        new_phone.approve(field.leader, "M1", START)
    assert (binding.member_of("o-new"), binding.member_of("o-old")) == (field.li, field.zhang)


@pytest.mark.parametrize(("who", "code"), [("headman", "forbidden"), ("outsider", "not_found")])
def test_others_do_not_decide_about_a_new_phone(field: District, who: str, code: str) -> None:
    bound(field.zhang, "o-old")
    binding.bind("o-new", code_for("M1"), START)
    for decide in (new_phone.approve, new_phone.refuse):
        with refused(code):
            decide(getattr(field, who), "M1", START)
    assert binding.member_of("o-old") == field.zhang


# ---- the scan that waited


def test_a_scan_becomes_the_check_in_at_its_own_time_once_bound_within_ten_minutes(field: District) -> None:
    key = published(field.branch)
    scan("o-1", key, minutes(9))
    result = binding.bind("o-1", code_for("M1"), minutes(19))
    assert result.check_in is not None
    assert (result.check_in.outcome, result.check_in.at) == (Outcome.SIGNED, seconds(minutes(9)))
    place = place_of(key, field.zhang)
    assert (place.status, place.at) == (AttendanceStatus.PRESENT, minutes(9))
    assert PendingScan.select().count() == 0


def test_a_scan_that_waited_longer_is_gone_and_the_binding_holds(field: District) -> None:
    key = published(field.branch)
    scan("o-1", key, minutes(9))
    result = binding.bind("o-1", code_for("M1"), minutes(19) + timedelta(seconds=1))
    assert (result.step, result.check_in) == (Step.BOUND, None)
    assert place_of(key, field.zhang).status is AttendanceStatus.EXPECTED


def test_a_scan_of_the_last_minute_is_redeemed_after_the_door_has_shut(field: District) -> None:
    key = published(field.branch)
    scan("o-1", key, minutes(29))
    sessions.close(field.leader, key, minutes(32))
    result = binding.bind("o-1", code_for("M1"), minutes(35))
    assert result.check_in is not None
    assert result.check_in.status == AttendanceStatus.LATE


def test_a_scan_of_a_session_that_was_cancelled_meanwhile_does_not_spoil_the_binding(field: District) -> None:
    key = published(field.branch)
    scan("o-1", key, START)
    sessions.cancel(field.leader, key, minutes(1))
    assert binding.bind("o-1", code_for("M1"), minutes(2)).check_in is None
    assert binding.member_of("o-1") == field.zhang


def test_the_waiting_scan_of_a_guest_becomes_the_proposal(field: District) -> None:
    scan("o-1", published(field.branch), START)
    result = binding.bind("o-1", code_for("N1"), minutes(2))
    assert result.check_in is not None
    assert result.check_in.outcome is Outcome.GUEST


def test_the_waiting_scan_of_a_new_phone_counts_when_the_secretary_agrees_in_time(field: District) -> None:
    key = published(field.branch)
    bound(field.zhang, "o-old")
    scan("o-new", key, START)
    binding.bind("o-new", code_for("M1"), minutes(1))
    new_phone.approve(field.leader, "M1", minutes(5))
    assert place_of(key, field.zhang).at == START


# ---- letting go


def test_unfollowing_erases_the_account_everywhere_and_keeps_the_ledger(field: District) -> None:
    account = "o-canary"
    bound(field.zhang, account)
    confirmed(field.branch, ["M1"])
    WechatBinding.create(openid=account, member=field.li, bound_at=START, unbound_at=START)
    PendingScan.create(
        openid=account, session=attendance.roll(published(field.branch), START).session, source="QR", at=START
    )
    tries.count("bind", account, START)
    RebindRequest.create(member=field.wang, openid=account, asked_at=START)
    login.start(account, START)
    OauthCode.create(code_hash="h", openid=account, at=START)
    binding.unfollow(account, minutes(10))
    for table in (WechatBinding, PendingScan, RebindRequest, LoginSession, OauthCode):
        assert not table.select().where(table.openid == account).exists(), table
    assert not TryCount.select().where(TryCount.subject == account).exists()
    assert AuditLog.select().where(AuditLog.action == "binding.unfollowed").count() == 1
    assert entries(field.zhang) == [(2026, "ATTENDANCE", 150)]
    assert HourEntry.select().count() == 1
    sound()


def test_who_follows_again_binds_again_with_a_new_code(field: District) -> None:
    binding.bind("o-1", code_for("M1"), START)
    binding.unfollow("o-1", START)
    assert binding.bind("o-1", code_for("M1"), minutes(1)).step is Step.BOUND


def test_the_secretary_unties_a_lost_phone_and_every_record_stays(field: District) -> None:
    bound(field.zhang, "o-lost")
    confirmed(field.branch, ["M1"])
    for who, code in ((field.headman, "forbidden"), (field.outsider, "not_found")):
        with refused(code):
            binding.release(who, "M1", START)
    for _ in range(2):
        binding.release(field.leader, "M1", START)
    assert not binding.is_bound(field.zhang)
    assert AuditLog.select().where(AuditLog.action == "binding.released").count() == 1
    assert entries(field.zhang) == [(2026, "ATTENDANCE", 150)]
    assert binding.bind("o-lost", code_for("M2"), START).step is Step.BOUND


def test_unfollowing_without_ever_binding_is_nothing(field: District) -> None:
    binding.unfollow("o-nobody", START)
    assert AuditLog.select().where(AuditLog.action == "binding.unfollowed").count() == 0
