"""Where a member may go: the other Party branches, by their codes and names."""

from __future__ import annotations

from models import Member, Organization
from models.terms import OrgKind
from services import tree


def others(number: str) -> list[tuple[str, str]]:
    """Return (code, name) of the branches that a member does not belong to, by name."""
    query = (
        Organization.select(Organization.code, Organization.name)
        .where(
            Organization.kind == OrgKind.BRANCH,
            Organization.id.not_in(Member.select(Member.branch).where(Member.number == number)),
        )
        .order_by(Organization.name, Organization.code)
    )
    return list(query.tuples())


def other(member: Member, code: str) -> Organization | None:
    """Return the branch of a code, None where it is the member's own, no branch, or nothing at all."""
    found = tree.named(code)
    is_other = found is not None and found.kind is OrgKind.BRANCH and found.id != member.branch_id
    return found if is_other else None
