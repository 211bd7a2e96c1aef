"""上传名册: every change and every fault first; only the second step writes (services/roster/uploads.py)."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from services.errors import ServiceError
from services.roster import uploads
from services.roster.uploads import Preview
from services.roster.workbook import FILE_BYTES
from web.context import now
from web.stepping import require_proof
from web.visitor import require_leader

pages = Blueprint("roster_upload", __name__)

#: So many changes and faults stand on one page; the counts tell of all.
SHOWN = 300


@pages.get("/s/members/upload")
def ask() -> str:
    """Show the form, to those who may."""
    uploads.require_reach(require_leader().actor, now())
    return _page(None)


@pages.post("/s/members/upload")
def preview() -> str | tuple[str, int]:
    """Say what the file would change; nothing is written."""
    leader = require_leader()
    file = request.files.get("roster")
    # One byte more than allowed is enough to know that there is too much.
    data = file.stream.read(FILE_BYTES + 1) if file is not None else b""
    name = (file.filename or "") if file is not None else ""
    try:
        if not name:
            uploads.require_reach(leader.actor, now())
            return _page(None, "还没有选文件。请选一个 .xlsx 或 .csv 文件。"), 400
        found = uploads.preview(leader.actor, data, name, now())
    except ServiceError as error:
        if error.kind != "invalid":
            raise
        return _page(None, error.message + error.hint), 400
    return _page(found)


@pages.post("/s/members/upload/confirm")
def confirm() -> str | tuple[str, int]:
    """Write what was shown."""
    leader = require_leader()
    uploads.require_reach(leader.actor, now())
    require_proof()
    try:
        found = uploads.confirm(leader.actor, request.form.get("sealed", ""), now())
    except ServiceError as error:
        if error.code != "stale":
            raise
        return _page(None, error.message + error.hint), 409
    return _page(found)


def _page(found: Preview | None, fault: str = "") -> str:
    return render_template("members/upload.html", found=found, fault=fault, limit=SHOWN)
