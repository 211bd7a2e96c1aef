"""Names by their sound: wf, wangfang and 王芳 all find 王芳, also where a surname is read its own way.

Every reading of a character counts: 单 is shan, dan and chan, 曾 zeng and ceng. Whoever looks for somebody
types what they would say, and nobody is missed because the table prefers another reading.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib import util
from itertools import product
from pathlib import Path
from typing import cast

#: So many readings of one name are told; a name of rare characters may have hundreds.
_MOST = 64
#: Readings of surnames that the table has too, but only as one of several or not at all.
_SURNAMES = {"尉": ("yu",), "盖": ("ge",), "仇": ("qiu",), "区": ("ou",), "乐": ("yue",), "种": ("chong",)}
_DOTS = frozenset("·•・‧∙ -_.'’")


def initials(name: str) -> frozenset[str]:
    """Return the initials by which a name may be typed: 单雄 gives sx, dx and cx."""
    letters = [sorted({reading[0] for reading in _readings(char)}) for char in _plain(name)]
    found: set[str] = set()
    for combined in product(*letters):
        found.add("".join(combined))
        if len(found) == _MOST:
            break
    return frozenset(found)


def matches(name: str, typed: str) -> bool:
    """Whether a name may be meant by what was typed: characters, sounds, initials, or a mixture of them.

    Any part of the name will do, and a sound need not be typed to its end: `fang`, `wangf` and `王f` find
    王芳. Nothing typed fits every name.
    """
    wanted = _plain(typed)
    if not wanted:
        return True
    chars = _plain(name)
    return any(_fits(chars, at, wanted) for at in range(len(chars)))


def sounds(name: str) -> tuple[tuple[str, ...], ...]:
    """Return each character of a name with its readings, so that a page may look for it without a network."""
    return tuple(tuple(dict.fromkeys((char, *_readings(char)))) for char in _plain(name))


def _fits(chars: str, at: int, wanted: str) -> bool:
    """Whether the rest of a name begins with what is wanted, character for character."""
    if not wanted:
        return True
    if at == len(chars):
        return False
    char = chars[at]
    if wanted[0] == char and _fits(chars, at + 1, wanted[1:]):
        return True
    for reading in _readings(char):
        most = _common(reading, wanted)
        if any(_fits(chars, at + 1, wanted[count:]) for count in range(most, 0, -1)):
            return True
    return False


def _common(reading: str, wanted: str) -> int:
    count = 0
    while count < min(len(reading), len(wanted)) and reading[count] == wanted[count]:
        count += 1
    return count


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(char for char in folded if char not in _DOTS and not char.isspace())


@lru_cache(maxsize=20_000)
def _readings(char: str) -> tuple[str, ...]:
    """Return the readings of a character without tones; what is no 汉字 reads as itself."""
    told = _table().get(ord(char), "")
    plain = {_toneless(reading) for reading in told.split(",") if reading}
    # ü is typed v, u or yu, as keyboards differ.
    umlauts = {each.replace("ü", other) for each in plain if "ü" in each for other in ("v", "u", "yu")}
    found = {each for each in plain if "ü" not in each} | umlauts | set(_SURNAMES.get(char, ()))
    return tuple(sorted(each for each in found if each.isascii() and each.isalpha())) or (char,)


def _toneless(reading: str) -> str:
    letters = unicodedata.normalize("NFD", reading.strip())
    kept = "".join(char for char in letters if char == "\u0308" or not unicodedata.combining(char))
    return unicodedata.normalize("NFC", kept)


@cache
def _table() -> dict[int, str]:
    # The package itself loads its table of phrases when it is imported: a second and sixty megabytes for
    # what no name needs. Its table of characters is a file of its own and is all that is read here.
    package = util.find_spec("pypinyin")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("pypinyin is not installed: make run installs it")
    place = Path(package.submodule_search_locations[0]) / "pinyin_dict.py"
    spec = util.spec_from_file_location("shuxue_pinyin_table", place)
    if spec is None or spec.loader is None:
        raise RuntimeError("pypinyin holds no table of characters")
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return cast(dict[int, str], module.pinyin_dict)
