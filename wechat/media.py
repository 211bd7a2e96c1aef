"""What an answer to ``media/get`` holds: a file, or an error in another form.

A file comes as bare bytes with its type in the header, an error as JSON with status 200. wechatpy gives the
library's own response object for what it cannot read as JSON.
"""

from __future__ import annotations

import re
from typing import Any, Final

from services.ports import Busy, MediaGone, PlatformError

PATH: Final = "/cgi-bin/media/get"

LARGEST: Final = 2 * 1024 * 1024
"""Bytes of a voice that the platform takes at the most."""

#: Codes that stand for a file which never will be had: id unknown or over, no id, unknown kind.
_GONE: Final = frozenset({40007, 41006, 40004, 40009, 45001})
_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,24}")
_FILE: Final = "\0file"
_PAGES: Final = ("text/html", "text/xml", "application/xml", "application/xhtml+xml")


def answer_of(response: Any) -> tuple[dict[str, Any], PlatformError | None]:
    """Return the answer that a response without JSON is, or why it is none.

    Args:
        response: the requests library's response with status 2xx.
    """
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    body: bytes = response.content
    if not body or kind.startswith(_PAGES) or body.lstrip()[:1] == b"<":
        return {}, Busy(PATH)
    if len(body) > LARGEST:
        return {}, MediaGone(PATH, 45001)
    return {_FILE: (kind if _TYPE.fullmatch(kind) else "application/octet-stream", body)}, None


def file_in(answer: dict[str, Any]) -> tuple[str, bytes]:
    """Return (content type, bytes) of an answer.

    Raises:
        Busy: it holds no file, such as JSON without an error code.
    """
    if _FILE not in answer:
        raise Busy(PATH)
    kind, body = answer[_FILE]
    return kind, body


def gone(error: PlatformError) -> PlatformError:
    """Return the error as MediaGone when its code says that asking again is useless."""
    return MediaGone(error.path, error.code) if error.code in _GONE else error
