"""Each push once: its key, the business act and the answer stand in one transaction (WECHAT part 4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from models import InboundMessage
from services import keyring, records, retention
from services.clock import seconds
from services.errors import ServiceError
from services.transaction import transaction

T = TypeVar("T")
#: Stands before a sealed answer in the table; no words of ours begin with it.
_SEALED = "\x1e"
_PURPOSE = "reply"


class Runner(Protocol):
    """Whatever runs work in a transaction and returns after the commit (`services/writer.py`)."""

    def run(self, act: Callable[[], T]) -> T:
        """Run the work; what it raises is raised here, and its writes are gone."""
        ...


class Covered(str):
    """An answer of which the table keeps no clear copy, such as a code.

    The copies of the push get it all the same; whoever reads the table, or a backup of it, does not.
    """

    __slots__ = ()


class _Known(Exception):
    """Another copy of the push was faster; what this copy did is taken back."""


def answer_once(
    runner: Runner,
    key: str,
    act: Callable[[], str],
    refuse: Callable[[ServiceError], str],
    now: datetime,
) -> str:
    """Act on a push unless it was acted on before, and return the answer that all its copies get.

    The key is inserted together with the answer at the end of the act, so that the usual case costs one
    statement; a copy that finds the key taken is rolled back and gives the kept answer. On PostgreSQL
    a parallel copy waits at that insert until the first has committed.

    Args:
        runner: where the work is committed.
        key: the push's dedup key.
        act: the business act; returns the answer in words.
        refuse: turns a refusal into words; the refused act leaves nothing behind, its answer is kept.
        now: this moment.

    Returns:
        The words of the first answer, or "" when there is nothing to say.
    """
    try:
        return runner.run(lambda: _keep(key, act(), now))
    except _Known:
        return _kept(runner, key)
    except ServiceError as refusal:
        words = refuse(refusal)
    try:
        return runner.run(lambda: _keep(key, words, now))
    except _Known:
        return _kept(runner, key)


def _keep(key: str, words: str, now: datetime) -> str:
    kept = words
    if isinstance(words, Covered):
        kept = _SEALED + keyring.current().carry(words.encode(), _PURPOSE)
    if not records.keep_reply(key, seconds(now), kept):
        raise _Known
    return words


def _kept(runner: Runner, key: str) -> str:
    words = runner.run(lambda: records.kept_reply(key))
    if not words.startswith(_SEALED):
        return words
    # Sealed under a key that is no longer ours, there is nothing to repeat: the platform's copy says nothing.
    return (keyring.current().carried(words.removeprefix(_SEALED), _PURPOSE) or b"").decode()


def forget_old(now: datetime, days: int = retention.MESSAGE_DAYS) -> int:
    """Drop pushes older than the retention (F20) and return how many."""
    with transaction():
        return int(InboundMessage.delete().where(InboundMessage.at < now - timedelta(days=days)).execute())
