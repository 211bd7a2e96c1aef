"""What a push is read as, and what is refused as a whole."""

from __future__ import annotations

import base64
import dataclasses
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wechat.pushes import (
    ACCOUNT,
    APP_ID,
    KEY,
    NOW,
    OPENID,
    TOKEN,
    envelope,
    event,
    message,
    plain_args,
    signed,
    wrap,
)
from wechat.crypto import Door
from wechat.errors import Forbidden, Garbage
from wechat.flatxml import MAX_BODY, read, read_any
from wechat.parse import parse

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 if n > 1 else str()};" * 10}">' for n in range(1, 10))
    + "]><xml><Content>&lol9;</Content></xml>"
).encode()
WHOLE = message().decode()


def without_root(text: str) -> str:
    return text.removeprefix("<xml>").removesuffix("</xml>")


# Pushes of the platform.


def test_a_text_message_is_read_as_it_was_typed():
    push = parse(message(Content="  𬱖 镕祎堃\n<script>{{7*7}}&amp; 😀 [微笑]\t"))
    assert push.text == "  𬱖 镕祎堃\n<script>{{7*7}}&amp; 😀 [微笑]\t"
    assert (push.account, push.openid, push.created) == (ACCOUNT, OPENID, int(NOW))
    assert (push.kind, push.event, push.msg_id) == ("text", "", "23456789012345678")
    assert push.dedup_key == "m:23456789012345678:"


@pytest.mark.parametrize("text", ["<!DOCTYPE html>", "<!ENTITY x>", "a]]", "]", "&lt;", "", " "])
def test_markup_that_a_member_types_is_only_text(text):
    assert parse(message(Content=text)).text == text


def test_a_text_split_over_two_sections_is_one_text():
    assert parse(message().replace(b"123456]]>", b"]]]]><![CDATA[>]]>")).text == "签到 ]]>"


def test_a_message_without_content_has_an_empty_text():
    assert parse(message(Content=None)).text == ""
    assert parse(message(Content=None, inner="<Content/>")).text == ""


def test_a_message_escaped_with_entities_reads_like_one_in_sections():
    assert (
        parse(message(Content=None, inner="<Content>a &lt;b&gt; &#x8ff0;学</Content>")).text == "a <b> 述学"
    )


@pytest.mark.parametrize("kind", ["image", "voice", "video", "shortvideo", "location", "link", "newkind"])
def test_every_kind_of_message_is_read(kind):
    push = parse(message(MsgType=kind, Content=None, MediaId="m-1", Recognition=""))
    assert (push.kind, push.media_id, push.text) == (kind, "m-1", "")


@pytest.mark.parametrize(
    ("key", "scene"),
    [
        ("", ""),
        ("qrscene_s1.abc", "s1.abc"),
        ("s1.abc", "s1.abc"),
        ("last_trade_no_4200", ""),
        ("qrscene_", ""),
    ],
)
def test_the_scene_is_found_whether_the_member_followed_before_or_not(key, scene):
    push = parse(
        event("subscribe" if key.startswith(("qr", "last")) else "SCAN", EventKey=key, Ticket="gQ_1")
    )
    assert push.scene == scene
    assert push.ticket == "gQ_1"
    assert push.event in {"subscribe", "scan"}


def test_a_scan_in_the_chat_brings_what_the_camera_read():
    inner = "<ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType><ScanResult><![CDATA[https://x/c/ab]]></ScanResult></ScanCodeInfo>"
    push = parse(event("scancode_waitmsg", inner, EventKey="CHECKIN_SCAN"))
    assert (push.event, push.event_key, push.scan_result) == (
        "scancode_waitmsg",
        "CHECKIN_SCAN",
        "https://x/c/ab",
    )
    assert parse(event("scancode_waitmsg", EventKey="CHECKIN_SCAN")).scan_result == ""


def test_a_receipt_brings_its_message_and_status():
    push = parse(event("TEMPLATESENDJOBFINISH", MsgID=200_163_836, Status="failed:user block"))
    assert (push.event, push.msg_id, push.status) == (
        "templatesendjobfinish",
        "200163836",
        "failed:user block",
    )
    assert push.dedup_key.startswith("e:")


