"""述学 in the chat: one question at a time, left and resumed, and no word lost or doubled (R41)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import ChatState, ShuxueReport, ShuxueText, database
from models.terms import ConfirmedBy, CycleType, ReportChannel, ReportState, View
from services import binding
from services.actor import OPERATOR
from services.arrival import codes
from services.clock import seconds
from services.shuxue import cycles, deciding, oral, voices, writing
from services.shuxue.cycles import CyclePlan
from services.upkeep import sweep
from tests.builders import START, District, bound, confirmed, district, published
from tests.wechat.chat import SITE, Phone, again, answer, inbound
from wechat.replies import MAX_REPLY

pytestmark = pytest.mark.usefixtures("db")
NOW = START + timedelta(days=10)
VIEWS = list(View)


@pytest.fixture
def field() -> District:
    return district()


@pytest.fixture
def phone(field: District) -> Phone:
    return Phone(bound(field.zhang), NOW)


def quarter(field: District, **changes: Any) -> str:
    """Open the fourth quarter's round and return its key."""
    plan: dict[str, Any] = {
        "organization": field.branch.code, "type": CycleType.QUARTER, "year": 2026, "quarter": 4,
        "due": date(2026, 12, 20),
    }  # fmt: skip
    return str(cycles.open_cycle(OPERATOR, CyclePlan(**(plan | changes)), NOW).key)


def texts(field: District) -> dict[str, str]:
    """Return what is stored of M1's views."""
    rows = ShuxueText.select().join(ShuxueReport).where(ShuxueReport.member == field.zhang)
    return {row.view: row.body for row in rows if row.body}


def write_all(phone: Phone) -> None:
    phone.says("述学")
    for number in range(5):
        phone.says(f"第{number + 1}段的话")
        phone.says("下一步")


# ---- the way


def test_the_first_question_comes_with_the_round_the_facts_and_the_ways_to_answer(
    field: District, phone: Phone
) -> None:
    confirmed(field.branch, ["M1"], "1.5")
    quarter(field)
    said = phone.says("述学")
    assert said.splitlines()[0] == "四季度述学，12月20日（周日）前交，共五段，随时可以停下，下次接着写。"
    assert "① 见思想认识：这个季度学了什么，认识上有什么变化？" in said
    assert "（您参加了 1 次学习、共 1.5 学时，写的时候可以参考）" in said
    assert said.endswith("可以打字，也可以发语音，语音由支部同志帮您整理。")
    assert len(said.splitlines()) <= 5
    assert ShuxueReport.select().count() == 0, "asking begins nothing"


def test_a_quarter_is_written_and_handed_in_word_by_word(field: District, phone: Phone) -> None:
    key = quarter(field)
    assert phone.clicks("SHUXUE") == phone.says("述学")
    assert phone.says("学了条例") == "已记下，① 见思想认识共 4 字（最多 500 字）。\n接着写，或发「下一步」。"
    phone.says("第二条消息")
    assert "② 见精神状态" in phone.says("下一步")
    assert "③" in phone.says("跳过")
    assert "②" in phone.says("上一步")
    phone.says("有干劲")
    for said in ("下一段", "目标", "好了", "收获"):
        answered = phone.says(said)
    refused = phone.says("提交")
    assert "还差：⑤ 见方法对策" in refused
    phone.says("方法")
    assert "都写好了，发「提交」" in phone.says("预览")
    sent = phone.says("提交")
    assert "已经交给支部" in sent
    assert "收回" in sent
    assert texts(field) == dict(
        zip(VIEWS, ["学了条例\n第二条消息", "有干劲", "目标", "收获", "方法"], strict=True)
    )
    report = ShuxueReport.get()
    assert (report.state, report.channel, report.revision) == (
        ReportState.SUBMITTED, ReportChannel.SELF_CHAT, 1
    )  # fmt: skip
    assert answered
    assert phone.says("提交") == sent, "a second press changes nothing"
    deciding.accept(field.leader, key, "M1", phone.now)
    assert "不能再改" in phone.says("收回")


