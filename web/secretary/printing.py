"""Sheets for the printer: cards that bind by one scan, and the account's poster."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, request
from werkzeug.wrappers import Response as Answer

from services import cards, tickets
from services.access import ABOVE, LEADING
from services.clock import civil_day
from services.errors import ServiceError
from services.ports import PlatformError
from web.context import current, now
from web.download import PDF, file
from web.files import sheets
from web.visitor import Leader, require_leader

pages = Blueprint("printing", __name__)

#: As long as the platform lets a QR live; the poster says until when.
_LIFE = timedelta(seconds=tickets.LONGEST)


@pages.post("/s/cards.pdf")
def make_cards() -> Answer:
    """Make the cards as on the page beside it; the codes stand in this file alone."""
    leader = require_leader()
    made = cards.make(leader.actor, request.form.getlist("member"), current().scene_qr, now())
    drawn = [(card, current().draw_qr(card.address) if card.address else None) for card in made]
    return file(sheets.cards(drawn, current().fonts_dir), "身份卡.pdf", PDF)


@pages.get("/s/poster.pdf")
def poster() -> Answer:
    """Give the poster; it says nothing of anybody, so it asks for no proof."""
    leader = require_leader()
    name = _name(leader)
    today = civil_day(now())
    try:
        # A scene for each day, so that the day printed on it is the day on which its QR ends.
        address = tickets.scene_address(current().scene_qr, f"POSTER{today:%Y%m%d}", now() + _LIFE, now())
    except PlatformError as error:
        raise ServiceError("platform", "微信暂时没有给出二维码。", "请过一会儿再打印。") from error
    paper = "a3" if request.args.get("paper") == "a3" else "a4"
    until = today + _LIFE - timedelta(days=1)
    body = sheets.poster(name, current().draw_qr(address), until, paper, current().fonts_dir)
    return file(body, f"公众号海报 {paper.upper()}.pdf", PDF)


def _name(leader: Leader) -> str:
    """Return the organization that the poster names.

    Raises:
        ServiceError: `forbidden` for those who look after a group alone.
    """
    names = [grant.name for grant in leader.grants if grant.role in LEADING | ABOVE]
    if not names:
        raise ServiceError("forbidden", "海报由支部书记、支委来打印。", "请联系他们。", kind="forbidden")
    return names[0]