def test_the_rows_of_a_subscription_event_are_kept_in_order():
    rows = "".join(
        f"<List><TemplateId><![CDATA[t{n}]]></TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
        for n in (1, 2)
    )
    push = parse(
        event("subscribe_msg_popup_event", f"<SubscribeMsgPopupEvent>{rows}</SubscribeMsgPopupEvent>")
    )
    assert [row["TemplateId"] for row in push.lists] == ["t1", "t2"]
    assert hash(push)


def test_an_event_that_is_new_to_us_is_read_as_far_as_we_know_it():
    inner = "<Odd><Deep><Item>1</Item><Item>2</Item></Deep></Odd><Extra>1</Extra><Extra>2</Extra>"
    assert parse(event("wholly_new", inner)).event == "wholly_new"


def test_an_inbound_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        parse(message()).text = "x"  # type: ignore[misc]


# Dedup keys.


def test_the_same_message_keeps_its_key_whatever_its_body_says():
    assert parse(message()).dedup_key == parse(message(Content="别的")).dedup_key


def test_the_same_event_delivered_again_has_the_same_key():
    assert (
        parse(event("SCAN", EventKey="a")).dedup_key
        == parse(event("SCAN", EventKey="a", Ticket="t")).dedup_key
    )


def test_two_events_of_one_second_have_two_keys():
    scan = "<ScanCodeInfo><ScanResult>{}</ScanResult></ScanCodeInfo>"
    pushes = [
        event("SCAN", EventKey="a"),
        event("SCAN", EventKey="b"),
        event("CLICK", EventKey="a"),
        event("SCAN", EventKey="a", FromUserName="o_other"),
        event("SCAN", EventKey="a", CreateTime=int(NOW) + 1),
        event("TEMPLATESENDJOBFINISH", MsgID=1),
        event("TEMPLATESENDJOBFINISH", MsgID=2),
        event("scancode_waitmsg", scan.format("1"), EventKey="a"),
        event("scancode_waitmsg", scan.format("2"), EventKey="a"),
    ]
    assert len({parse(push).dedup_key for push in pushes}) == len(pushes)


def test_messages_without_an_id_are_not_merged():
    one, two = parse(message(MsgId=None)), parse(message(MsgId=None, Content="别的"))
    assert one.dedup_key != two.dedup_key
    assert max(len(one.dedup_key), len(two.dedup_key)) <= 66


# What is refused (RELIABILITY, bad inputs of the callback).

