"""The door against the platform's own vectors, in both directions, and against all others."""

from __future__ import annotations

import base64
import json
import re
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from werkzeug.datastructures import MultiDict

from tests.wechat.pushes import (
    APP_ID,
    FORMER_KEY,
    KEY,
    NONCE,
    NOW,
    OPENID,
    STAMP,
    TOKEN,
    envelope,
    message,
    plain_args,
    signed,
    wrap,
)
from wechat.crypto import Door, Forbidden, Garbage, cipher_of, open_sealed, parse_args, seal_bytes, sign
from wechat.flatxml import MAX_BODY

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "wechat-vectors.json").read_text("utf-8"))
DOOR = Door(APP_ID, TOKEN, KEY, FORMER_KEY)


def fields_of(sealed: str) -> dict[str, str]:
    return dict(re.findall(r"<(\w+)>(?:<!\[CDATA\[)?([^<\]]+)(?:\]\]>)?</", sealed))


# The official vectors.


@pytest.mark.parametrize("vector", VECTORS["url_signature"], ids=lambda vector: vector["nonce"])
def test_the_official_url_signatures_are_ours(vector):
    assert sign(vector["token"], vector["timestamp"], vector["nonce"]) == vector["signature"]


def test_the_official_verification_is_answered_with_its_echostr():
    vector = VECTORS["url_signature"][0]
    door = Door("wxba5fad812f8e6fb9", vector["token"], "A" * 43)
    args = {name: vector[name] for name in ("signature", "timestamp", "nonce", "echostr")}
    assert door.verify_url(args) == vector["echostr"]


@pytest.mark.parametrize("vector", VECTORS["aes_decrypt"], ids=lambda vector: vector["nonce"])
def test_the_official_ciphertext_is_opened_and_made_again(vector):
    cipher, app_id = cipher_of(vector["encoding_aes_key"]), vector["appid"].encode()
    assert open_sealed(cipher, app_id, base64.b64decode(vector["encrypt"])).decode() == vector["plain"]
    again = seal_bytes(cipher, app_id, vector["plain"].encode(), vector["random16"].encode())
    assert again == vector["encrypt"]
    parts = (vector["token"], vector["timestamp"], vector["nonce"], vector["encrypt"])
    assert sign(*parts) == vector["msg_signature"]


def test_the_official_push_passes_the_whole_door():
    vector = VECTORS["aes_decrypt"][0]
    door = Door(vector["appid"], vector["token"], vector["encoding_aes_key"])
    args = {name: vector[name] for name in ("timestamp", "nonce", "msg_signature")} | {"encrypt_type": "aes"}
    opened = door.open(args, wrap(vector["encrypt"]), float(vector["timestamp"]))
    assert opened.xml.decode() == vector["plain"]


@pytest.mark.parametrize("vector", VECTORS["aes_encrypt"], ids=lambda vector: vector["nonce"])
def test_the_official_reply_is_sealed_and_opened(vector, monkeypatch):
    cipher, app_id = cipher_of(vector["encoding_aes_key"]), vector["appid"].encode()
    monkeypatch.setattr("wechat.crypto.os.urandom", lambda _size: vector["random16"].encode())
    push = seal_bytes(cipher, app_id, b"<xml></xml>", b"0" * 16)
    door = Door(vector["appid"], vector["token"], vector["encoding_aes_key"])
    args = {
        "timestamp": vector["timestamp"],
        "nonce": vector["nonce"],
        "encrypt_type": "aes",
        "msg_signature": sign(vector["token"], vector["timestamp"], vector["nonce"], push),
    }
    sealed = fields_of(door.open(args, wrap(push), float(vector["timestamp"])).seal(vector["plain"]))
    assert sealed["Encrypt"] == vector["encrypt"]
    assert sealed["MsgSignature"] == vector["msg_signature"]
    assert (sealed["TimeStamp"], sealed["Nonce"]) == (vector["timestamp"], vector["nonce"])
    assert open_sealed(cipher, app_id, base64.b64decode(vector["encrypt"])).decode() == vector["plain"]


@settings(max_examples=100, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=200),
    st.text(string.ascii_letters + string.digits, min_size=43, max_size=43),
)
def test_what_we_seal_the_other_library_opens_and_the_reverse(text, key):
    door, other = Door(APP_ID, TOKEN, key), WeChatCrypto(TOKEN, key, APP_ID)
    theirs = other.encrypt_message("问" + text, NONCE, STAMP)
    encrypt = fields_of(theirs)["Encrypt"]
    opened = door.open(signed(encrypt), wrap(encrypt), NOW)
    assert opened.xml.decode() == "问" + text
    ours = fields_of(opened.seal("答" + text))
    plain = other.decrypt_message({"Encrypt": ours["Encrypt"]}, ours["MsgSignature"], STAMP, NONCE)
    assert plain == "答" + text


