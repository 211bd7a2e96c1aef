"""How much of a text stands in another one: containment of short pieces, for a hint to its writer.

A piece is so many characters in a row; white space, punctuation and the difference of letters' case are
left out before. Both functions take one pass over each text.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

#: What stands between letters: exactly the characters for which `str.isalnum` is false.
_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Pieces:
    """A text cut into its overlapping pieces; `places` are where their letters stand in `text`."""

    text: str
    letters: str
    places: tuple[int, ...]
    size: int

    @property
    def all(self) -> frozenset[str]:
        """Return the different pieces."""
        return frozenset(self.letters[at : at + self.size] for at in range(len(self.letters) - self.size + 1))


def cut(text: str, size: int) -> Pieces:
    """Cut a text into pieces of `size` characters; a shorter text has none."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if char.isalnum():
            # Some letters fold into two; each keeps the place of the one that was written.
            for folded in char.casefold():
                letters.append(folded)
                places.append(place)
    return Pieces(text, "".join(letters), tuple(places), size)


def found_in(pieces: Collection[str], other: str, size: int) -> set[str]:
    """Return those of the pieces that stand in another text."""
    letters = _BETWEEN.sub("", other).casefold()
    return {piece for at in range(len(letters) - size + 1) if (piece := letters[at : at + size]) in pieces}


def share(found: Collection[str], pieces: Collection[str]) -> int:
    """Return which part of the pieces was found, in whole per cent, rounded down; 0 when there are none."""
    return len(found) * 100 // len(pieces) if pieces else 0


def longest_passage(text: Pieces, found: Collection[str]) -> str:
    """Return the longest run of the writer's own words whose every piece was found, as it was written."""
    best = (0, 0)
    start: int | None = None
    for at in range(len(text.letters) - text.size + 1):
        if text.letters[at : at + text.size] not in found:
            start = None
            continue
        start = at if start is None else start
        best = max(best, (at + text.size - start, -start))
    length, begins = best[0], -best[1]
    if not length:
        return ""
    return text.text[text.places[begins] : text.places[begins + length - 1] + 1]
