"""积分 and 申报 in the chat: the number, its reasons, a claim in one line (R62, R68, R70)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from models import PointClaim
from services import points
from services.points import claims, judging
from tests.builders import START, District, bound, confirmed, district
from tests.wechat.chat import Phone, answer, inbound
from wechat import texts

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def field() -> District:
    return district()


@pytest.fixture
def phone(field: District) -> Phone:
    return Phone(bound(field.zhang), START)


def filed() -> list[tuple[str, date, str]]:
    rows = PointClaim.select().order_by(PointClaim.id)
    return [(row.item, row.day, row.words) for row in rows]


def test_the_word_gives_the_number_its_band_the_last_lines_and_where_the_reasons_stand(
    field: District, phone: Phone
) -> None:
    confirmed(field.branch, ["M1"])
    assert phone.waits(days=1).says("我的积分") == (
        "今年积分 61（平稳）。\n最近：11月21日 参加主题党日 +1\n做了好事可以报一件：发「申报」。\n"
        "为什么是这个数：https://x.example/m/points"
    )


def test_a_returned_claim_waits_in_the_answer_with_its_reason(field: District, phone: Phone) -> None:
    points.open_year(START)
    phone.says("申报 3 昨天 帮老人取药")
    judging.give_back(field.leader, PointClaim.get().key, "请写清楚帮了谁", START)
    said = phone.says("积分")
    assert "11月20日 结对帮扶的申报请再补充：请写清楚帮了谁" in said
    assert said.count("\n") <= 4


def test_who_is_out_of_scope_hears_that_nothing_is_asked(field: District) -> None:
    phone = Phone(bound(field.old), START)
    assert phone.says("积分").startswith("积分对您不作要求，不参加也没有任何影响。")
    assert phone.says("申报 1 今天 打扫楼道").startswith("积分对您不作要求")
    assert filed() == []


def test_the_word_alone_lists_what_may_be_claimed_with_a_line_to_send(phone: Phone) -> None:
    said = phone.says("申报")
    assert said.startswith("可以申报：1 志愿服务（1 分）；2 讲微党课（2 分）")
    assert "例如发：申报 1 11月21日 帮社区清理楼道" in said
    assert "/m/claims" in said


@pytest.mark.parametrize(
    ("typed", "item", "day", "words"),
    [
        ("申报 1 11月5日 帮社区清理楼道", "service", date(2026, 11, 5), "帮社区清理楼道"),
        ("申报2昨天 讲微党课", "micro_lecture", date(2026, 11, 20), "讲微党课"),
        ("申报：３ 今天，帮王奶奶取药", "helping", date(2026, 11, 21), "帮王奶奶取药"),
        ("申报 3 前天\n帮王奶奶取药", "helping", date(2026, 11, 19), "帮王奶奶取药"),
        ("申报 3 11-5 帮忙", "helping", date(2026, 11, 5), "帮忙"),
        ("申报 3 2026年11月5号帮忙", "helping", date(2026, 11, 5), "帮忙"),
        ("申报 3 2026-11-05 帮忙", "helping", date(2026, 11, 5), "帮忙"),
        ("申报 3 11.5 ABC <b>]]>{{7*7}} 𬱖", "helping", date(2026, 11, 5), "ABC <b>]]>{{7*7}} 𬱖"),
    ],
)
def test_one_line_files_a_claim_as_it_was_typed(
    phone: Phone, typed: str, item: str, day: date, words: str
) -> None:
    said = phone.says(typed)
    assert said.startswith(f"已报给支部：{day.month}月{day.day}日"), said
    assert filed() == [(item, day, words)]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("申报 9 今天 帮忙", "请先写事项前面的数字"),
        ("申报 0 今天 帮忙", "请先写事项前面的数字"),
        ("申报 帮忙", "请先写事项前面的数字"),
        ("申报 1", "请在事项后面写上日期"),
        ("申报 1 帮社区清理楼道", "请在事项后面写上日期"),
        ("申报 1 今天", "请在日期后面写一句做了什么"),
        ("申报 1 2月30日 帮忙", "没有 2月30日 这一天"),
        ("申报 1 9月30日 帮忙", "申报已经截止"),
        ("申报 1 12月1日 帮忙", "申报已经截止"),
        ("申报 1 2026-12-01 帮忙", "这一天还没有到"),
        ("申报 1 今天 " + "长" * 201, "太长了，多了 1 个字"),
    ],
)
def test_what_is_lacking_is_said_with_an_example_and_nothing_is_filed(
    phone: Phone, typed: str, words: str
) -> None:
    assert words in phone.says(typed)
    assert filed() == []


def test_the_same_push_three_times_is_one_claim_and_the_same_thing_again_is_refused_kindly(
    phone: Phone,
) -> None:
    push = inbound(phone.openid, START, text="申报 1 今天 打扫楼道")
    assert len({answer(push, START) for _ in range(3)}) == 1
    assert phone.says("申报 1 今天 打扫楼道").startswith("这件事已经报过了")
    assert len(filed()) == 1


def test_who_has_opted_out_is_told_what_stands_and_that_nothing_more_comes(field: District) -> None:
    points.opt_in(field.old, START)
    points.opt_out(field.old, START)
    phone = Phone(bound(field.old), START + timedelta(days=2))
    assert "您已经退出积分，以后不再记。" in phone.says("积分")


def test_an_unbound_account_is_led_to_the_binding() -> None:
    phone = Phone("o-nobody", START)
    assert [phone.says(words) for words in ("积分", "申报")] == [texts.NOT_BOUND] * 2


def test_the_answer_never_grows_beyond_a_few_lines(field: District, phone: Phone) -> None:
    for back in range(1, 9):
        claim = claims.file(field.zhang, "helping", START.date() - timedelta(days=back), "长" * 200, START)
        judging.give_back(field.leader, claim.key, "原因" * 100, START)
    said = phone.says("积分")
    assert len(said.encode()) < 2048
    assert "另有 7 份" in said
