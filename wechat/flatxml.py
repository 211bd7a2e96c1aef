"""Reads the platform's flat XML by hand: one level of text fields, nothing that could unfold.

A repeated or nested field is refused here because a lenient reader turns it into a list or a dictionary that
surprises the code behind it. Two ways lead to the same result, which a test compares on generated documents:
the form that the platform itself writes is split by two expressions, which cannot be led astray because they
must cover the whole document; everything else goes through expat.
"""

from __future__ import annotations

import re
from typing import Final
from xml.parsers import expat

from wechat.errors import Garbage

MAX_BODY: Final = 64 * 1024
"""The longest body that is looked at, in bytes (limits of the service: callback body 64 KiB)."""

_MAX_DEPTH: Final = 8
"""Menus with photos and mass sends nest five levels; anything deeper is not the platform's."""

KNOWN: Final = frozenset({
    "Content", "CreateTime", "Encrypt", "Event", "EventKey", "FromUserName", "MediaId", "MsgID",
    "MsgId", "MsgType", "Status", "Ticket", "ToUserName",
})  # fmt: skip
"""The fields that we read; each may stand once and holds text only."""

SCAN_RESULT: Final = "ScanCodeInfo/ScanResult"
"""The one nested value that is read into the fields."""

# The root must come first: a DOCTYPE has no other place to stand, so that none ever reaches the parser,
# while a member may still send the letters <!DOCTYPE in a message.
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^<>]*\?>\s*)?<xml[\s>]")
_UTF8 = {None, "utf-8", "utf8"}

# The plain form: unnested fields without attributes, each one CDATA section or text without markup. The
# characters that XML forbids or changes (controls, the carriage return, the two non-characters) are left to
# expat.
_ODD = "\\x00-\\x08\\x0b-\\x1f\ufffe\uffff"
_FIELD = rf"[ \t\n]*+<([A-Za-z_]\w*+)>(?:<!\[CDATA\[([^\]{_ODD}]*+)\]\]>|([^<&\]{_ODD}]*+))</\1>"
_ONE_FIELD = re.compile(_FIELD, re.ASCII)
_PLAIN_FORM = re.compile(rf"[ \t\n]*+<xml>(?:{_FIELD})*+[ \t\n]*+</xml>[ \t\n]*+", re.ASCII)

Row = dict[str, str]


class _Reader:
    """The state of one reading: which element is open, and what has been collected so far."""

    __slots__ = ("buffer", "fields", "lists", "name", "path", "row")

    def __init__(self) -> None:
        self.fields: Row = {}
        self.lists: list[Row] = []
        self.path: list[str] = []
        self.name = ""
        self.buffer: list[str] = []
        self.row: Row = {}

    def start(self, name: str, _attributes: object) -> None:
        """Open an element; refuse what is too deep or stands inside a text field."""
        path = self.path
        depth = len(path)
        if depth == 1:
            self.name = name
        elif depth > 1:
            if self.name in KNOWN or path[-1] == "ScanResult" or depth >= _MAX_DEPTH:
                raise Garbage("nested value")
            if depth == 2 and name == "List":
                self.row = {}
        path.append(name)
        self.buffer.clear()

    def text(self, data: str) -> None:
        """Collect text; between the fields only white space may stand."""
        if len(self.path) > 1:
            self.buffer.append(data)
        elif not data.isspace():
            raise Garbage("text between the fields")

    def end(self, name: str) -> None:
        """Close an element and store its text when it is one that is read."""
        path = self.path
        path.pop()
        depth = len(path)
        if depth == 1:
            if name in KNOWN:
                self._store(name)
        elif depth == 2:
            if name == "List":
                self.lists.append(self.row)
            elif name == "ScanResult" and self.name == "ScanCodeInfo":
                self._store(SCAN_RESULT)
        elif depth == 3 and path[2] == "List":
            self.row[name] = "".join(self.buffer)
        self.buffer.clear()

    def _store(self, name: str) -> None:
        if name in self.fields:
            raise Garbage("repeated field")
        self.fields[name] = "".join(self.buffer)


def _refuse_doctype(*_: object) -> None:
    # The prolog check has refused it already; this stays in case that check is ever loosened.
    raise Garbage("document type")


def _check_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
    if (encoding.lower() if encoding else None) not in _UTF8:
        raise Garbage("encoding")


def read(body: bytes) -> tuple[Row, list[Row]]:
    """Read the fields that stand directly below ``<xml>``.

    Args:
        body: at most 64 KiB of UTF-8 XML; longer ones are refused unread.

    Returns:
        The known fields by name (plus ``ScanCodeInfo/ScanResult``) and the rows of the subscription lists.
        Unknown fields are left out, so that an event invented tomorrow is read as far as we know it.

    Raises:
        Garbage: for anything malformed, repeated, nested, in another encoding or with a document type.
    """
    if len(body) > MAX_BODY:
        raise Garbage("body too long")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Garbage("encoding") from error
    if _PLAIN_FORM.fullmatch(text) is not None:
        return _split(text), []
    return read_any(body)


def _split(text: str) -> Row:
    """Return the fields of a document in the plain form."""
    fields: Row = {}
    for name, section, bare in _ONE_FIELD.findall(text):
        if name in KNOWN:
            if name in fields:
                raise Garbage("repeated field")
            fields[name] = section or bare
    return fields


def read_any(body: bytes) -> tuple[Row, list[Row]]:
    """Read a document in whatever well-formed form, as ``read`` describes it, without its limit of length."""
    if _PROLOG.match(body) is None:
        raise Garbage("not the platform's XML")
    reader = _Reader()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.XmlDeclHandler = _check_declaration
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError) as error:
        # ValueError covers encodings that expat declines; neither text is passed on.
        raise Garbage("malformed XML") from error
    return reader.fields, reader.lists
