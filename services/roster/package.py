"""The doorkeeper in front of calamine: a workbook is measured before anything is built from it.

calamine lays out a sheet as a full rectangle, so one cell at XFD1048576 would take 400 GB and end the
process; a short text used by every cell multiplies likewise. So every part is read here first, as a
stream, and only what has been read is handed on.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any
from xml.parsers import expat

from services.errors import ServiceError, invalid

#: Limits of the documentation (RELIABILITY part 3).
UNPACKED_BYTES = 50 * 1024 * 1024
ENTRIES = 1_000
ROWS = 20_000
COLUMNS = 40
#: So many XML elements hold ROWS x COLUMNS cells with room to spare; more are empty cells by the million.
_ELEMENTS = 4_000_000
#: Characters of all cells together, once shared texts are written out.
_CHARACTERS = 20_000_000

_STRINGS = "xl/sharedstrings.xml"
_REF = re.compile(r"([A-Za-z]{1,7})([0-9]{1,9})")
_SAVE_AGAIN = "请用 Excel 或 WPS 打开它，另存为 .xlsx 后再试。"


def damaged() -> ServiceError:
    """Return the refusal of a workbook that cannot be read."""
    return invalid("roster_unreadable", "这个文件读不出来，可能已损坏。", _SAVE_AGAIN)


def checked(data: bytes) -> io.BytesIO:
    """Return the workbook with exactly the parts that were read and found within the limits.

    Raises:
        ServiceError: `invalid`, when it is damaged, encrypted, no workbook, or larger than allowed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _repacked(archive, _parts(archive))
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, NotImplementedError) as error:
        raise damaged() from error
    except (OSError, ValueError, RuntimeError, LookupError) as error:
        raise damaged() from error


def _parts(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > ENTRIES or sum(info.file_size for info in infos) > UNPACKED_BYTES:
        raise _too_large()
    names = {info.filename.lower() for info in infos}
    if len(names) < len(infos) or any(info.flag_bits & 1 for info in infos):
        raise damaged()
    if "xl/workbook.xml" not in names:
        raise invalid("roster_kind", "这不是 .xlsx 工作簿。", _SAVE_AGAIN)
    parts = [info for info in infos if info.filename.lower().endswith((".xml", ".rels"))]
    # The shared texts come first: the cells that use them are measured by their lengths.
    return sorted(parts, key=lambda info: info.filename.lower() != _STRINGS)


def _repacked(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> io.BytesIO:
    # Pictures, macros and whatever else a workbook carries stay behind: nobody here looks at them.
    measure, room, result = _Measure(), UNPACKED_BYTES, io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_STORED) as clean:
        for info in parts:
            text = _unpacked(archive, info, room)
            room -= len(text)
            measure.part(text, strings=info.filename.lower() == _STRINGS)
            clean.writestr(info.filename, text)
    result.seek(0)
    return result


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> bytes:
    # The size in the directory is the sender's word: read until the stream really ends, or is too long.
    said, info.file_size = info.file_size, room + 1
    with archive.open(info) as stream:
        text = stream.read(room + 1)
    if len(text) > room:
        raise _too_large()
    if len(text) != said:
        raise damaged()
    return text


def _too_large() -> ServiceError:
    return invalid(
        "roster_too_large",
        "这个文件解开后太大。",
        "请只保留「党组织」「党员」两张表，另存为新文件；党员很多时分几次导入。",
    )


class _Measure:
    """Walks through the parts of one workbook and refuses what would not fit."""

    def __init__(self) -> None:
        self._elements = 0
        self._characters = 0
        self._lengths: list[int] = []

    def part(self, text: bytes, strings: bool) -> None:
        """Read one part; any part may be a sheet, whatever its name says."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        if strings:
            parser.StartElementHandler = self._start_string
            parser.CharacterDataHandler = self._string
        else:
            self._row = self._column = 0
            self._is_shared = self._in_value = False
            parser.StartElementHandler = self._start_cell
            parser.CharacterDataHandler = self._cell
        parser.Parse(text, True)

    def _start_string(self, name: str, _attributes: dict[str, str]) -> None:
        self._count()
        if name == "si" or name.endswith(":si"):
            self._lengths.append(0)

    def _string(self, text: str) -> None:
        if self._lengths:
            self._lengths[-1] += len(text)

    def _count(self) -> None:
        self._elements += 1
        if self._elements > _ELEMENTS:
            raise _too_large()

    def _start_cell(self, name: str, attributes: dict[str, str]) -> None:
        self._count()
        self._in_value = False
        local = name.rpartition(":")[2]
        if local == "c":
            self._place(attributes.get("r"))
            self._is_shared = attributes.get("t") == "s"
        elif local in ("v", "is"):
            self._in_value = True
            self._within()
        elif local == "row":
            self._row = int(attributes["r"]) if "r" in attributes else self._row + 1
            self._column = 0
        elif local == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            raise invalid("roster_1904", "这个工作簿的日期从 1904 年算起，读出来会差四年。", _SAVE_AGAIN)

    def _place(self, reference: str | None) -> None:
        self._column += 1
        if reference is not None:
            found = _REF.fullmatch(reference)
            if found is None:
                raise damaged()
            self._row, self._column = int(found[2]), _column_number(found[1])

    def _within(self) -> None:
        if self._row <= ROWS + 1 and self._column <= COLUMNS:
            return
        raise invalid(
            "roster_too_large",
            f"第 {self._row} 行第 {self._column} 列有内容，一张表最多 {ROWS} 行、{COLUMNS} 列。",
            "请删去多余的行和列，另存为新文件；党员很多时分几次导入。",
        )

    def _cell(self, text: str) -> None:
        if not (self._in_value and self._is_shared):
            return
        self._in_value = False
        index = text.strip()
        if index.isascii() and index.isdigit() and int(index) < len(self._lengths):
            self._characters += self._lengths[int(index)]
        if self._characters > _CHARACTERS:
            raise _too_large()


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _refuse_doctype(*_declaration: Any) -> None:
    raise damaged()
