"""The pages of points: the number, its reasons, a claim on both sides, literally (R67–R71, R111)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from models import PointClaim
from models.terms import AttendanceStatus, ClaimState, MemberCategory
from services import points
from services.actor import OPERATOR, member_actor
from services.clock import civil_day
from services.points import claim_lists, claims, judging, summaries
from services.roll import attendance
from tests.web.world import World

WORDS = "帮 <script>alert(1)</script> ]]> {{7*7}} =1+1 𬱖"
SHOWN = "帮 &lt;script&gt;alert(1)&lt;/script&gt; ]]&gt; {{7*7}} =1+1 𬱖"


@pytest.fixture
def member(world: World) -> FlaskClient:
    return world.client("member")


@pytest.fixture
def secretary(world: World) -> FlaskClient:
    return world.client("secretary")


def day_of(world: World, back: int = 1) -> str:
    return (civil_day(world.clock()) - timedelta(days=back)).isoformat()


def text(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def attended(world: World) -> None:
    now = world.clock()
    earlier = world.new_session("11月集体学习 · 全会精神", now - timedelta(days=14))
    attendance.call_roll(OPERATOR, earlier.key, AttendanceStatus.PRESENT, ["M001"], now)
    attendance.confirm(member_actor(world.members["secretary"].id), earlier.key, now)


def test_the_number_stands_with_its_word_and_every_line_says_why(world: World, member: FlaskClient) -> None:
    attended(world)
    summaries.freeze_due(world.clock())
    page = text(member, "/m/points")
    assert "<strong>61</strong> 分，平稳" in page
    assert "11月集体学习 · 全会精神" in page
    assert "张伟 11月21日（周六）确认" in page
    assert "参加学习，支部确认后自己记上（2026版）" in page
    assert page.count("有疑问") == 2
    assert "三季度小结" in page
    assert "不折算成积分" in page
    for word in ("名次", "排名", "百分位"):
        assert word not in page


def test_a_doubt_leads_from_a_line_to_a_question_about_it(world: World, member: FlaskClient) -> None:
    attended(world)
    line = points.view(world.members["member"], None, world.clock()).lines[0]
    assert f'href="/m/ask/points/{line.entry_id}"' in text(member, "/m/points")
    assert "有疑问" in text(member, f"/m/ask/points/{line.entry_id}")


@pytest.mark.parametrize("year", ["2025", "2027", "abcd", "２０２６", "99999"])
def test_a_year_without_points_is_refused_in_words(member: FlaskClient, year: str) -> None:
    answer = member.get(f"/m/points?year={year}")
    assert answer.status_code == 400
    assert "没有这一年的积分" in answer.get_data(as_text=True)


def test_who_is_out_takes_part_and_leaves_by_one_press(world: World, member: FlaskClient) -> None:
    world.members["member"].category = MemberCategory.RETIRED
    world.members["member"].save()
    assert "积分对您不作要求" in text(member, "/m/points")
    assert "积分对您不作要求" in text(member, "/m/claims/new")
    assert member.post("/m/points/part", data={"part": "x"}).status_code == 400
    answer = member.post("/m/points/part", data={"part": "in"}, follow_redirects=True)
    assert "<strong>60</strong> 分" in answer.get_data(as_text=True)
    answer = member.post("/m/points/part", data={"part": "out"}, follow_redirects=True)
    assert "以前记的都在" in answer.get_data(as_text=True)


def test_a_claim_goes_from_the_page_to_the_branch_and_back_and_into_the_ledger(
    world: World, member: FlaskClient, secretary: FlaskClient
) -> None:
    form = {"item": "helping", "day": day_of(world), "words": WORDS}
    answer = member.post("/m/claims/new", data=form)
    assert (answer.status_code, answer.location) == (303, "/m/claims?done=filed")
    key = PointClaim.get().key
    assert SHOWN in text(secretary, "/s/claims")
    assert SHOWN in text(secretary, f"/s/claims/{key}")
    secretary.post(f"/s/claims/{key}/return", data={"reason": "请写清楚 <b>谁</b>"})
    assert "请写清楚 &lt;b&gt;谁&lt;/b&gt;" in text(member, "/m/claims")
    assert SHOWN in text(member, f"/m/claims/{key}")
    assert "有 1 份请您补充" in text(member, "/m/points")
    answer = member.post(f"/m/claims/{key}/change", data=form | {"words": "帮王奶奶取药"})
    assert answer.status_code == 303
    answer = secretary.post(f"/s/claims/{key}/approve")
    assert (answer.status_code, answer.location) == (303, "/s/claims?done=approve")
    assert "帮王奶奶取药" in text(member, "/m/points")
    assert "帮王奶奶取药" in text(secretary, "/s/claims")
    secretary.post(f"/s/claims/{key}/reverse", data={"reason": "记错了"})
    assert "冲回：结对帮扶" in text(member, "/m/points")


def test_a_refusal_is_answered_by_an_objection_that_stands_apart(
    world: World, member: FlaskClient, secretary: FlaskClient
) -> None:
    now, who = world.clock(), world.members["member"]
    day = civil_day(now) - timedelta(days=1)
    key = claims.file(who, "award", day, "街道表彰", now).key
    secretary.post(f"/s/claims/{key}/refuse", data={"reason": "没有听说"})
    page = member.post(f"/m/claims/{key}/object", data={"words": " "})
    assert page.status_code == 400
    assert "还没有填您的看法" in page.get_data(as_text=True)
    member.post(f"/m/claims/{key}/object", data={"words": "街道可以证明"})
    assert "有异议，请再看一次" in text(secretary, "/s/claims")
    assert "街道可以证明" in text(secretary, f"/s/claims/{key}")
    page = secretary.post(f"/s/claims/{key}/agree", data={"reason": ""})
    assert (page.status_code, claim_lists.find(key).state) == (400, ClaimState.OBJECTED)
    secretary.post(f"/s/claims/{key}/agree", data={"reason": "核对过了"})
    assert claim_lists.find(key).state is ClaimState.POSTED


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"item": ""}, "还没有选是哪一项"),
        ({"item": "meeting"}, "没有这一项申报"),
        ({"item": "x" * 5000}, "没有这一项申报"),
        ({"day": ""}, "请选日期"),
        ({"day": "2026-02-31"}, "请选日期"),
        ({"day": "2026-09-30"}, "申报已经截止"),
        ({"day": "2026-12-01"}, "这一天还没有到"),
        ({"words": ""}, "还没有填做了什么"),
        ({"words": "长" * 201}, "多了 1 个字"),
        ({"words": "a\x00b"}, None),
    ],
)
def test_a_fault_stands_at_its_field_and_what_was_typed_stays(
    world: World, member: FlaskClient, changes: dict[str, str], words: str | None
) -> None:
    form = {"item": "service", "day": day_of(world), "words": "打扫楼道"} | changes
    answer = member.post("/m/claims/new", data=form)
    if words is None:
        assert (answer.status_code, PointClaim.get().words) == (303, "ab")
        return
    page = answer.get_data(as_text=True)
    assert (answer.status_code, PointClaim.select().count()) == (400, 0)
    assert words in page
    assert form["words"] in page
    if form["item"] == "service":
        assert 'value="service" checked' in page


def test_the_next_claim_opens_when_one_is_answered(world: World, secretary: FlaskClient) -> None:
    now, who = world.clock(), world.members["member"]
    days = [civil_day(now) - timedelta(days=back) for back in (1, 2, 3)]
    late, middle, early = (claims.file(who, "helping", day, "帮忙", now).key for day in days)
    answer = secretary.post(f"/s/claims/{early}/approve")
    assert answer.location == f"/s/claims/{middle}?done=approve"
    assert "还有 2 份" in text(secretary, answer.location)
    answer = secretary.post(f"/s/claims/{late}/return", data={"common": "请写清楚做了什么。"})
    assert answer.location == f"/s/claims/{middle}?done=return"
    assert secretary.post(f"/s/claims/{early}/refuse", data={"reason": "晚了"}).status_code == 409


def test_a_leader_writes_down_a_claim_for_somebody_without_a_phone(
    world: World, secretary: FlaskClient
) -> None:
    form = {"member": "M005", "item": "service", "day": day_of(world), "words": "打扫楼道"}
    assert "𬱖祎" in text(secretary, "/s/claims/new")
    page = secretary.post("/s/claims/new", data=form | {"member": ""})
    assert page.status_code == 400
    assert "还没有选是哪位同志" in page.get_data(as_text=True)
    assert "打扫楼道" in page.get_data(as_text=True)
    assert secretary.post("/s/claims/new", data=form | {"member": "M101"}).status_code == 404
    assert secretary.post("/s/claims/new", data=form | {"member": "a\x00"}).status_code == 404
    answer = secretary.post("/s/claims/new", data=form)
    assert answer.location.endswith("?done=filed")
    judging.approve(member_actor(world.members["secretary"].id), PointClaim.get().key, world.clock())
    assert points.view(world.members["elder"], None, world.clock()).score == 6100
