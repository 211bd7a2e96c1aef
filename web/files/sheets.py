"""What a member's year, the cards and the poster say on paper: words for the typst templates."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from services.cards import Card
from services.clock import civil
from services.exports.year import YearSheet
from services.policy.rates import THERE
from services.spoken import exact_moment
from services.spoken import hours as in_words
from web.files.paper import pdf


def year(sheet: YearSheet, now: datetime, fonts: Path) -> bytes:
    """Return a member's year as PDF."""
    member = sheet.member
    place = [member.name, member.branch.name, *([member.group.name] if member.group_id else [])]
    required = sheet.hours.required
    points = "" if sheet.score is None else f"{in_words(sheet.score)} 分"
    data: dict[str, Any] = {
        "title": f"{sheet.year} 年学习情况",
        "who": "，".join(place),
        "number": in_words(sheet.hours.credited)
        + (" 学时" if required is None else f" / {in_words(required)} 学时"),
        "sentence": _sentence(sheet.hours.lacking),
        "points": points + (f"（{sheet.band}）" if points and sheet.band else ""),
        "reports": [list(row) for row in sheet.reports],
        "places": [
            [
                f"{civil(place.session.starts_at):%Y-%m-%d}",
                f"{place.session.title}（{place.session.kind.label}）",
                place.status.label if place.settled or place.status in THERE else "等支部确认",
                in_words(place.hours) if place.hours else "—",
            ]
            for place in sheet.places
        ],
        "foot": f"{exact_moment(now)}的记录",
    }
    return pdf("year.typ", data, fonts)


def cards(made: list[tuple[Card, bytes | None]], fonts: Path) -> bytes:
    """Return a sheet of cards with their QRs; a card whose QR is not to be had has its code alone."""
    data = {
        "cards": [
            {
                "name": card.issued.member.name,
                "branch": card.branch_name,
                "group": _group(card),
                "code": card.issued.code,
                "qr": list(picture) if picture else None,
                "until": f"{_day(civil(card.issued.expires_at).date())}前有效，限本人",
            }
            for card, picture in made
        ]
    }
    return pdf("cards.typ", data, fonts)


def poster(name: str, picture: bytes, until: date, paper: str, fonts: Path) -> bytes:
    """Return a poster of the account on paper of a size, `a3` or `a4`."""
    data = {
        "title": "述学通",
        "place": name,
        "qr": list(picture),
        "paper": paper,
        "until": f"二维码{_day(until)}前有效，到时请重新打印",
    }
    return pdf("poster.typ", data, fonts)


def _group(card: Card) -> str:
    group = card.issued.member.group
    return str(group.name) if group else ""


def _sentence(lacking: int | None) -> str:
    if lacking is None:
        return "学时不作硬性要求，参加了就记上。"
    return f"还差 {in_words(lacking)} 学时。" if lacking else "这一年的学时已经够了。"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
