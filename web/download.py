"""A file as an answer: offered for saving, under a Chinese name (RFC 5987)."""

from __future__ import annotations

import io
from collections.abc import Sequence

from flask import send_file
from werkzeug.wrappers import Response as Answer

from web.files.workbook import Sheet, write

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"


def file(body: bytes, name: str, kind: str) -> Answer:
    """Return bytes as a file; `name` is shown as it is, with an ASCII twin for old programs."""
    return send_file(io.BytesIO(body), kind, as_attachment=True, download_name=_plain(name), max_age=0)


def workbook(name: str, sheets: Sequence[Sheet]) -> Answer:
    """Return sheets as a workbook."""
    target = io.BytesIO()
    write(target, sheets)
    return file(target.getvalue(), f"{name}.xlsx", XLSX)


def _plain(name: str) -> str:
    """Leave out what no file system takes; a title may hold a slash."""
    return "".join(" " if letter in '\\/:*?"<>|' or letter < " " else letter for letter in name)