# What passes.


def test_a_push_is_opened_and_its_answer_sealed():
    encrypt, body = envelope(message())
    opened = DOOR.open(signed(encrypt), body, NOW)
    assert opened.xml == message()
    answer = fields_of(opened.seal("<xml>好</xml>"))
    assert (
        open_sealed(cipher_of(KEY), APP_ID.encode(), base64.b64decode(answer["Encrypt"])).decode()
        == "<xml>好</xml>"
    )
    assert answer["MsgSignature"] == sign(TOKEN, STAMP, NONCE, answer["Encrypt"])


@pytest.mark.parametrize("answer", ["success", ""])
def test_success_and_the_empty_answer_need_no_seal(answer):
    encrypt, body = envelope(message())
    assert DOOR.open(signed(encrypt), body, NOW).seal(answer) == answer


def test_a_push_under_the_former_key_is_answered_with_the_former_key():
    encrypt, body = envelope(message(), FORMER_KEY)
    answer = fields_of(DOOR.open(signed(encrypt), body, NOW).seal("<xml/>"))
    sealed = base64.b64decode(answer["Encrypt"])
    assert open_sealed(cipher_of(FORMER_KEY), APP_ID.encode(), sealed) == b"<xml/>"
    with pytest.raises((Garbage, Forbidden)):
        open_sealed(cipher_of(KEY), APP_ID.encode(), sealed)


def test_of_a_compat_body_only_the_ciphertext_counts():
    forged = "<FromUserName><![CDATA[o_somebody_else]]></FromUserName><Content><![CDATA[绑定]]></Content>"
    encrypt, body = envelope(
        message(), extra=forged + "<ScanCodeInfo><ScanResult>x</ScanResult></ScanCodeInfo>"
    )
    assert DOOR.open(signed(encrypt), body, NOW).xml == message()


def test_the_query_may_come_raw_or_as_the_frameworks_dictionary():
    encrypt, body = envelope(message())
    args = signed(encrypt)
    raw = "&".join(f"{name}={values[0]}" for name, values in args.items()).encode()
    assert parse_args(raw) == args
    for form in (
        parse_args(raw),
        MultiDict((n, v[0]) for n, v in args.items()),
        {n: v[0] for n, v in args.items()},
    ):
        assert DOOR.open(form, body, NOW).xml == message()


def test_a_plain_push_passes_in_plain_mode():
    door = Door(APP_ID, TOKEN, "", mode="plain")
    opened = door.open(plain_args(), message(), NOW)
    assert (opened.xml, opened.seal("<xml/>")) == (message(), "<xml/>")
    assert door.open(plain_args(encrypt_type="raw"), message(), NOW).xml == message()


# What is refused.


def refuse(args, body, error=Forbidden, now=NOW, door=DOOR):
    with pytest.raises(error):
        door.open(args, body, now)


@pytest.mark.parametrize("name", ["timestamp", "nonce", "msg_signature"])
def test_a_missing_repeated_or_upper_case_argument_is_refused(name):
    encrypt, body = envelope(message())
    args = signed(encrypt)
    refuse({n: v for n, v in args.items() if n != name}, body)
    refuse(args | {name: args[name] * 2}, body)
    refuse(args | {name: [args[name][0], "0"]}, body)
    refuse(MultiDict([(n, v[0]) for n, v in args.items()] + [(name, args[name][0])]), body)
    refuse({n: v for n, v in args.items() if n != name} | {name.upper(): args[name]}, body)


@pytest.mark.parametrize("name", ["signature", "encrypt_type"])
def test_a_repeated_argument_is_refused_even_where_it_proves_nothing(name):
    encrypt, body = envelope(message())
    args = signed(encrypt)
    refuse(args | {name: args[name] * 2}, body)


@pytest.mark.parametrize("wrong", ["0" * 40, "", "é" * 40, "0" * 39, "0" * 41, "\ud800" * 40])
def test_a_wrong_signature_is_refused(wrong):
    encrypt, body = envelope(message())
    refuse(signed(encrypt, msg_signature=wrong), body)
    refuse(plain_args(signature=wrong), message(), door=Door(APP_ID, TOKEN, "", mode="plain"))