BAD = {
    "billion laughs": LAUGHS,
    "an external document type": b'<!DOCTYPE xml SYSTEM "http://127.0.0.1/x.dtd">' + message(),
    "a bare document type": b"<!DOCTYPE xml>" + message(),
    "a document type in small letters": b"<!doctype xml>" + message(),
    "a document type behind a declaration": b'<?xml version="1.0"?>\n<!DOCTYPE xml>' + message(),
    "a document type behind a comment": b"<!-- x --><!DOCTYPE xml>" + message(),
    "a document type inside the root": message("<!DOCTYPE xml>"),
    "an entity that nobody declared": message("<Odd>&x;</Odd>"),
    "no root": without_root(WHOLE).encode(),
    "only text": "签到".encode(),
    "nothing": b"",
    "another root": WHOLE.replace("xml>", "root>").encode(),
    "two roots": message() + message(),
    "no MsgType": message(MsgType=None),
    "an empty MsgType": message(MsgType=""),
    "an odd MsgType": message(MsgType="te xt"),
    "an empty root": b"<xml></xml>",
    "an empty root, closed at once": b"<xml/>",
    "no end": message()[:-3],
    "two FromUserName": message("<FromUserName>o_2</FromUserName>"),
    "two ToUserName": message("<ToUserName>gh_2</ToUserName>"),
    "two CreateTime": message("<CreateTime>1</CreateTime>"),
    "two MsgType": message("<MsgType>event</MsgType>"),
    "two MsgId": message("<MsgId>1</MsgId>"),
    "two Content": message("<Content>1</Content>"),
    "two scan results": event(
        "scancode_push", "<ScanCodeInfo><ScanResult>1</ScanResult><ScanResult>2</ScanResult></ScanCodeInfo>"
    ),
    "a nested FromUserName": message("<FromUserName><a>o</a></FromUserName>", FromUserName=None),
    "a nested Content": message("<Content>a<b/>c</Content>", Content=None),
    "a nested scan result": event(
        "scancode_push", "<ScanCodeInfo><ScanResult><a>1</a></ScanResult></ScanCodeInfo>"
    ),
    "no FromUserName": message(FromUserName=None),
    "an empty FromUserName": message(FromUserName=""),
    "a FromUserName with markup": message(FromUserName="o]]&gt;<x>"),
    "a FromUserName of a kilobyte": message(FromUserName="o" * 1024),
    "no ToUserName": message(ToUserName=None),
    "no CreateTime": message(CreateTime=None),
    "CreateTime abc": message(CreateTime="abc"),
    "CreateTime 10^17": message(CreateTime=10**17),
    "a negative CreateTime": message(CreateTime=-1),
    "a full-width CreateTime": message(CreateTime="１７８"),
    "a CreateTime with underscores": message(CreateTime="1_780"),
    "an Arabic CreateTime": message(CreateTime="٣٣٣"),
    "a CreateTime with a line end": message(CreateTime="1780000000\n"),
    "a MsgId of letters": message(MsgId="abc"),
    "a MsgId of a kilobyte": message(MsgId="1" * 1024),
    "an event without a name": event(""),
    "an event that names no event": message(MsgType="event"),
    "control characters": message(Content="a\x01b"),
    "a NUL": message(Content="a\x00b"),
    "an escaped NUL": message("<Odd>&#0;</Odd>"),
    "an escaped control": message("<Odd>&#8;</Odd>"),
    "a lone surrogate": message(Content="XX").replace(b"XX", b"\xed\xa0\x80"),
    "an escaped surrogate": message("<Odd>&#xD800;</Odd>"),
    "a non-character": message(Content="\ufffe"),
    "an overlong form": message(Content="XX").replace(b"XX", b"\xc0\xaf"),
    "GBK bytes": WHOLE.encode("gbk"),
    "GBK bytes that say so": b'<?xml version="1.0" encoding="GBK"?>' + WHOLE.encode("gbk"),
    "UTF-8 that claims to be Latin-1": b'<?xml version="1.0" encoding="ISO-8859-1"?>' + message(),
    "UTF-16": WHOLE.encode("utf-16"),
    "JSON": b'{"ToUserName":"gh_1","FromUserName":"o_1","CreateTime":1,"MsgType":"text"}',
    "a form": b"ToUserName=gh_1&MsgType=text",
    "text between the fields": message("签到"),
    "an open element": message("<Odd>"),
    "nine nested elements": message("<a>" * 9 + "</a>" * 9),
    "ten thousand nested elements": b"<xml>" + b"<a>" * 10_000,
    "sixty thousand spaces": b" " * 60_000,
    "sixty thousand spaces in the root": b"<xml>" + b" " * 60_000,
    "sixty thousand brackets": b"<xml>" + b"<" * 60_000,
    "an endless section": b"<xml><Content><![CDATA[" + b"]" * 60_000,
    "a body over 64 KiB": message(Content="x" * MAX_BODY),
}


@pytest.mark.parametrize("name", BAD)
def test_what_the_platform_does_not_send_is_refused_at_once(name):
    began = time.perf_counter()
    with pytest.raises(Garbage) as refused:
        parse(BAD[name])
    assert time.perf_counter() - began < 0.25
    assert OPENID not in str(refused.value)


def test_a_declaration_and_a_byte_order_mark_are_allowed():
    for head in (
        b"\xef\xbb\xbf",
        b'<?xml version="1.0"?>',
        b'<?xml version="1.0" encoding="utf-8"?>\n',
        b"\n  ",
    ):
        assert parse(head + message() + b"\n") == parse(message())


