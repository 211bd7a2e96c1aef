"""One token for all processes: fetched once, renewed by one, asked for at most once a minute."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import responses
from responses import matchers

from services.ports import Action, Busy, PlatformError
from tests.wechat.peer import (
    SECRET,
    TOKEN_URL,
    USER_URL,
    error,
    follows,
    give_tokens,
    token_calls,
)
from tests.wechat.pushes import APP_ID, OPENID
from wechat.calls import PlatformClient

# The token.


def test_the_token_is_fetched_once_for_many_calls(net, platform, store, hands):
    give_tokens(net, "t1")
    follows(net, "t1")
    for _ in range(5):
        assert platform.user_info(OPENID).subscribed
    assert len(token_calls(net)) == 1
    sent = json.loads(token_calls(net)[0].request.body)
    assert sent == {
        "grant_type": "client_credential",
        "appid": APP_ID,
        "secret": SECRET,
        "force_refresh": False,
    }
    assert store.token == ("t1", hands.at + 6900)


def test_the_token_that_another_process_fetched_is_used(net, platform, store, hands):
    store.save("theirs", hands.at + 100)
    follows(net, "theirs")
    platform.user_info(OPENID)
    assert not token_calls(net)


def test_an_old_token_is_renewed_and_a_refused_renewal_does_no_harm_while_it_works(
    net, platform, store, hands
):
    store.save("old", hands.at - 10)
    net.post(TOKEN_URL, json=error(-1))
    follows(net, "old")
    assert platform.user_info(OPENID).subscribed
    hands.at += 61
    give_tokens(net, "new")
    follows(net, "new")
    net.remove(responses.POST, TOKEN_URL)
    give_tokens(net, "new")
    platform.user_info(OPENID)
    assert store.token is not None
    assert store.token[0] == "new"


def test_while_another_renews_the_former_token_serves(net, platform, store, hands):
    store.save("old", hands.at - 10)
    store.try_lease(hands.at, 60)
    follows(net, "old")
    platform.user_info(OPENID)
    assert (store.pauses, token_calls(net)) == (0, [])


def test_without_any_token_a_caller_waits_for_the_one_who_fetches(net, platform, store, hands):
    store.try_lease(hands.at, 60)
    follows(net, "late")
    threading.Timer(0.05, store.save, ("late", hands.at + 6900)).start()
    assert platform.user_info(OPENID).subscribed
    assert store.pauses > 0
    assert not token_calls(net)


def test_a_caller_does_not_wait_for_ever(net, platform, store, hands):
    store.try_lease(hands.at, 60)
    with pytest.raises(Busy) as busy:
        platform.user_info(OPENID)
    assert store.pauses == 25
    assert not busy.value.maybe_done


def test_of_twenty_threads_in_two_processes_one_fetches(net, store, hands):
    def slowly(_request):
        time.sleep(0.05)
        return 200, {}, json.dumps({"access_token": "t1", "expires_in": 7200})

    net.add_callback(responses.POST, TOKEN_URL, slowly)
    follows(net, "t1")
    processes = [PlatformClient(APP_ID, SECRET, store=store, now=hands, monotonic=hands) for _ in range(2)]
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda n: processes[n % 2].user_info(OPENID).subscribed, range(60)))
    assert all(found)
    assert len(token_calls(net)) == 1


def test_a_refused_token_is_renewed_and_the_call_made_once_more(net, platform, store, hands):
    store.save("bad", hands.at + 6900)
    net.get(USER_URL, json=error(40001))
    give_tokens(net, "good")
    follows(net, "good")
    assert platform.user_info(OPENID).subscribed
    assert [urlsplit(call.request.url).path.split("/")[-1] for call in net.calls] == [
        "info",
        "stable_token",
        "info",
    ]


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_a_token_that_another_has_replaced_meanwhile_is_not_fetched_again(net, platform, store, hands, code):
    store.save("bad", hands.at + 6900)

    def refuse(_request):
        store.save("good", hands.at + 6900)
        return 200, {}, json.dumps(error(code))

    net.add_callback(
        responses.GET,
        USER_URL,
        refuse,
        match=[matchers.query_param_matcher({"access_token": "bad"}, strict_match=False)],
    )
    follows(net, "good")
    assert platform.user_info(OPENID).subscribed
    assert not token_calls(net)


def test_a_platform_that_refuses_every_token_costs_one_fetch_a_minute(net, platform, store, hands):
    net.get(USER_URL, json=error(40001))
    give_tokens(net, "t1")
    for second in range(180):
        with pytest.raises((PlatformError, Busy)):
            platform.user_info(OPENID)
        hands.at += 1
        assert len(token_calls(net)) <= 1 + second // 60 + 1
    assert len(token_calls(net)) == 3
    assert store.pauses == 0


def test_a_refused_secret_is_the_operators_matter_and_asked_once_a_minute(net, platform, hands):
    net.post(TOKEN_URL, json=error(40164, "invalid ip"))
    with pytest.raises(PlatformError) as refused:
        platform.user_info(OPENID)
    assert refused.value.action is Action.ALERT
    for _ in range(10):
        with pytest.raises(Busy):
            platform.user_info(OPENID)
    assert len(token_calls(net)) == 1
