"""A short address for the machine at the projector: who types the organiser's code sees the screen (R25)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services import screen_links
from services.errors import ServiceError
from web.context import now

pages = Blueprint("borrowed", __name__)

_LONGEST = 40


@pages.get("/p")
def ask() -> str:
    """Ask for the code."""
    return _page("", "")


@pages.post("/p")
def open_() -> Answer | tuple[str, int]:
    """Lead to the screen; a wrong code stays in the field, and too many of them end it for the day."""
    typed = request.form.get("code", "")[:_LONGEST]
    try:
        session = screen_links.entered(typed, request.remote_addr or "", now())
    except ServiceError as error:
        return _page(typed, error.message + error.hint), 404 if error.kind == "not_found" else 409
    return redirect(url_for("screen.show", key=session.key, k=screen_links.clean(typed)), 303)


def _page(typed: str, fault: str) -> str:
    return render_template("screen/borrowed.html", typed=typed, fault=fault)
