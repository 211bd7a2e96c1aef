"""月申报: its window, one claim for one thing, every step to the reversal, and who may (R70, R71)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from models import AuditLog, PointClaim
from models.terms import ClaimState, MemberCategory, Role, SessionKind
from services import points
from services.actor import OPERATOR, Actor, member_actor
from services.clock import ZONE
from services.points import claim_lists, claimable, claims, judging
from tests.builders import START, District, confirmed, district, refused, role, sound

pytestmark = pytest.mark.usefixtures("db")

DAY = date(2026, 11, 18)
LATER = START + timedelta(days=2)


@pytest.fixture
def field() -> District:
    return district()


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 10, 0, tzinfo=ZONE)


def filed(who: object, day: date = DAY, item: str = "helping", now: datetime = START) -> str:
    return claims.file(who, item, day, "帮老人取药", now).key  # type: ignore[arg-type]


def state(key: str) -> ClaimState:
    found: ClaimState = claim_lists.find(key).state
    return found


# ---- filing


def test_a_claim_keeps_what_was_written_and_what_the_rules_give(field: District) -> None:
    words = "  帮 <b>𬱖</b> 老人\u200b取药 =1+1 {{7*7}}  "
    claim = claims.file(field.zhang, "service", DAY, words, START)
    assert (claim.label, claim.points, claim.month, claim.state) == (
        "志愿服务", 100, "2026-11", ClaimState.SUBMITTED,
    )  # fmt: skip
    assert claim.words == "帮 <b>𬱖</b> 老人取药 =1+1 {{7*7}}"
    filed = claim_lists.of_member(field.zhang)
    assert [(each.key, each.open_to_change) for each in filed] == [(claim.key, True)]
    assert AuditLog.get(AuditLog.action == "claim.filed").detail is None


@pytest.mark.parametrize(
    ("today", "first"),
    [((11, 10), date(2026, 10, 1)), ((11, 11), date(2026, 11, 1)), ((3, 1), date(2026, 2, 1))],
)
def test_a_month_is_open_until_the_tenth_of_the_next(
    field: District, today: tuple[int, int], first: date
) -> None:
    now = at(*today)
    assert claimable.open_months(now)[0][1] == first
    filed(field.zhang, first, now=now)
    with refused("day"):
        filed(field.zhang, first - timedelta(days=1), now=now)
    with refused("day"):
        filed(field.zhang, now.date() + timedelta(days=1), now=now)


@pytest.mark.parametrize("item", ["meeting", "nothing", "", "base"])
def test_only_what_the_rules_list_can_be_claimed(field: District, item: str) -> None:
    with refused("item"):
        filed(field.zhang, item=item)


@pytest.mark.parametrize("words", ["", " \u200b ", "长" * 201, "\ud800"])
def test_words_that_cannot_be_kept_are_refused_and_nothing_is_stored(field: District, words: str) -> None:
    with refused("text"):
        claims.file(field.zhang, "helping", DAY, words, START)
    assert PointClaim.select().count() == 0


def test_the_same_thing_is_claimed_once_in_words_that_fit_its_state(field: District) -> None:
    key = filed(field.zhang)
    filed(field.zhang, DAY, "award")
    filed(field.zhang, DAY - timedelta(days=1))
    filed(field.li)
    with refused("duplicate"):
        filed(field.zhang)
    judging.refuse(field.leader, key, "不清楚", START)
    with refused("duplicate"):
        filed(field.zhang)


def test_a_withdrawn_claim_may_be_filed_again(field: District) -> None:
    key = filed(field.zhang)
    claims.withdraw(field.zhang, key, START)
    claims.withdraw(field.zhang, key, START)
    again = claims.file(field.zhang, "helping", DAY, "又想了想", START)
    assert (again.key, again.words, again.state) == (key, "又想了想", ClaimState.SUBMITTED)


def test_a_day_whose_session_is_credited_cannot_be_claimed_for_the_same_kind_of_thing(
    field: District,
) -> None:
    confirmed(field.branch, ["M1"])
    with refused("credited"):
        filed(field.zhang, START.date(), "service", LATER)
    filed(field.zhang, START.date(), "helping", LATER)
    filed(field.li, START.date(), "service", LATER)


def test_a_session_confirmed_between_filing_and_approval_wins(field: District) -> None:
    key = filed(field.zhang, START.date(), "service", START)
    confirmed(field.branch, ["M1"])
    with refused("credited"):
        judging.approve(field.leader, key, LATER)
    assert state(key) is ClaimState.SUBMITTED


def test_a_session_confirmed_after_the_approval_leaves_the_day_with_one_credit(field: District) -> None:
    key = filed(field.zhang, START.date(), "service", START)
    judging.approve(field.leader, key, START)
    confirmed(field.branch, ["M1"])
    view = points.view(field.zhang, None, LATER)
    assert view.score == 6100
    assert "同一天参加的学习已经记分，不重复记" in {line.note for line in view.lines}
    sound()


def test_who_is_out_of_scope_hears_that_nothing_is_asked(field: District) -> None:
    with refused("outside"):
        filed(field.old)
    points.opt_in(field.old, START)
    filed(field.old)


# ---- from filing to the end


def test_a_walk_through_every_state_keeps_the_ledger_explained(field: District) -> None:
    key = filed(field.zhang)
    judging.give_back(field.leader, key, "请写清楚", START)
    assert [claim.reason for claim in claim_lists.returned(field.zhang)] == ["请写清楚"]
    claims.resubmit(field.zhang, key, LATER, item="helping", day=DAY, words="帮邻居王奶奶取药")
    judging.approve(field.leader, key, LATER)
    judging.approve(field.leader, key, LATER)
    assert points.view(field.zhang, None, LATER).score == 6100
    sound()
    judging.reverse(field.leader, key, "记错了人", LATER)
    view = points.view(field.zhang, None, LATER)
    assert (view.score, state(key)) == (6000, ClaimState.REVERSED)
    assert [(line.points, line.source) for line in view.lines] == [
        (-100, "REVERSAL"), (100, "CLAIM"), (6000, "BASE"),
    ]  # fmt: skip
    sound()


@pytest.mark.parametrize(("agree", "end", "score"), [(True, "POSTED", 6100), (False, "REFUSED_FINAL", 0)])
def test_a_refusal_may_be_objected_to_once(field: District, agree: bool, end: str, score: int) -> None:
    key = filed(field.zhang)
    judging.refuse(field.leader, key, "不是结对的", START)
    claims.object_to(field.zhang, key, "去年就结对了", START)
    with refused("wrong_state"):
        claims.object_to(field.zhang, key, "再说一次", START)
    with refused("text"):
        judging.decide_objection(field.leader, key, agree, " ", START)
    judging.decide_objection(field.leader, key, agree, "核对过了", START)
    assert (state(key), points.view(field.zhang, None, START).score) == (end, score)
    with refused("wrong_state"):
        claims.object_to(field.zhang, key, "再说一次", START)
    sound()


def test_a_returned_claim_keeps_its_month_long_after_it_has_closed(field: District) -> None:
    key = filed(field.zhang)
    judging.give_back(field.leader, key, "哪一天的", START)
    much_later = at(12, 30)
    with refused("day"):
        claims.resubmit(field.zhang, key, much_later, item="helping", day=date(2026, 12, 1), words="改了")
    claims.resubmit(field.zhang, key, much_later, item="micro_lecture", day=date(2026, 11, 2), words="改了")
    claim = claim_lists.own(field.zhang, key)
    assert (claim.item, claim.day, claim.points, claim.month) == (
        "micro_lecture", date(2026, 11, 2), 200, "2026-11",
    )  # fmt: skip


def test_a_returned_claim_cannot_become_one_that_is_there_already(field: District) -> None:
    key, _other = filed(field.zhang), filed(field.zhang, DAY - timedelta(days=1))
    judging.give_back(field.leader, key, "哪一天的", START)
    with refused("duplicate"):
        claims.resubmit(field.zhang, key, START, item="helping", day=DAY - timedelta(days=1), words="改了")


@pytest.mark.parametrize("words", ["", "长" * 201])
def test_an_answer_needs_a_reason_that_fits(field: District, words: str) -> None:
    key = filed(field.zhang)
    for answer in (judging.give_back, judging.refuse):
        with refused("text"):
            answer(field.leader, key, words, START)
    assert state(key) is ClaimState.SUBMITTED


def test_no_step_is_taken_from_a_state_it_does_not_fit(field: District) -> None:
    key = filed(field.zhang)
    with refused("wrong_state"):
        claims.resubmit(field.zhang, key, START, item="helping", day=DAY, words="改")
    with refused("wrong_state"):
        claims.object_to(field.zhang, key, "不服", START)
    with refused("wrong_state"):
        judging.decide_objection(field.leader, key, True, "好", START)
    judging.approve(field.leader, key, START)
    with refused("wrong_state"):
        claims.withdraw(field.zhang, key, START)
    for answer in (judging.give_back, judging.refuse):
        with refused("wrong_state"):
            answer(field.leader, key, "晚了", START)


# ---- who may


def test_nobody_reaches_a_claim_of_somebody_else(field: District) -> None:
    key = filed(field.zhang)
    for step in (
        lambda: claim_lists.own(field.li, key),
        lambda: claims.withdraw(field.li, key, START),
        lambda: claims.object_to(field.li, key, "x", START),
        lambda: judging.look(field.outsider, key, START),
        lambda: judging.approve(field.outsider, key, START),
        lambda: judging.approve(field.headman, key, START),
        lambda: judging.approve(member_actor(field.zhang.id), key, START),
        lambda: judging.refuse(field.above, key, "x", START),
        lambda: claim_lists.find("'" * 20),
        lambda: claim_lists.find("\x00"),
    ):
        with refused("not_found"):
            step()
    assert state(key) is ClaimState.SUBMITTED


def test_a_secretary_s_own_claim_is_decided_by_another_or_from_above(field: District) -> None:
    key = filed(field.secretary)
    with refused("own"):
        judging.approve(field.leader, key, START)
    role(field.li, Role.DEPUTY, field.branch)
    judging.give_back(member_actor(field.li.id), key, "请补充", START)
    claims.resubmit(field.secretary, key, START, item="helping", day=DAY, words="补充了")
    judging.approve(field.above, key, START)
    assert state(key) is ClaimState.POSTED


def test_the_queue_holds_what_one_may_decide_by_name_and_day_never_by_points(field: District) -> None:
    second = filed(field.zhang, DAY)
    first = filed(field.zhang, DAY - timedelta(days=3), "award")
    of_li, own = filed(field.li), filed(field.secretary)
    objected = filed(field.wang)
    judging.refuse(field.leader, objected, "不清楚", START)
    claims.object_to(field.wang, objected, "很清楚", START)

    def queue(actor: Actor) -> tuple[list[str], list[str]]:
        found = judging.waiting(actor, START)
        return [claim.key for claim in found.claims], [claim.key for claim in found.objections]

    assert queue(field.leader) == ([first, second, of_li], [objected])
    assert queue(field.above) == ([own], [])
    assert queue(field.outsider) == queue(field.headman) == queue(member_actor(field.zhang.id)) == ([], [])
    assert queue(OPERATOR) == ([first, second, of_li, own], [objected])


def test_a_claim_by_somebody_who_has_begun_the_year_and_retired_still_counts(field: District) -> None:
    points.open_year(START)
    field.zhang.category = MemberCategory.RETIRED
    field.zhang.save()
    judging.approve(field.leader, filed(field.zhang), START)
    assert points.view(field.zhang, None, START).score == 6100


def test_what_can_be_claimed_is_what_the_rules_list(field: District) -> None:
    assert [item.key for item in claimable.items(START)] == [
        "service", "micro_lecture", "helping", "award", "suggestion",
    ]  # fmt: skip
    assert claimable.credited_on(field.zhang.id, DAY, [SessionKind.PRACTICE]) is None


def test_a_leader_writes_down_what_a_member_without_a_phone_has_done(field: District) -> None:
    told = {"item": "helping", "day": DAY, "words": "电话里说：帮老人取药"}
    claim = claims.file_for(field.leader, "M1", START, **told)
    assert (claim.number, claim.state) == ("M1", ClaimState.SUBMITTED)
    assert AuditLog.get(AuditLog.action == "claim.filed").actor == field.secretary.id
    for actor in (field.outsider, field.headman):
        with refused("not_found"):
            claims.file_for(actor, "M2", START, **told)
    with refused("own"):
        claims.file_for(field.leader, "S1", START, **told)
    with refused("outside"):
        claims.file_for(field.leader, "M4", START, **told)
    names = [number for number, _name in judging.members(field.leader, START)]
    assert names == ["H1", "M1", "M2", "M3", "M4"]
    assert judging.members(field.headman, START) == []


def test_what_was_approved_lately_stays_in_sight_of_those_who_may_take_it_back(field: District) -> None:
    key = filed(field.zhang)
    judging.approve(field.leader, key, START)
    assert [claim.key for claim in judging.posted(field.leader, LATER)] == [key]
    for actor in (field.outsider, field.above, field.headman):
        assert judging.posted(actor, LATER) == []
    assert judging.posted(field.leader, START + timedelta(days=61)) == []
