"""Tying a WeChat account to a member: codes, cards, a new phone, and letting go (R26, R101)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from models import BindingCode, Member, Organization, WechatBinding
from services import accounts, audit, keyring, new_phone, rulebook, tries
from services.actor import SYSTEM, Actor, member_actor
from services.arrival import pending
from services.arrival.checkin import CheckIn
from services.clock import civil_day
from services.errors import ServiceError
from services.transaction import transaction

#: 40 bits: eight letters of five bits.
CODE_LENGTH = 8
_KIND = "bind"
_LOOKALIKES = str.maketrans({"o": "0", "i": "1", "l": "1", "u": "v"})


class Step(Enum):
    """What became of a code."""

    BOUND = "bound"
    ALREADY = "already"
    ASKED = "asked"
    WRONG = "wrong"


@dataclass(frozen=True)
class Bound:
    """The result of a code: who it is, the check-in that was waiting, the tries that are left."""

    step: Step
    name: str = ""
    branch_name: str = ""
    check_in: CheckIn | None = None
    tries_left: int = 0


@dataclass(frozen=True)
class IssuedCode:
    """A code in clear, shown once; `scene` is what a card's QR carries."""

    member: Member
    code: str
    expires_at: datetime

    @property
    def scene(self) -> str:
        """Return the scene of the card's QR."""
        return f"B{self.code}"


def issue_code(actor: Actor, number: str, now: datetime, printed: bool = False) -> IssuedCode:
    """Make a binding code for a member: to be said or sent (a day), or printed on a card (its QR's life).

    Raises:
        ServiceError: `not_found` for an unknown number or another branch's member.
    """
    with transaction():
        member = accounts.member_in_reach(actor, number, now)
        rules = rulebook.current().checkin(civil_day(now))
        life = timedelta(days=rules.card_days) if printed else timedelta(hours=rules.code_hours)
        code = keyring.random_code(CODE_LENGTH)
        BindingCode.insert(
            member=member,
            code_hash=keyring.current().fingerprint(code),
            printed=printed,
            created_at=now,
            expires_at=now + life,
        ).execute()
        audit.record(actor, now, "binding.code_issued", "member", member.id, printed=printed)
    return IssuedCode(member, code, now + life)


def bind(openid: str, typed: str, now: datetime) -> Bound:
    """Bind an account by a code, and turn a scan that waited for it into the check-in.

    A wrong code is counted, so it is a result and not a refusal that would take the count back.

    Raises:
        ServiceError: `locked` after too many wrong tries today, `other_member` when the account is
            somebody else's already.
    """
    with transaction():
        rules = rulebook.current().checkin(civil_day(now))
        wrong = tries.today(_KIND, openid, now)
        if wrong >= rules.tries_a_day:
            raise ServiceError("locked", "今天输错的次数太多了。", "请明天再试，或请支部书记帮您绑定。")
        code = BindingCode.get_or_none(
            BindingCode.code_hash == keyring.current().fingerprint(clean_code(typed))
        )
        if code is None or not _usable(code, openid, now):
            tries.count(_KIND, openid, now)
            return Bound(Step.WRONG, tries_left=rules.tries_a_day - wrong - 1)
        return _bind_to(openid, code, now)


def clean_code(typed: str) -> str:
    """Read a code as people type it: full-width, capitals, spaces, and letters that look alike."""
    plain = unicodedata.normalize("NFKC", typed).lower()
    return re.sub(r"[\s\-_.·]", "", plain).translate(_LOOKALIKES)


def release(actor: Actor, number: str, now: datetime) -> Member:
    """Untie a member's account, for a lost phone or another owner; every record stays with the member (R101).

    Raises:
        ServiceError: `not_found` for an unknown number or another branch's member.
    """
    with transaction():
        member = accounts.member_in_reach(actor, number, now)
        if accounts.end(WechatBinding.member == member, now):
            audit.record(actor, now, "binding.released", "member", member.id)
    return member


def unbind(member: Member, now: datetime) -> None:
    """Untie the own account at the member's own wish; every record stays with the member (R101)."""
    with transaction():
        mine = (WechatBinding.member == member) & WechatBinding.unbound_at.is_null()
        accounts.forget([row.openid for row in WechatBinding.select(WechatBinding.openid).where(mine)])
        if accounts.end(WechatBinding.member == member, now):
            audit.record(member_actor(member.id), now, "binding.unbound", "member", member.id)


def unfollow(openid: str, now: datetime) -> None:
    """Let go of an account that unfollowed: the platform asks to erase what is the account's.

    The member's study records stay with the member, and so does a voice message that waits to be
    written down: it is the member's 述学, not the account's.
    """
    with transaction():
        accounts.forget([openid])
        for member_id in accounts.end(WechatBinding.openid == openid, now):
            audit.record(SYSTEM, now, "binding.unfollowed", "member", member_id)
        WechatBinding.update(openid="").where(WechatBinding.openid == openid).execute()


def member_of(openid: str) -> Member | None:
    """Return the member whose account this is."""
    binding = (
        WechatBinding.select(WechatBinding, Member, Organization)
        .join(Member)
        .join(Organization, on=(Member.branch == Organization.id))
        .where(WechatBinding.openid == openid, WechatBinding.unbound_at.is_null())
        .first()
    )
    return None if binding is None else binding.member


def is_bound(member: Member) -> bool:
    """Whether a member has an account."""
    return bool(
        WechatBinding.select()
        .where(WechatBinding.member == member, WechatBinding.unbound_at.is_null())
        .exists()
    )


def _usable(code: BindingCode, openid: str, now: datetime) -> bool:
    """Whether a code still says something: in time and unused, a card, or used by this very account.

    A used card lets a new phone ask the secretary (R101); a used code that was spoken is worth nothing.
    """
    mine = accounts.in_force(openid)
    if code.used_at is not None and mine is not None and mine.member_id == code.member_id:
        return True
    return bool(code.expires_at > now and (code.used_at is None or code.printed))


def _bind_to(openid: str, code: BindingCode, now: datetime) -> Bound:
    member = (
        Member.select(Member, Organization)
        .join(Organization, on=(Member.branch == Organization.id))
        .where(Member.id == code.member_id)
        .get()
    )
    names = {"name": member.name, "branch_name": member.branch.name}
    mine = accounts.in_force(openid)
    if mine is not None and mine.member_id == member.id:
        return Bound(Step.ALREADY, **names)
    if mine is not None:
        raise accounts.somebody_elses()
    if is_bound(member) or code.used_at is not None:
        new_phone.ask(member, openid, now)
        return Bound(Step.ASKED, **names)
    shown = rulebook.current().notice(civil_day(now)).edition
    WechatBinding.insert(openid=openid, member=member, bound_at=now, notice=shown).execute()
    BindingCode.update(used_at=now).where(BindingCode.id == code.id).execute()
    audit.record(member_actor(member.id), now, "binding.bound", "member", member.id)
    return Bound(Step.BOUND, **names, check_in=pending.redeem(openid, now))
