"""「有疑问」 answered where it was asked: beside the line of the ledger (R111)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from services import feedback, rulebook
from services.clock import civil_day
from services.errors import ServiceError, not_found
from services.ledgers import Reached
from services.messages import Item
from web.context import now
from web.visitor import Leader


@dataclass(frozen=True)
class Asked:
    """The questions about the lines of a ledger, and an answer that could not be kept yet."""

    of_line: dict[str, list[Item]]
    longest: int
    key: str = ""
    words: str = ""
    fault: str = ""


def asked(
    leader: Leader, reached: Reached, ledger: str, failed: tuple[str, str, str] = ("", "", "")
) -> Asked:
    """Return the questions about a member's lines; `failed` is (key, typed, fault) of an answer."""
    found = feedback.about_lines(leader.actor, reached.member, ledger, now())
    return Asked(found, rulebook.current().feedback(civil_day(now())).max_chars, *failed)


def answer(
    leader: Leader, reached: Reached, ledger: str, key: str
) -> tuple[str, tuple[str, str, str] | None]:
    """Answer a question about a line; return the line, and (key, typed, fault) when the words do not do.

    Raises:
        ServiceError: `not_found` for a message that is no question about this ledger of this member.
    """
    lines = feedback.about_lines(leader.actor, reached.member, ledger, now())
    line = next((line for line, items in lines.items() if key in {item.key for item in items}), None)
    if line is None:
        raise not_found("这一条")
    typed = request.form.get("words", "")
    try:
        feedback.answer(leader.actor, key, typed, now())
    except ServiceError as error:
        if error.code != "text":
            raise
        return line, (key, typed, error.message + error.hint)
    return line, None
