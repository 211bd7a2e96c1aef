"""Which meetings are not asked of a branch: settled by those above it, with a reason (R20)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from models import Organization
from models.terms import OrgKind, SessionKind
from services import audit, rulebook, tree
from services.access import ABOVE, prefixes
from services.actor import Actor
from services.clock import civil_day
from services.errors import ServiceError, invalid, not_found
from services.policy import cadence as policy
from services.transaction import transaction
from services.words import words

_LONGEST = 200


@dataclass(frozen=True)
class Exempting:
    """A branch with the kinds of session that may be left out, and those that are."""

    code: str
    name: str
    kinds: tuple[SessionKind, ...]
    exempt: frozenset[SessionKind]


def look(actor: Actor, code: str, now: datetime) -> Exempting:
    """Return what is asked of a branch, to somebody above it.

    Raises:
        ServiceError: `not_found` for unknown branches and those of others alike, and for the branch's own
            leaders: what is asked of a branch is not its own to settle.
    """
    branch = _branch(actor, code, now)
    meetings = rulebook.current().cadence(civil_day(now)).meetings
    known = {meeting.kind for meeting in meetings}
    kinds = tuple(kind for kind in SessionKind if kind in known)
    return Exempting(branch.code, branch.name, kinds, policy.exempted(branch.exempt_from))


def may(actor: Actor, code: str, now: datetime) -> bool:
    """Whether somebody settles what is asked of a branch, so that the way there is shown."""
    try:
        return bool(_branch(actor, code, now))
    except ServiceError:
        return False


def settle(actor: Actor, code: str, chosen: Collection[str], reason: str, now: datetime) -> None:
    """Let some kinds of session be asked of a branch no more, and all others again.

    Args:
        actor: who looks after the branch from above.
        code: the branch.
        chosen: identifiers of the kinds; "ALL" for every one, and for whatever the rules may add.
        reason: why, in a few words.
        now: this moment.

    Raises:
        ServiceError: as `look`; `kinds` for what is no such kind, `text` without a reason, `same` when it
            stands so already.
    """
    known = {kind.value: kind for kind in look(actor, code, now).kinds}
    if set(chosen) - {*known, policy.ALL}:
        raise invalid("kinds", "没有这样的会议。", "请从页面上选。")
    names = {policy.WHOLE} if policy.ALL in chosen else {known[each].label for each in chosen}
    wanted, why = policy.exempt_from(names), words(reason, _LONGEST, "原因")
    with transaction():
        branch = _branch(actor, code, now)
        if policy.exempted(branch.exempt_from) == policy.exempted(wanted):
            raise ServiceError("same", "现在就是这样定的。", "不用再办。")
        Organization.update(exempt_from=wanted).where(Organization.id == branch.id).execute()
        audit.record(actor, now, "cadence.exempted", "organization", code, reason=why, exempt_from=wanted)


def _branch(actor: Actor, code: str, now: datetime) -> Organization:
    branch = tree.named(code)
    reach = prefixes(actor, ABOVE, civil_day(now))
    if branch is None or branch.kind is not OrgKind.BRANCH or not reach or not branch.path.startswith(reach):
        raise not_found("这个党支部", "请从页面上选。")
    return branch
