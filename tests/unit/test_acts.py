"""Every action that the services write into the audit log has words of its own (G15)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from models.terms import ClaimState, Term, TransferState
from services.acts import WORDS

SERVICES = Path(__file__).resolve().parents[2] / "services"
_ACTION = re.compile(r"[a-z_]+(\.[a-z_]+)+")
#: Actions that are put together: what they begin with, and what may follow.
_MADE: dict[str, tuple[Term, ...]] = {
    "claim.": (ClaimState.RETURNED, ClaimState.REFUSED, ClaimState.REFUSED_FINAL, ClaimState.REVERSED),
    "transfer.": (TransferState.REFUSED, TransferState.WITHDRAWN),
}


def written(path: Path) -> Iterator[str]:
    """Find the actions in a module that writes to the log, and the beginnings of those put together."""
    text = path.read_text("utf-8")
    if "audit.record(" not in text and "AuditLog" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            start = str(node.values[0].value)
            if re.fullmatch(r"[a-z_]+\.", start):
                yield from (f"{start}{term.value.lower()}" for term in _MADE[start])
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _ACTION.fullmatch(node.value):
            yield node.value


def test_every_action_has_words_and_no_words_are_left_over() -> None:
    found = {action for path in SERVICES.rglob("*.py") if path.name != "acts.py" for action in written(path)}
    assert found - set(WORDS) == set(), "write these into services/acts.py"
    assert set(WORDS) - found == set(), "nothing writes these any more"


def test_the_search_finds_what_is_written() -> None:
    found = set(written(SERVICES / "points" / "judging.py"))
    assert {"claim.posted", "claim.refused_final", "claim.reversed"} <= found
    assert "report.returned" in set(written(SERVICES / "shuxue" / "deciding.py"))


def test_words_are_chinese_and_said_once() -> None:
    assert all(re.match(r"[\u4e00-\u9fff]", words) for words in WORDS.values())
    assert len(set(WORDS.values())) == len(WORDS)
