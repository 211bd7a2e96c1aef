"""A frugal HTTP driver: prepared requests over kept connections, closed or open loop, latencies kept.

It runs in a process of its own beside the server, on one thread, so that what it costs is steady.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Result:
    """What a run saw: seconds it took, each answer's latency in seconds, answers by status."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    unanswered: int = 0

    @property
    def rate(self) -> float:
        """Return answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Return a percentile of the latencies in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


def http_request(host: str, method: str, path: str, body: bytes = b"") -> bytes:
    """Build one request as bytes."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: text/xml\r\n\r\n"
    )
    return head.encode() + body


class _Connection:
    """One kept connection with at most one request under way."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.buffer = b""
        self.due = 0.0

    def send(self, request: bytes, due: float) -> None:
        self.due = due
        self.socket.setblocking(True)
        self.socket.sendall(request)
        self.socket.setblocking(False)

    def receive(self) -> int | None:
        """Return the status once an answer is whole, None before; a cut connection gives 0."""
        try:
            piece = self.socket.recv(65536)
        except BlockingIOError:
            return None
        if not piece:
            return 0
        self.buffer += piece
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        length = _content_length(self.buffer[:end])
        if len(self.buffer) < end + 4 + length:
            return None
        status = int(self.buffer[9:12])
        self.buffer = b""
        return status


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


class _Run:
    """One run under way."""

    def __init__(self, address: tuple[str, int], requests: Sequence[bytes], over: float) -> None:
        self.address, self.requests, self.over = address, requests, over
        self.selector = selectors.DefaultSelector()
        self.free: deque[_Connection] = deque()
        self.result, self.sent, self.done = Result(), 0, 0
        self.start = time.perf_counter()

    def connect(self) -> None:
        link = _Connection(self.address)
        self.selector.register(link.socket, selectors.EVENT_READ, link)
        self.free.append(link)

    def due(self) -> float:
        """Return when the next request falls due."""
        return self.start + self.over * self.sent / len(self.requests) if self.over else time.perf_counter()

    def send_due(self) -> float:
        """Send what is due and return how long to wait for answers."""
        while self.free and self.sent < len(self.requests):
            due = self.due()
            wait = due - time.perf_counter()
            if wait > 0:
                return min(wait, 0.05)
            self.free.popleft().send(self.requests[self.sent], due)
            self.sent += 1
        return 0.05

    def take_answers(self, wait: float) -> None:
        for key, _ in self.selector.select(wait):
            link = key.data
            status = link.receive()
            if status is None:
                continue
            self.done += 1
            self.result.statuses[status] = self.result.statuses.get(status, 0) + 1
            self.result.latencies.append(time.perf_counter() - link.due)
            if status:
                self.free.append(link)
            else:
                self.selector.unregister(link.socket)
                link.socket.close()
                self.connect()

    def close(self) -> None:
        self.result.seconds = time.perf_counter() - self.start
        self.result.unanswered = len(self.requests) - self.done
        for key in list(self.selector.get_map().values()):
            key.data.socket.close()
        self.selector.close()


def run(
    address: tuple[str, int],
    requests: Sequence[bytes],
    connections: int,
    over: float = 0.0,
    patience: float = 60.0,
) -> Result:
    """Send all requests and wait for the answers.

    Args:
        address: where the server listens.
        requests: what to send, once each.
        connections: how many are open at once.
        over: 0 sends as fast as answers come (closed loop); otherwise the requests fall due evenly
            over so many seconds and latency counts from when each was due (open loop).
        patience: seconds after which the run ends, whatever is missing.
    """
    under_way = _Run(address, requests, over)
    try:
        for _ in range(min(connections, len(requests))):
            under_way.connect()
        under_way.start = time.perf_counter()
        while under_way.done < len(requests) and time.perf_counter() - under_way.start < patience:
            under_way.take_answers(under_way.send_due())
    finally:
        under_way.close()
    return under_way.result
