"""The lines of studies elsewhere: written at their confirmation, reversed line by line (R11, R34, R110)."""

from __future__ import annotations

from datetime import datetime

from models import ExternalStudy, HourEntry
from models.terms import EntrySource, ExternalKind
from services import rulebook
from services.actor import Actor
from services.policy.amounts import hours as as_hours
from services.policy.amounts import hundredths
from services.policy.credit import counted

#: The most that one line of the ledger holds, in hundredths; a larger stated figure takes several.
_LINE = 2400
_RULE = {ExternalKind.TRANSFER: "R11", ExternalKind.HOST: "R34", ExternalKind.OTHER: "R34"}


def post(study: ExternalStudy, actor: Actor, now: datetime) -> None:
    """Write the study's lines. They name the study, not the host's session: that has its own ledger.

    The reason is the kind alone: what somebody typed stands in the study, where it can be erased.
    """
    rules = rulebook.current().hours(study.day)
    left = study.hours
    while left > 0:
        stated = min(left, _LINE)
        left -= stated
        HourEntry.insert(
            member=study.member_id,
            branch=study.member.branch_id,
            year=study.day.year,
            day=study.day,
            hours=hundredths(counted(as_hours(stated), rules.ratio[study.credit_kind])),
            stated=stated,
            credit_kind=study.credit_kind,
            source=EntrySource.EXTERNAL,
            external=study.id,
            reason=study.kind.label,
            rule=_RULE[study.kind],
            edition=rules.edition,
            confirmed_by=actor.member_id,
            created_at=now,
        ).execute()


def reverse(study: ExternalStudy, actor: Actor, now: datetime) -> None:
    """Reverse every line of a study that still counts."""
    for line in _standing_lines(study):
        _undo(line, actor, now)


def _standing_lines(study: ExternalStudy) -> list[HourEntry]:
    reversal = HourEntry.alias()
    undone = reversal.select(reversal.reverses).where(
        reversal.external == study, reversal.reverses.is_null(False)
    )
    return list(
        HourEntry.select().where(
            HourEntry.external == study,
            HourEntry.source == EntrySource.EXTERNAL,
            HourEntry.id.not_in(undone),
        )
    )


def _undo(line: HourEntry, actor: Actor, now: datetime) -> None:
    HourEntry.insert(
        member=line.member_id,
        branch=line.branch_id,
        year=line.year,
        day=line.day,
        hours=-line.hours,
        stated=-line.stated,
        credit_kind=line.credit_kind,
        source=EntrySource.REVERSAL,
        external=line.external_id,
        reverses=line.id,
        reason=line.reason,
        rule="R110",
        edition=line.edition,
        confirmed_by=actor.member_id,
        created_at=now,
    ).execute()
