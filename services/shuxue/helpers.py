"""Named helpers: members who may write down what others say, for a branch or a group and for a time (R42)."""

from __future__ import annotations

from datetime import date, datetime

from models import Member, Organization
from models.terms import Role
from services import audit, role_periods, tree
from services.access import ABOVE, LEADING, prefixes
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid, not_found
from services.people import member_by_number
from services.spoken import full_day
from services.transaction import transaction


def appoint(actor: Actor, number: str, branch_code: str, now: datetime, until: date | None = None) -> None:
    """Name a member as a helper of a branch or group from today on; naming again sets another end.

    Raises:
        ServiceError: `not_found` for those who do not lead there or for members of other branches,
            `invalid` for an end that lies behind.
    """
    today = civil_day(now)
    if until is not None and until < today:
        raise invalid("until", "截止的日子已经过了。", f"请填 {full_day(today, today.year)}或以后的日子。")
    with transaction():
        member, organization = _matter(actor, number, branch_code, today)
        role_periods.begin(member, Role.HELPER, organization, today, until=until)
        audit.record(actor, now, "helper.appointed", "member", member.id, organization=organization.code)


def dismiss(actor: Actor, number: str, branch_code: str, now: datetime) -> None:
    """End a helper's rights at this moment (R113); a second time changes nothing.

    Raises:
        ServiceError: `not_found` as in `appoint`, `nothing` when the member is no helper there.
    """
    today = civil_day(now)
    with transaction():
        member, organization = _matter(actor, number, branch_code, today)
        held = role_periods.running(member, Role.HELPER, organization, today)
        if held is None:
            raise ServiceError("nothing", f"{member.name}同志现在不是代录同志。", "不用再办。")
        role_periods.cease(held, today)
        audit.record(actor, now, "helper.dismissed", "member", member.id, organization=organization.code)


def _matter(actor: Actor, number: str, code: str, today: date) -> tuple[Member, Organization]:
    reach = prefixes(actor, LEADING | ABOVE, today)
    organization = tree.named(code)
    if organization is None or not tree.covers(reach, organization.path):
        raise not_found("这个党支部", "请核对代码。")
    member = member_by_number(number)
    if not tree.covers(reach, member.branch.path):
        raise not_found(f"编号为 {number} 的党员")
    return member, organization