def test_an_upper_case_signature_is_refused():
    encrypt, body = envelope(message())
    refuse(signed(encrypt, msg_signature=sign(TOKEN, STAMP, NONCE, encrypt).upper()), body)


def test_the_url_signature_does_not_open_a_ciphertext():
    encrypt, body = envelope(message())
    refuse(signed(encrypt, msg_signature=sign(TOKEN, STAMP, NONCE)), body)


@pytest.mark.parametrize(
    ("late", "passes"), [(0, True), (600, True), (-600, True), (601, False), (-601, False)]
)
def test_a_push_is_taken_within_ten_minutes_of_its_time(late, passes):
    encrypt, body = envelope(message())
    if passes:
        assert DOOR.open(signed(encrypt), body, NOW + late).xml == message()
    else:
        refuse(signed(encrypt), body, now=NOW + late)


@pytest.mark.parametrize("stamp", ["abc", "", "-1", "１７８", "9" * 13, "1e9", "1_780_000_000"])
def test_a_timestamp_that_is_no_number_is_refused(stamp):
    encrypt, body = envelope(message())
    refuse(signed(encrypt, stamp), body)


@pytest.mark.parametrize("kind", ["", "raw", "AES", "des"])
def test_a_plain_body_is_refused_in_safe_mode(kind):
    refuse(plain_args(encrypt_type=kind), message())


def test_a_plain_body_that_claims_to_be_encrypted_is_refused():
    refuse(signed(""), message())


@pytest.mark.parametrize(
    "encrypt", ["不是密文", "AAAA", "A" * 44, "=", "QUJD" * 11, "A" * 43 + "=" + "A" * 44]
)
def test_a_ciphertext_that_is_none_is_refused_without_detail(encrypt):
    refuse(signed(encrypt), wrap(encrypt), Garbage)


def test_a_push_for_another_account_is_refused_even_under_our_key():
    encrypt, body = envelope(message(), app_id="wxffffffffffffffff")
    refuse(signed(encrypt), body)


def test_a_push_under_a_strange_key_is_refused():
    encrypt, body = envelope(message(), "z" * 43)
    refuse(signed(encrypt), body, (Forbidden, Garbage))


def test_a_body_over_64_kib_is_refused_before_all_else():
    refuse({}, b"x" * (MAX_BODY + 1), Garbage)
    refuse({}, b"x" * MAX_BODY, Forbidden)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"<xml/>", b"\xff\xfe<", "<xml>文".encode("gbk"), b"<xml><Encrypt>a"]
)
def test_an_envelope_that_is_no_xml_is_refused(body):
    refuse(signed("AAAA"), body, Garbage)


def test_two_ciphertexts_in_one_body_are_refused():
    encrypt, body = envelope(message(), extra="<Encrypt>AAAA</Encrypt>")
    refuse(signed(encrypt), body, Garbage)


def test_a_query_of_a_megabyte_or_a_hundred_arguments_is_refused():
    for query in ("a=" + "x" * 1_000_000, "&".join("a=1" for _ in range(100))):
        with pytest.raises(Forbidden):
            parse_args(query)
    assert parse_args("") == {}


def test_the_verification_echoes_nothing_that_a_browser_could_run():
    assert DOOR.verify_url(plain_args(echostr="4375120948345356249"), NOW) == "4375120948345356249"
    for echo in ("<script>alert(1)</script>", "", "a" * 513, "a b"):
        with pytest.raises(Forbidden):
            DOOR.verify_url(plain_args(echostr=echo))


def test_an_old_verification_is_refused_when_the_clock_is_given():
    with pytest.raises(Forbidden):
        DOOR.verify_url(plain_args(echostr="1"), NOW + 601)


@pytest.mark.parametrize(
    "settings_",
    [
        ("", TOKEN, KEY),
        (APP_ID, "", KEY),
        (APP_ID, TOKEN, ""),
        (APP_ID, TOKEN, "short"),
        (APP_ID, TOKEN, KEY, "no"),
    ],
)
def test_a_door_without_token_or_key_is_not_built(settings_):
    with pytest.raises(ValueError, match=r"token|key"):
        Door(*settings_)


def test_a_refusal_tells_nothing_of_the_push():
    encrypt, body = envelope(message())
    for args in (signed(encrypt, msg_signature="0" * 40), signed(encrypt, nonce="<bad>")):
        with pytest.raises(Forbidden) as refused:
            DOOR.open(args, body, NOW)
        assert not any(word in str(refused.value) for word in (OPENID, TOKEN, encrypt, "<bad>"))