def test_a_body_of_just_64_kib_is_read():
    filling = MAX_BODY - len(message(Content=""))
    assert len(parse(message(Content="x" * filling)).text) == filling


# What nobody thought of.

NAMES = st.sampled_from(
    ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId", "MsgID", "Content", "Event", "EventKey",
     "Ticket", "ScanCodeInfo", "ScanResult", "List", "Encrypt", "xml", "Odd", "é", "1a", ""]
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        [
            "text",
            "event",
            OPENID,
            ACCOUNT,
            "1780000000",
            "",
            " ",
            "]]>",
            "<![CDATA[",
            "]]",
            "&amp;",
            "&",
            "\r\n",
            "\t",
        ]
    ),
    st.text(max_size=20),
)
PARTS = st.one_of(
    st.builds("<{0}>{1}</{0}>".format, NAMES, VALUES),
    st.builds("<{0}><![CDATA[{1}]]></{0}>".format, NAMES, VALUES),
    st.builds("<{0}><{1}>{2}</{1}></{0}>".format, NAMES, NAMES, VALUES),
    st.builds('<{0} a="{1}">'.format, NAMES, VALUES),
    VALUES,
)
DOCUMENTS = st.one_of(
    st.builds("<xml>{}</xml>".format, st.lists(PARTS, max_size=8).map("".join)),
    st.lists(PARTS, max_size=4).map("".join),
).map(lambda text: text.encode(errors="surrogatepass"))


@st.composite
def damaged(draw):
    """Return a genuine push with a few bytes changed, cut or doubled."""
    body = bytearray(
        draw(
            st.sampled_from([message(), event("SCAN", EventKey="qrscene_1"), BAD["a nested Content"], LAUGHS])
        )
    )
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(body)))
        body[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=4))
    return bytes(body)


@settings(max_examples=400, deadline=250)
@given(st.one_of(st.binary(max_size=300), damaged(), DOCUMENTS))
def test_nothing_but_a_refusal_comes_of_any_body(body):
    try:
        push = parse(body)
    except Garbage:
        return
    assert push.openid
    assert push.kind


@settings(max_examples=400, deadline=250)
@given(st.one_of(DOCUMENTS, damaged()))
def test_the_short_way_of_reading_agrees_with_the_long_one(body):
    def outcome(reader):
        try:
            return reader(body)
        except Garbage:
            return "refused"

    assert outcome(read) == outcome(read_any)


SAFE, PLAIN = Door(APP_ID, TOKEN, KEY), Door(APP_ID, TOKEN, KEY, mode="plain")
ARG_NAMES = st.sampled_from(
    ["signature", "msg_signature", "timestamp", "nonce", "encrypt_type", "echostr", "x"]
)


@settings(max_examples=300, deadline=250)
@given(
    st.sampled_from([SAFE, PLAIN]),
    st.dictionaries(ARG_NAMES, st.lists(st.text(max_size=45), max_size=2)),
    st.booleans(),
    st.one_of(damaged(), st.binary(max_size=100), st.just(message())),
    st.booleans(),
)
def test_nothing_but_a_refusal_comes_of_any_request(door, changes, keep, body, sealed):
    encrypt, wrapped = envelope(body) if sealed else ("", body)
    base = signed(encrypt) if sealed else plain_args()
    try:
        parse(door.open(base if keep else base | changes, wrapped, NOW).xml)
    except (Forbidden, Garbage):
        return


@settings(max_examples=200, deadline=250)
@given(
    st.one_of(
        st.binary(max_size=200).map(lambda raw: base64.b64encode(raw).decode()),
        st.text("Az+/=é ", max_size=90),
    )
)
def test_a_signed_ciphertext_of_any_letters_is_opened_or_refused(encrypt):
    with pytest.raises((Forbidden, Garbage)):
        SAFE.open(signed(encrypt), wrap(encrypt), NOW)
