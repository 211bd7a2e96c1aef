"""What is kept about me: the notice, the counts, the copy, and letting go (G16, G17)."""

from __future__ import annotations

from flask import Blueprint, render_template
from werkzeug.wrappers import Response as Answer

from services import privacy
from services.privacy import kept
from services.privacy.export import sections
from web.context import current, now
from web.notice import notice
from web.security import drop_login_cookie
from web.visitor import require_member, require_openid

pages = Blueprint("privacy", __name__)


@pages.get("/privacy")
def tell() -> str:
    """Show the whole notice to anybody."""
    return render_template("privacy/notice.html", notice=notice())


@pages.get("/m/privacy")
def show() -> str:
    """Show what is kept about the member, who sees it, and the ways to the copy and out."""
    member = require_member()
    seen, current_ = kept.notice_seen(member), notice()
    return render_template(
        "privacy/mine.html",
        kinds=[(kind.title, kind.count, _days(kind)) for kind in kept.kept(member)],
        who=current_.part("who"),
        newer=seen is not None and seen != current_.edition,
        edition=current_.edition,
    )


@pages.get("/m/export")
def read() -> str:
    """Show the whole copy as a page that can be read and printed."""
    member = require_member()
    found = [section for section in sections(member) if section.rows]
    return render_template("privacy/export.html", sections=found, at=now())


@pages.get("/m/export.json")
def download() -> Answer:
    """Give the copy as a file."""
    body = privacy.as_json(privacy.export(require_member(), now()))
    answer = Answer(body, mimetype="application/json")
    answer.headers["Content-Disposition"] = "attachment; filename=wode-shuju.json"
    return answer


@pages.get("/m/privacy/leave")
def ask() -> str:
    """Say exactly what would go and what would stay."""
    require_member()
    return render_template("privacy/leave.html")


@pages.post("/m/privacy/leave")
def leave() -> Answer:
    """Remove what is the member's own; from now on the cookie opens nothing (G16)."""
    member, openid = require_member(), require_openid()
    privacy.leave(member, openid, now())
    answer = Answer(render_template("privacy/left.html", branch=member.branch.name), mimetype="text/html")
    drop_login_cookie(answer, current())
    return answer


def _days(kind: kept.Kind) -> str:
    """Say from when to when, in plain days; "" for what has none."""
    days = dict.fromkeys(day for day in (kind.first, kind.last) if day)
    return " 到 ".join(f"{day.year}年{day.month}月{day.day}日" for day in days)
