"""What a member reads is what was written: no text of ours can break or forge a reply."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wechat.pushes import ACCOUNT, NOW, OPENID, message
from wechat.parse import parse
from wechat.replies import MAX_REPLY, SUCCESS, clean_text, safe_text, text_reply

PUSH = parse(message())
ANY_TEXT = st.text(st.one_of(st.characters(), st.sampled_from("]>\n<&\x00\ud800\ufffe党😀")), max_size=1500)


def read_back(reply: str) -> dict[str, str]:
    root = ET.fromstring(reply.encode())
    assert [child.tag for child in root] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    return {child.tag: child.text or "" for child in root}


def test_a_reply_goes_back_to_the_one_who_wrote():
    reply = read_back(text_reply(PUSH, "签到成功\n第三次集中学习\n1.5 学时", NOW + 0.9))
    assert reply == {
        "ToUserName": OPENID,
        "FromUserName": ACCOUNT,
        "CreateTime": str(int(NOW)),
        "MsgType": "text",
        "Content": "签到成功\n第三次集中学习\n1.5 学时",
    }


@pytest.mark.parametrize(
    "text", ["]]>", "]]]]>>", "a]]><MsgType>x</MsgType>", "<script>", "{{7*7}}", "{0}", "&amp;", "𬱖·😀"]
)
def test_what_looks_like_markup_is_shown_literally(text):
    assert read_back(text_reply(PUSH, text, NOW))["Content"] == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "ab"),
        ("a\ud800b", "ab"),
        ("a\x1fb\x7fc\x85d", "abcd"),
        ("a\r\nb", "a\nb"),
        ("a\ufffeb\uffff", "ab"),
        ("a\tb", "ab"),
    ],
)
def test_what_no_reader_may_get_is_dropped(text, shown):
    assert read_back(text_reply(PUSH, text, NOW))["Content"] == shown


def test_a_long_reply_is_cut_between_two_characters():
    assert safe_text("党" * 1000) == "党" * 682
    assert safe_text("a" + "😀" * 1000) == "a" + "😀" * 511
    assert safe_text("党党", limit=5) == "党"
    assert safe_text("x" * 2048) == "x" * 2048


def test_a_text_cut_inside_the_end_of_a_section_stays_whole():
    for filling in range(2043, 2049):
        assert (
            read_back(text_reply(PUSH, "x" * filling + "]]>]]>", NOW))["Content"]
            == ("x" * filling + "]]>]]>")[:2048]
        )


@pytest.mark.parametrize("text", ["", "\x00", "\ud800"])
def test_a_reply_of_which_nothing_is_left_is_success(text):
    assert text_reply(PUSH, text, NOW) == SUCCESS


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT)
def test_every_text_arrives_cleaned_and_within_the_limit(text):
    shown = clean_text(text)
    assert clean_text(shown) == shown
    assert len(shown.encode()) <= MAX_REPLY
    reply = text_reply(PUSH, text, NOW)
    assert reply == SUCCESS if not shown else read_back(reply)["Content"] == shown
