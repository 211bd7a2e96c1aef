"""Cards to print: one a member, whose QR binds by one scan, with the code in large letters beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import Member, Organization, WechatBinding
from services import binding, tickets, tree
from services.access import ABOVE, LEADING, Grant
from services.actor import Actor
from services.binding import IssuedCode
from services.errors import invalid
from services.ports import PlatformError, SceneQr
from services.transaction import transaction

#: So many cards are made at a time: a branch's worth, and a sheet that still prints quickly.
AT_ONCE = 60
#: No list is longer than this (RELIABILITY part 3); the cards of a district are made by its branches.
LISTED = 300


@dataclass(frozen=True)
class Card:
    """A card: whose, the code to type, and the address in its QR (None when the platform is away)."""

    issued: IssuedCode
    branch_name: str
    address: str | None


def without_account(grants: tuple[Grant, ...]) -> list[tuple[str, str, str]]:
    """Return (number, name, branch) of the members without an account below the branches led, by name.

    One more than `LISTED` says that there are others: so many are left to their branches.
    """
    paths = [grant.path for grant in grants if grant.role in LEADING | ABOVE]
    below = tree.below(paths, Organization)
    if below is None:
        return []
    bound = WechatBinding.select(WechatBinding.member).where(WechatBinding.unbound_at.is_null())
    query = (
        Member.select(Member.number, Member.name, Organization.name)
        .join(Organization, on=(Member.branch == Organization.id))
        .where(below, Member.id.not_in(bound), Member.active_to.is_null())
        .order_by(Organization.name, Member.name, Member.number)
    )
    return list(query.limit(LISTED + 1).tuples())


def make(actor: Actor, numbers: list[str], qr: SceneQr, now: datetime) -> list[Card]:
    """Make a card for each member; the platform is asked for the QRs outside of any transaction.

    Raises:
        ServiceError: `invalid` for none or too many at once, `not_found` for another branch's member.
    """
    chosen = list(dict.fromkeys(numbers))
    if not chosen:
        raise invalid("member", "还没有选人。", "请至少选一位同志。")
    if len(chosen) > AT_ONCE:
        raise invalid("member", f"一次最多做 {AT_ONCE} 张卡片。", "请分几次做。")
    with transaction():
        codes = [binding.issue_code(actor, number, now, printed=True) for number in chosen]
    cards, away = [], False
    for code in codes:
        address = None
        if not away:
            try:
                address = tickets.scene_address(qr, code.scene, code.expires_at, now)
            except PlatformError:
                # The typed code works without the platform: one refusal is enough to stop asking.
                away = True
        cards.append(Card(code, code.member.branch.name, address))
    return cards
