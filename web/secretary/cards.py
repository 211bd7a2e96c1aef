"""身份卡: cards for members without an account, made and printed by their branch."""

from __future__ import annotations

import base64

from flask import Blueprint, render_template, request

from services import cards
from web.context import current, now
from web.visitor import require_leader

pages = Blueprint("cards", __name__)


@pages.get("/s/cards")
def ask() -> str:
    """Show who has no account yet; nothing is made before the leader asks for it."""
    leader = require_leader()
    rows = cards.without_account(leader.grants)
    more = len(rows) > cards.LISTED
    return render_template("secretary/cards.html", rows=rows[: cards.LISTED], limit=cards.AT_ONCE, more=more)


@pages.post("/s/cards")
def make() -> str:
    """Make the cards and show the sheet to print; the codes are in clear on this page alone."""
    leader = require_leader()
    made = cards.make(leader.actor, request.form.getlist("member"), current().scene_qr, now())
    sheet = [(card, _picture(card.address) if card.address else None) for card in made]
    return render_template("secretary/cards_sheet.html", sheet=sheet)


def _picture(address: str) -> str:
    # The picture travels inside the page: a sheet is shown once and nothing of it stays behind an address.
    return "data:image/png;base64," + base64.b64encode(current().draw_qr(address)).decode()
