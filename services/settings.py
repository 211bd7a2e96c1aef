"""What a member has chosen. A member without a row has chosen nothing and gets the defaults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models import Member, MemberSetting
from services.transaction import transaction


@dataclass(frozen=True)
class Chosen:
    """A member's choices; `reminders` False means that no reminder may be sent (F13)."""

    reminders: bool = True


def of_member(member: Member) -> Chosen:
    """Return what a member has chosen."""
    row = MemberSetting.get_or_none(MemberSetting.member == member)
    return Chosen() if row is None else Chosen(row.reminders)


def set_reminders(member: Member, on: bool, now: datetime) -> Chosen:
    """Switch the own reminders on or off; choosing the same again changes nothing (F13)."""
    with transaction():
        if of_member(member).reminders is not on:
            MemberSetting.insert(member=member, reminders=on, changed_at=now).on_conflict(
                conflict_target=[MemberSetting.member],
                update={MemberSetting.reminders: on, MemberSetting.changed_at: now},
            ).execute()
    return Chosen(on)
