"""The platform's token: one row for the deployment, one refresher at a time (G10)."""

from __future__ import annotations

import threading

import pytest

from models import PlatformToken, database
from services.ports import TokenStore
from services.tokens import TokenTable

pytestmark = pytest.mark.usefixtures("db")

NOW = 1_800_000_000.7


def test_before_the_first_token_there_is_none() -> None:
    store: TokenStore = TokenTable()
    assert store.current() is None
    assert store.try_lease(NOW, 10)
    assert store.current() is None, "a lease is no token"


def test_a_saved_token_is_everybodys_and_stays_readable_when_its_time_has_passed() -> None:
    TokenTable().save("first", NOW + 100)
    TokenTable().save("second", NOW - 100)
    assert TokenTable().current() == ("second", float(int(NOW - 100)))
    assert PlatformToken.select().count() == 1


def test_a_lease_shuts_others_out_until_it_ends() -> None:
    first, other = TokenTable(), TokenTable()
    assert first.try_lease(NOW, 10)
    assert not other.try_lease(NOW, 10)
    assert not first.try_lease(NOW + 9, 10), "nor does its holder get a second one"
    assert other.try_lease(NOW + 10, 10)


def test_saving_does_not_give_the_lease_back() -> None:
    store = TokenTable()
    store.try_lease(NOW, 60)
    store.save("value", NOW + 7000)
    assert not store.try_lease(NOW + 59, 60)


def test_the_ticket_of_pages_is_kept_apart() -> None:
    TokenTable().save("token", NOW)
    assert TokenTable("jsapi_ticket").current() is None
    assert TokenTable().try_lease(NOW, 10)
    assert TokenTable("jsapi_ticket").try_lease(NOW, 10)


@pytest.mark.usefixtures("commits")
def test_of_many_who_want_to_refresh_at_once_one_may() -> None:
    gate, won = threading.Barrier(6), []

    def want() -> None:
        gate.wait(10)
        won.append(TokenTable().try_lease(NOW, 10))
        database.obj.close()

    threads = [threading.Thread(target=want) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(won) == [False] * 5 + [True]


def test_waiting_holds_no_transaction() -> None:
    TokenTable().wait(NOW)
    assert not database.obj.in_transaction()