def test_words_are_kept_to_the_letter(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    odd = [
        "<script>alert(1)</script>", "]]> {{7*7}} =1+1", "𬱖👨\u200d👩\u200d👧 Ａ１", "\u202ertl",
        "行一\n行二", " 请假两次 ",
    ]  # fmt: skip
    for typed in odd:
        phone.says(typed)
    assert texts(field)[View.UNDERSTANDING] == "\n".join(odd)


def test_an_over_long_text_is_kept_and_says_by_how_much(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    said = phone.says("学" * 520)
    assert "多了 20 字" in said
    assert "没有丢" in said
    for _ in range(4):
        phone.says("下一步")
        phone.says("写")
    refused = phone.says("提交")
    assert "① 见思想认识多了 20 字" in refused
    assert texts(field)[View.UNDERSTANDING] == "学" * 520
    assert ShuxueReport.get().state is ReportState.DRAFT
    assert "很长" in phone.says("重写"), "what cannot be given back is not cleared"
    assert len(texts(field)) == 5


def test_a_text_beyond_all_limits_changes_nothing_and_says_so(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    phone.says("好")
    assert "没有存" in phone.says("学" * 3000)
    assert texts(field) == {View.UNDERSTANDING: "好"}


def test_rewriting_clears_one_view_and_gives_the_old_words_back(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    phone.says("原来的话")
    said = phone.says("重写")
    assert said.startswith("① 见思想认识已清空")
    assert said.endswith("原来的话")
    assert texts(field) == {}
    assert "本来就是空的" in phone.says("重写")


def test_a_preview_fits_a_reply_with_its_instructions(field: District, phone: Phone) -> None:
    key = quarter(field)
    phone.says("述学")
    for _ in VIEWS:
        phone.says("👨‍👩‍👧\n" * 100)
        phone.says("下一步")
    said = phone.says("预览")
    assert len(said.encode()) < MAX_REPLY
    assert said.endswith(f"看全文：{SITE}/m/shuxue/{key}")
    assert phone.says("下一步") == said


def test_a_number_leads_to_its_view(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    for typed in ("第3段", "第三段", "③", "第 ３ 段"):
        phone.says("①")
        assert "③ 见目标计划" in phone.says(typed)
    phone.says("目标")
    assert texts(field) == {View.GOALS: "目标"}


def test_a_text_at_the_preview_is_not_put_anywhere_by_guess(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    phone.says("预览")
    assert "还没有记进去" in phone.says("补一句")
    assert texts(field) == {}


# ---- leaving, resuming, other things in the middle


def test_leaving_and_coming_back_days_later_resumes_where_one_was(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    phone.says("一")
    phone.says("下一步")
    phone.says("二")
    assert "2 / 5 段" in phone.says("退出")
    assert "没有看懂" in phone.says("晚饭好了"), "somebody who has left is not written for"
    said = phone.waits(days=9).says("述学")
    assert "已写 2 / 5 段" in said
    assert "② 见精神状态" in said
    assert "已写 1 字：二" in said
    phone.says("三")
    assert texts(field) == {View.UNDERSTANDING: "一", View.SPIRIT: "二\n三"}


def test_after_half_an_hour_the_answer_names_the_view(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    said = phone.waits(minutes=31).says("接着")
    assert "已接着记在「① 见思想认识」" in said
    assert texts(field) == {View.UNDERSTANDING: "接着"}


def test_a_text_of_another_day_is_asked_about_first(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    phone.says("一")
    said = phone.waits(days=2).says("儿子，晚上回来吃饭")
    assert "还没有记进去" in said
    assert "「① 见思想认识」" in said
    phone.says("述学")
    phone.says("二")
    assert texts(field) == {View.UNDERSTANDING: "一\n二"}


def test_other_commands_in_the_middle_do_not_disturb_the_way(field: District, phone: Phone) -> None:
    quarter(field)
    key = published(field.branch, starts_at=NOW)
    phone.says("述学")
    phone.says("前")
    assert "学时" in phone.says("学时")
    assert "党组织ZB1" in phone.says("我的")
    assert "可以发这些" in phone.says("帮助")
    assert "不对" in phone.says("123456")
    assert "这个编码不对" in phone.says("绑定 8k2m4p6r")
    scene = codes.scene_of(key, seconds(NOW) + 7200)
    push = inbound(phone.openid, phone.now, kind="event", event="scan", event_key=scene)
    assert "签到成功" in answer(push, phone.now)
    for typed in ("学时这件事我记得清", "请假两次都补上了", "我的\n看法", "积分不是目的，学到才是"):
        phone.says(typed)
    assert "已记下" not in phone.says("投诉 话筒坏了\n一直没有修")
    assert "已记下" not in phone.says("提醒关")
    phone.says("后")
    assert texts(field)[View.UNDERSTANDING].splitlines() == [
        "前", "学时这件事我记得清", "请假两次都补上了", "我的", "看法", "积分不是目的，学到才是", "后"
    ]  # fmt: skip


def test_without_a_talk_unknown_words_get_the_help(field: District, phone: Phone) -> None:
    quarter(field)
    assert "没有看懂" in phone.says("今天学了条例")
    assert "述学" in phone.says("帮助")
    for word in ("下一步", "提交", "重写", "退出", "预览"):
        assert "发「述学」开始" in phone.says(word)
    assert "没有要您确认" in phone.says("确认")
    assert "没有可以收回" in phone.says("收回")
    assert ShuxueReport.select().count() == 0


def test_an_account_that_is_nobodys_is_told_how_to_bind(field: District) -> None:
    quarter(field)
    stranger = Phone("o-nobody", NOW)
    for act in (lambda: stranger.says("述学"), lambda: stranger.says("提交"), lambda: stranger.speaks("m-1")):
        assert "绑定" in act()
    assert ChatState.select().count() == 0


# ---- rounds


def test_without_a_round_it_says_kindly_when_the_next_begins(field: District, phone: Phone) -> None:
    assert "支部开始新一轮时" in phone.says("述学")
    quarter(field, opens=date(2026, 12, 5))
    assert "「四季度述学」12月5日（周六）开始" in phone.says("述学")


def test_a_returned_report_comes_first_with_its_reason(field: District, phone: Phone) -> None:
    key = quarter(field)
    annual = quarter(field, type=CycleType.ANNUAL, quarter=0, due=date(2026, 12, 15))
    phone.says("述学")
    assert ChatState.get().subject == annual
    writing.append(field.zhang, key, View.GOALS, "先写", ReportChannel.SELF_PAGE, NOW)
    for view in VIEWS:
        writing.write(field.zhang, key, view, "话", None, ReportChannel.SELF_PAGE, NOW)
    writing.submit(field.zhang, key, ReportChannel.SELF_PAGE, NOW)
    deciding.give_back(field.leader, key, "M1", "第三段请再具体一些", NOW)
    said = phone.says("述学")
    assert "支部请您再补充：第三段请再具体一些" in said
    assert "四季度述学" in said
    phone.says("③")
    phone.says("每月走访两户")
    after = phone.says("提交")
    assert "已经交给支部" in after
    assert "还有「2026年度述学」可以写" in after
    assert ShuxueReport.get(ShuxueReport.cycle == cycles.find(key)).revision == 2
    assert "2026年度述学" in phone.says("述学")


def test_the_round_being_written_is_gone_on_with_though_another_is_due_earlier(
    field: District, phone: Phone
) -> None:
    key = quarter(field)
    phone.says("述学")
    phone.says("一")
    quarter(field, type=CycleType.TOPIC, quarter=0, due=date(2026, 12, 5), title="专题")
    assert "四季度述学" in phone.waits(days=1).says("述学")
    assert ChatState.get().subject == key


def test_what_is_handed_in_can_be_taken_back_and_handed_in_again(field: District, phone: Phone) -> None:
    quarter(field)
    write_all(phone)
    phone.says("提交")
    assert "还没有记进去" in phone.says("再补一句")
    assert "没有看懂" in phone.waits(hours=3).says("谢谢")
    assert "已经交给支部" in phone.says("述学")
    assert "已收回" in phone.says("收回")
    phone.says("补一句")
    assert "已经交给支部" in phone.says("提交")
    report = ShuxueReport.get()
    assert (report.state, report.revision) == (ReportState.SUBMITTED, 2)
    assert texts(field)[View.UNDERSTANDING] == "第1段的话\n补一句"


def test_taking_back_works_days_later_without_a_talk(field: District, phone: Phone) -> None:
    quarter(field)
    write_all(phone)
    phone.says("提交")
    ChatState.delete().execute()
    assert "已收回" in phone.waits(days=3).says("收回")
    assert ShuxueReport.get().state is ReportState.DRAFT


def test_a_round_that_closes_in_the_middle_keeps_the_words_and_says_so(field: District, phone: Phone) -> None:
    quarter(field, due=date(2026, 12, 2))
    phone.says("述学")
    phone.says("一")
    cycles.close_due(NOW + timedelta(days=5))
    late = Phone(phone.openid, NOW + timedelta(days=5))
    ChatState.update(changed_at=late.now).execute()
    for typed in ("二", "提交", "重写"):
        assert "已截止" in late.says(typed)
    assert texts(field) == {View.UNDERSTANDING: "一"}


def test_what_a_helper_wrote_down_is_shown_and_agreed_to(field: District, phone: Phone) -> None:
    key = quarter(field)
    oral.record(field.leader, key, "M1", {View.GAINS: "听了党课，记住了一句话"}, None, NOW)
    assert "替您记下了" in phone.says("确认"), "nobody agrees to what was not shown"
    assert "听了党课" in phone.says("述学")
    assert "还没有记进去" in phone.says("这句呢")
    assert "已经交给支部" in phone.says("对")
    report = ShuxueReport.get()
    assert (report.state, report.confirmed_how, report.channel) == (
        ReportState.SUBMITTED, ConfirmedBy.SELF, ReportChannel.ORAL_PROXY
    )  # fmt: skip


def test_what_a_helper_wrote_down_can_be_mended_by_the_member(field: District, phone: Phone) -> None:
    key = quarter(field)
    oral.record(field.leader, key, "M1", {View.GAINS: "听了党课"}, None, NOW)
    phone.says("述学")
    assert "④ 见收获体会" in phone.says("不对")
    phone.says("是听了两次")
    assert texts(field) == {View.GAINS: "听了党课\n是听了两次"}
    assert "已经交给支部" in phone.says("提交")


# ---- by voice


class Media:
    """A platform that gives every voice."""

    def media(self, _media_id: str) -> tuple[str, bytes]:
        return "audio/amr", b"#!AMR\n" + bytes([0x3C]) + bytes(31)


def write_down(field: District, phone: Phone, words: str) -> str:
    """Fetch what waits and write all of it down; return the last key."""
    voices.fetch_due(Media(), phone.now)
    heard = voices.waiting(field.leader, phone.now)
    for item in heard:
        voices.write_down(field.leader, item.key, words, phone.now)
    return heard[-1].key


def test_a_voice_is_taken_for_the_view_written_down_and_agreed_to(field: District, phone: Phone) -> None:
    key = quarter(field)
    assert "先发「述学」" in phone.speaks("m-0"), "without a talk nobody knows what it is for"
    phone.says("述学")
    phone.says("③")
    said = phone.speaks("m-1")
    assert "已收到您的语音，记在「③ 见目标计划」" in said
    assert "最多留 30 天" in said
    assert "有 1 段语音等支部同志整理（③）" in phone.says("述学")
    assert "还有 1 段语音在整理" in phone.says("预览")
    write_down(field, phone, "今年学会用手机")
    assert "今年学会用手机" in phone.says("确认"), "what was not shown yet is shown first"
    assert texts(field) == {}
    assert "已记下，③ 见目标计划共 7 字，录音已删除" in phone.says("确认")
    assert texts(field) == {View.GOALS: "今年学会用手机"}
    phone.says("再打一句")
    assert texts(field) == {View.GOALS: "今年学会用手机\n再打一句"}
    assert writing.look(field.zhang, key, phone.now).channel is ReportChannel.VOICE


def test_what_was_heard_wrongly_is_said_again(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    phone.speaks("m-1")
    write_down(field, phone, "听错了")
    assert "听错了" in phone.says("述学")
    assert "还没有记进去" in phone.says("不是这样的，是三年")
    assert "录音也删了" in phone.says("不对")
    phone.says("是三年")
    phone.speaks("m-2")
    write_down(field, phone, "说第二次")
    phone.says("述学")
    assert "写完发「下一步」" in phone.says("跳过"), "it may wait"
    phone.says("述学")
    phone.says("确认")
    assert texts(field) == {View.UNDERSTANDING: "是三年\n说第二次"}


def test_two_voices_are_agreed_to_one_by_one_and_a_mended_text_is_shown_again(
    field: District, phone: Phone
) -> None:
    quarter(field)
    phone.says("述学")
    phone.speaks("m-1")
    phone.speaks("m-2")
    last = write_down(field, phone.waits(minutes=1), "话")
    first = phone.waits(minutes=1).says("述学")
    assert "话" in first
    shown = voices.pending(field.zhang, phone.now)[0].key
    voices.write_down(field.leader, shown, "改好的话", phone.waits(minutes=1).now)
    assert "改好的话" in phone.says("确认"), "the yes is for what was seen"
    assert "整理好了" in phone.says("对的"), "the next one follows"
    phone.says("确认")
    assert texts(field) == {View.UNDERSTANDING: "改好的话\n话"}
    assert last


def test_a_voice_of_another_day_is_taken_and_a_lost_one_is_told(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    assert "① 见思想认识" in phone.waits(days=3).speaks("m-1"), "it cannot be typed again, and needs a yes"
    voices.fetch_due(Media(), phone.waits(days=4).now)
    assert "有 1 段语音没有取到，请再说一次（①）" in phone.says("述学")


def test_at_the_preview_a_voice_goes_to_what_is_missing_or_is_asked_about(
    field: District, phone: Phone
) -> None:
    quarter(field)
    phone.says("述学")
    phone.says("一")
    phone.says("预览")
    assert "② 见精神状态" in phone.speaks("m-1")
    for view in list(View)[1:]:
        writing.append(field.zhang, "ZB1-2026Q4", view, "话", ReportChannel.SELF_PAGE, phone.now)
    phone.says("预览")
    assert "还没有收下" in phone.speaks("m-2")


# ---- the talk itself


def test_the_talk_goes_with_the_account_and_after_two_months(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    phone.says("一")
    other = Phone(bound(field.li), NOW)
    other.says("述学")
    binding.unfollow(phone.openid, phone.now)
    assert [row.openid for row in ChatState.select()] == [other.openid]
    assert texts(field) == {View.UNDERSTANDING: "一"}
    sweep.sweep(NOW + timedelta(days=59))
    assert ChatState.select().count() == 1
    sweep.sweep(NOW + timedelta(days=61))
    assert ChatState.select().count() == 0


def test_no_row_of_the_talk_holds_what_was_said(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    phone.says("悄悄话")
    row = ChatState.get()
    assert "悄悄话" not in f"{row.topic}{row.subject}{row.step}"


def test_one_members_words_never_reach_another(field: District, phone: Phone) -> None:
    quarter(field)
    phone.says("述学")
    phone.says("只给支部看")
    other = Phone(bound(field.li), NOW)
    seen = [other.says(word) for word in ("述学", "预览", "①", "提交", "重写", "收回", "确认", "退出")]
    assert not any("只给支部看" in said for said in seen)


# ---- no order, retry or double delivery doubles or loses a word


_SAID = st.one_of(
    st.sampled_from(
        ["下一步", "上一步", "跳过", "预览", "②", "第5段", "学时", "我的", "述学", "退出", "帮助"]
    ),
    st.integers(0, 999).map(lambda number: f"话{number}"),
)


@settings(
    max_examples=15, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(said=st.lists(st.tuples(_SAID, st.integers(1, 3), st.integers(0, 4)), max_size=14))
def test_no_order_of_messages_retries_and_copies_doubles_or_loses_text(
    field: District, said: list[tuple[str, int, int]]
) -> None:
    """Each message comes 1–3 times, a copy perhaps late: whatever was answered 已记下 stands exactly once."""
    with database.atomic() as world:
        key = quarter(field)
        account = "o-walk"
        bound(field.zhang, account)
        kept: list[str] = []
        late: list[Any] = []
        for at, (words, copies, delay) in enumerate(said):
            now = NOW + timedelta(seconds=at)
            push = inbound(account, now, text=f"{words}·{at}" if words.startswith("话") else words)
            first = answer(push, now)
            assert all(answer(again(push), now) == first for _ in range(copies - 1))
            if "已记下" in first:
                kept.append(push.text)
            late.append((at + delay, push, first))
            for due, copy, reply in list(late):
                if due <= at:
                    assert answer(copy, now) == reply
                    late.remove((due, copy, reply))
        draft = writing.look(field.zhang, key, NOW)
        lines = [line for text in draft.texts.values() for line in text.body.splitlines()]
        assert sorted(lines) == sorted(kept)
        assert [line for view in VIEWS for line in draft.texts[view].body.splitlines()] == [
            line for view in VIEWS for line in kept if line in draft.texts[view].body.splitlines()
        ]
        assert voices.of_report(field.zhang, key) == []
        world.rollback()
