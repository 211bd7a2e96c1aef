"""Style sheets and scripts under names that hold their digest, so that browsers may keep them for a year."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import structlog
from flask import Blueprint, Flask, Response, abort, current_app, request

# The folder is named here once and found for all blueprints.
pages = Blueprint("assets", __name__, template_folder="templates")
_log = structlog.get_logger()
_KEY = "shuxue.assets"
_SERVED = frozenset({".css", ".js", ".svg", ".png"})
_LONG = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file, read once at start: plain and compressed."""

    body: bytes
    packed: bytes
    media_type: str


def load(app: Flask, folder: Path) -> Callable[[str], str]:
    """Read the folder and return the function that gives a file's address by its name."""
    table: dict[str, Asset] = {}
    addresses: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SERVED and path.is_file():
            name = path.relative_to(folder).as_posix()
            body = path.read_bytes()
            stem, suffix = name[: -len(path.suffix)], path.suffix
            hashed = f"{stem}.{hashlib.sha256(body).hexdigest()[:12]}{suffix}"
            media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
            table[hashed] = Asset(body, gzip.compress(body, 9, mtime=0), media_type)
            addresses[name] = f"/assets/{hashed}"
    app.extensions[_KEY] = table

    def address(name: str) -> str:
        if name not in addresses:
            _log.warning("asset_missing", name=name)
        return addresses.get(name, f"/assets/{name}")

    return address


@pages.get("/assets/<path:name>")
def file(name: str) -> Response:
    """Answer with a file of the table; what was not read at start does not exist."""
    asset = cast(dict[str, Asset], current_app.extensions[_KEY]).get(name)
    if asset is None:
        abort(404)
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(asset.packed if packed else asset.body, mimetype=asset.media_type)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _LONG
    return response
