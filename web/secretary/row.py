"""One after the other: whatever waits in a list is decided in a row, without a way back to the list.

Each desk gives the keys of what waits in the order of its own list; nothing here decides or sorts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from services.absence import external_lists, leave_lists, make_up_lists
from services.actor import Actor
from services.points import judging
from services.queues import Queue
from services.shuxue import deciding
from web.context import now
from web.visitor import require_leader

pages = Blueprint("row", __name__)

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class Row:
    """What the page of one thing says of the others: what was just done, and the way on without deciding."""

    word: str
    skip: str | None


def ahead(waiting: Sequence[K], at: K) -> K | None:
    """Return what waits next, at the end of the list the first of it; None when nothing else waits.

    `waiting` still holds the one at hand; what does not wait itself is in no row.
    """
    if at not in waiting or len(waiting) < 2:
        return None
    return waiting[(waiting.index(at) + 1) % len(waiting)]


def on_page(words: Mapping[str, str], waiting: Sequence[K], at: K, way: Callable[[K], str]) -> Row:
    """Return the row around one thing.

    Args:
        words: by what was just done, in words without a full stop where it is done in a row.
        waiting: the keys of what waits, in the order of the list.
        at: the key of the one that is shown.
        way: the address of a key.
    """
    said = words.get(request.args.get("done", ""), "")
    following = ahead(waiting, at)
    if said and not said.endswith("。"):
        said += f"，还有 {len(waiting)} 份。" if at in waiting else "。"
    return Row(said, way(following) if following is not None else None)


def on_list(words: Mapping[str, str], waiting: int) -> str:
    """Say above the list what was just done, and whether that was all."""
    said = words.get(request.args.get("done", ""), "")
    if not said or said.endswith("。"):
        return said
    return f"{said}。" if waiting else f"{said}，都办完了。"


def on(waiting: Sequence[K], at: K, way: Callable[[K], str], otherwise: str) -> Answer:
    """Lead to the next one that waits, from the last one to the list."""
    following = ahead(waiting, at)
    return redirect(otherwise if following is None else way(following), 303)


@pages.get("/s/next/<any(reports,claims,leaves,make_ups,externals):queue>")
def first(queue: str) -> Answer:
    """Open the first that waits in a list, one tap from 今天; an empty list shows itself."""
    actor = require_leader().actor
    ways, listed = _FIRST[Queue(queue)]
    return redirect(next(iter(ways(actor)), None) or url_for(listed))


def _reports(actor: Actor) -> list[str]:
    return [
        url_for("shuxue_branch.read", cycle=item.cycle.key, number=item.number)
        for item in deciding.waiting(actor, now())[:1]
    ]


def _claims(actor: Actor) -> list[str]:
    return [url_for("claims_desk.look", key=item.key) for item in judging.waiting(actor, now()).in_order[:1]]


def _leaves(actor: Actor) -> list[str]:
    return [url_for("leave_desk.look", key=item.key) for item in leave_lists.waiting(actor, now())[:1]]


def _make_ups(actor: Actor) -> list[str]:
    return [url_for("make_ups_desk.look", key=item.key) for item in make_up_lists.waiting(actor, now())[:1]]


def _externals(actor: Actor) -> list[str]:
    return [url_for("external_desk.look", key=item.key) for item in external_lists.waiting(actor, now())[:1]]


_FIRST: dict[Queue, tuple[Callable[[Actor], list[str]], str]] = {
    Queue.REPORTS: (_reports, "shuxue_branch.show"),
    Queue.CLAIMS: (_claims, "claims_desk.show"),
    Queue.LEAVES: (_leaves, "leave_desk.show"),
    Queue.MAKE_UPS: (_make_ups, "make_ups_desk.show"),
    Queue.EXTERNALS: (_externals, "external_desk.show"),
}
