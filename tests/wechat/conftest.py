"""The platform as the client calls it, its clock, its token store, and the net that it calls into."""

from __future__ import annotations

import pytest
import responses

from services.ports import TokenStore
from tests.wechat.peer import SECRET, Hands, MemoryTokens
from tests.wechat.pushes import APP_ID
from wechat.calls import PlatformClient


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def store():
    return MemoryTokens()


@pytest.fixture
def platform(hands, store):
    fulfilled: TokenStore = store
    return PlatformClient(APP_ID, SECRET, store=fulfilled, now=hands, monotonic=hands)


@pytest.fixture
def ready(store, hands):
    """Let a token stand in the store, so that the first call is the one that is tested."""
    store.save("t1", hands.at + 6900)


@pytest.fixture
def net():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock
