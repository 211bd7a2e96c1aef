"""谁改过什么, for the member: the own particulars, report or claim, and of others only their office."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from services import trail
from services.trail import Kind
from web.context import now
from web.typed import page
from web.visitor import require_member

pages = Blueprint("trail", __name__)


@pages.get("/m/trail")
def show() -> str:
    """Show what was changed of the member's own particulars."""
    return _page(Kind.MEMBER, "", url_for("privacy.show"), "我的信息")


@pages.get("/m/trail/report/<cycle>")
def show_report(cycle: str) -> str:
    """Show what became of the member's own report."""
    return _page(Kind.REPORT, cycle, url_for("shuxue.show", cycle=cycle), "述学")


@pages.get("/m/trail/claim/<key>")
def show_claim(key: str) -> str:
    """Show what became of the member's own claim."""
    return _page(Kind.CLAIM, key, url_for("claims.look", key=key), "申报")


def _page(kind: Kind, subject: str, back: str, words: str) -> str:
    found = trail.of_own(require_member(), kind, subject, now(), page(request.args.get("p", "1")))
    return render_template("trail/page.html", found=found, back=back, words=words)
