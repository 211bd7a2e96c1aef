"""The members' page, the same as docs/member.md: everything a member can do, also without a phone."""

from __future__ import annotations

from flask import Blueprint, render_template

pages = Blueprint("help", __name__)


@pages.get("/help")
def show() -> str:
    """Show it to anybody, large and printable."""
    return render_template("help/member.html")
