"""The callback over HTTP: what good and bad pushes get, and that bad ones leave no row behind."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from werkzeug.test import Client, TestResponse

from models import InboundMessage, WechatBinding
from services.writer import Writer
from tests.wechat import pushes
from wechat.callback import Callback, Reception
from wechat.crypto import Door, cipher_of, open_sealed

NOW = datetime.fromtimestamp(pushes.NOW, UTC)


@pytest.fixture
def outcomes() -> list[str]:
    """What the metrics were told."""
    return []


@pytest.fixture
def reception(commits: None, db: Any, outcomes: list[str]) -> Iterator[Callable[..., Client]]:
    """Make the callback of an account, in safe mode unless said otherwise."""
    writer = Writer()

    def make(**changes: Any) -> Client:
        account: dict[str, Any] = {"app_id": pushes.APP_ID, "token": pushes.TOKEN, "aes_key": pushes.KEY}
        door = Door(**(account | changes))
        return Client(Callback(Reception(door, writer, lambda: NOW, "https://x.example", outcomes.append)))

    yield make
    writer.stop()


def post(client: Client, args: dict[str, list[str]], body: bytes) -> TestResponse:
    """Post a push."""
    return client.post("/wechat?" + urlencode(args, doseq=True), data=body, content_type="text/xml")


def push(client: Client, plain: bytes, **changes: str) -> TestResponse:
    """Post a push in safe mode."""
    encrypt, body = pushes.envelope(plain)
    return post(client, pushes.signed(encrypt, **changes), body)


def words(answer: TestResponse, key: str = pushes.KEY) -> str:
    """Return what the member reads, after checking that the platform would accept the reply."""
    sealed = ElementTree.fromstring(answer.get_data())
    values = {node.tag: node.text or "" for node in sealed}
    stamp, nonce, encrypt = values["TimeStamp"], values["Nonce"], values["Encrypt"]
    assert values["MsgSignature"] == pushes.sign(pushes.TOKEN, stamp, nonce, encrypt)
    plain = open_sealed(cipher_of(key), pushes.APP_ID.encode(), base64.b64decode(encrypt))
    reply = {node.tag: node.text or "" for node in ElementTree.fromstring(plain)}
    assert (reply["ToUserName"], reply["FromUserName"]) == (pushes.OPENID, pushes.ACCOUNT)
    return reply["Content"]


def test_the_platform_can_verify_our_address(reception: Callable[..., Client]) -> None:
    client = reception()
    good = client.get("/wechat?" + urlencode(pushes.plain_args(echostr="4375120948345356249"), doseq=True))
    assert (good.status_code, good.get_data(as_text=True)) == (200, "4375120948345356249")
    bad = client.get("/wechat?" + urlencode(pushes.plain_args(echostr="1", signature="0" * 40), doseq=True))
    assert (bad.status_code, bad.get_data()) == (403, b"")


def test_a_word_gets_its_answer_and_copies_get_the_same(
    reception: Callable[..., Client], outcomes: list[str]
) -> None:
    client = reception()
    first = push(client, pushes.message(Content="帮助"))
    assert first.status_code == 200
    assert "学时" in words(first)
    copies = [words(push(client, pushes.message(Content="别的话"))) for _ in range(3)]
    assert copies == [words(first)] * 3
    assert InboundMessage.select().count() == 1
    assert outcomes == ["answered"] * 4


def test_a_push_under_the_former_key_is_answered_with_that_key(reception: Callable[..., Client]) -> None:
    client = reception(previous_key=pushes.FORMER_KEY)
    encrypt, body = pushes.envelope(pushes.message(Content="帮助"), key=pushes.FORMER_KEY)
    assert "学时" in words(post(client, pushes.signed(encrypt), body), pushes.FORMER_KEY)


def test_an_event_that_nobody_handles_is_acknowledged_and_no_more(reception: Callable[..., Client]) -> None:
    answer = push(reception(), pushes.event("brand_new_event"))
    assert (answer.status_code, answer.get_data()) == (200, b"success")


def test_an_account_that_unfollows_gets_no_words(reception: Callable[..., Client]) -> None:
    answer = push(reception(), pushes.event("unsubscribe"))
    assert (answer.status_code, answer.get_data()) == (200, b"success")
    assert WechatBinding.select().count() == 0


@pytest.mark.parametrize(
    "spoken", ["<script>alert(1)</script>", "a]]>b", "{{7*7}}", "=1+1", "𬱖", "  ", "\u202e"]
)
def test_odd_words_are_answered_kindly(reception: Callable[..., Client], spoken: str) -> None:
    fields = (
        {"Content": spoken} if "]]>" not in spoken else {"Content": spoken.replace("]]>", "]]]]><![CDATA[>")}
    )
    answer = push(reception(), pushes.message(**fields))
    assert answer.status_code == 200
    assert "没有看懂" in words(answer)


def _sealed(
    plain: bytes,
    app_id: str = pushes.APP_ID,
    key: str = pushes.KEY,
    *,
    upper: bool = False,
    repeated: bool = False,
    **changes: str,
) -> Any:
    encrypt, body = pushes.envelope(plain, key=key, app_id=app_id)
    args = pushes.signed(encrypt, **changes)
    given = args["msg_signature"][0]
    if upper or repeated:
        args["msg_signature"] = [given.upper()] if upper else [given, given]
    return args, body


_BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><xml><ToUserName>&c;</ToUserName></xml>'
)
#: Bad pushes by name: (query, body) and the status that they get.
BAD: dict[str, tuple[Callable[[], Any], int]] = {
    "no query": (lambda: ({}, pushes.message()), 403),
    "wrong signature": (lambda: _sealed(pushes.message(), msg_signature="0" * 40), 403),
    "upper-case signature": (lambda: _sealed(pushes.message(), upper=True), 403),
    "repeated signature": (lambda: _sealed(pushes.message(), repeated=True), 403),
    "stale timestamp": (lambda: _stamped(pushes.NOW - 601), 403),
    "timestamp ahead": (lambda: _stamped(pushes.NOW + 601), 403),
    "plain body in safe mode": (lambda: (pushes.plain_args(), pushes.message()), 403),
    "plain body said to be sealed": (lambda: (pushes.signed("x"), pushes.message()), 403),
    "another appid": (lambda: _sealed(pushes.message(), app_id="wx0000000000000000"), 403),
    "another key": (lambda: _sealed(pushes.message(), key=pushes.FORMER_KEY), 400),
    "ciphertext not base64": (lambda: (pushes.signed("%%%"), pushes.wrap("%%%")), 400),
    "short ciphertext": (lambda: (pushes.signed("AAAA"), pushes.wrap("AAAA")), 400),
    "billion laughs outside": (lambda: (pushes.signed("x"), _BOMB), 400),
    "billion laughs inside": (lambda: _sealed(_BOMB), 400),
    "external DTD": (lambda: _sealed(b'<!DOCTYPE x SYSTEM "http://evil/x.dtd"><xml></xml>'), 400),
    "bare DOCTYPE": (lambda: _sealed(b"<!DOCTYPE xml><xml><MsgType>text</MsgType></xml>"), 400),
    "no root": (lambda: _sealed(b""), 400),
    "empty root": (lambda: _sealed(b"<xml></xml>"), 400),
    "no MsgType": (lambda: _sealed(pushes.message(MsgType=None)), 400),
    "two senders": (lambda: _sealed(pushes.message(inner="<FromUserName>o2</FromUserName>")), 400),
    "nested sender": (
        lambda: _sealed(pushes.message(FromUserName=None, inner="<FromUserName><a>o</a></FromUserName>")),
        400,
    ),
    "CreateTime in words": (lambda: _sealed(pushes.message(CreateTime="abc")), 400),
    "CreateTime of 17 digits": (lambda: _sealed(pushes.message(CreateTime=10**17)), 400),
    "control characters": (lambda: _sealed(pushes.message(Content="a\x01b")), 400),
    "GBK bytes": (lambda: _sealed(pushes.message().decode().encode("gbk")), 400),
    "JSON": (lambda: (pushes.signed("x"), b'{"MsgType": "text"}'), 400),
    "empty body": (lambda: (pushes.signed("x"), b""), 400),
    "too long": (lambda: (pushes.signed("x"), b"<xml>" + b"a" * 65_536), 400),
}


def _stamped(at: float) -> Any:
    encrypt, body = pushes.envelope(pushes.message())
    return pushes.signed(encrypt, stamp=str(int(at))), body


@pytest.mark.parametrize("name", BAD)
def test_a_bad_push_is_refused_without_detail_and_leaves_no_row(
    reception: Callable[..., Client], outcomes: list[str], name: str
) -> None:
    make, status = BAD[name]
    args, body = make()
    answer = post(reception(), args, body)
    assert (answer.status_code, answer.get_data()) == (status, b"")
    assert InboundMessage.select().count() == 0
    assert outcomes == ["forbidden" if status == 403 else "garbage"]


def test_other_methods_are_not_taken(reception: Callable[..., Client]) -> None:
    assert reception().put("/wechat", data=b"x").status_code == 405


def test_a_fault_of_ours_lets_the_platform_ask_again(db: Any, outcomes: list[str]) -> None:
    class Broken:
        """A runner whose disk is full."""

        def run(self, act: Any) -> Any:
            """Fail before anything is committed."""
            raise OSError("no space left on device")

    door = Door(pushes.APP_ID, pushes.TOKEN, pushes.KEY)
    client = Client(Callback(Reception(door, Broken(), lambda: NOW, "https://x.example", outcomes.append)))
    assert push(client, pushes.message()).status_code == 500
    assert outcomes == ["failed"]
    assert InboundMessage.select().count() == 0
