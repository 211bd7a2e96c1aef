"""The server: a connection is quiet while a worker sends, and wakes when there is something left to do."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from web.server import QuietChannel, build


@pytest.fixture
def port() -> Iterator[int]:
    """A running server that answers with the path it was asked for."""

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["PATH_INFO"].encode() * 20_000
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    server = build(application, "127.0.0.1", free)

    def run() -> None:
        # The test closes the sockets under the waiting loop, which then finds one of them gone.
        with contextlib.suppress(OSError):
            server.run()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    yield free
    server.close()
    server.task_dispatcher.shutdown()
    thread.join(timeout=5)
    for channel in list(server.active_channels.values()):
        channel.close()


class _Lock:
    def __init__(self, *, free: bool) -> None:
        self.free = free

    def acquire(self, *, blocking: bool) -> bool:
        assert blocking is False
        return self.free

    def release(self) -> None:
        assert self.free


def _channel(*, waiting: int, lock_free: bool, closing: bool = False) -> QuietChannel:
    channel = QuietChannel.__new__(QuietChannel)
    channel.total_outbufs_len = waiting
    channel.outbuf_lock = _Lock(free=lock_free)
    channel.will_close, channel.close_when_flushed = closing, False
    return channel


def test_the_main_thread_leaves_a_connection_alone_while_a_worker_sends_on_it():
    assert not _channel(waiting=10, lock_free=False).writable()
    assert _channel(waiting=10, lock_free=True).writable()
    assert not _channel(waiting=0, lock_free=True).writable()
    assert _channel(waiting=0, lock_free=False, closing=True).writable()


def test_large_answers_arrive_whole_over_many_connections_at_once(port):
    answers: list[int] = []

    def ask(number: int) -> None:
        body = requests.get(f"http://127.0.0.1:{port}/{number}", timeout=20).content
        assert body == f"/{number}".encode() * 20_000
        answers.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(answers) == list(range(60))
