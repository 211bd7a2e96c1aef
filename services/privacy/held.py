"""The words in which map.py says, of each table, what is a member's and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from models import Member, Mobility, RebindRequest, Reminder, ShuxueReport, VoiceNote, WechatBinding


class Fate(Enum):
    """What an erasure does with the rows of a member (R103, G17)."""

    #: Rows stay as they are: numbers, dates and states, which name nobody any more.
    KEPT = "KEPT"
    #: Rows stay, what somebody wrote in them goes.
    BLANKED = "BLANKED"
    #: Rows go.
    REMOVED = "REMOVED"
    #: Rows may not be touched (R110); what somebody may have typed there is named in `typed`.
    LEDGER = "LEDGER"
    #: Nothing in the table is a member's.
    NOBODYS = "NOBODYS"


@dataclass(frozen=True)
class Person:
    """Whose data is looked for: the member, and the accounts that are or were the member's."""

    member: Member
    openids: tuple[str, ...]


#: Says which rows of a table are a person's.
Whose = Callable[[Person], Any]


@dataclass(frozen=True)
class Held:
    """One table.

    Attributes:
        table: the table.
        title: its heading for people.
        fate: what an erasure does.
        whose: which rows are a person's; None when none ever is.
        also: which rows of others name a person: an erasure treats them alike, nobody is shown them.
        shown: column → what a person reads before its value; these are exported.
        hidden: column → why it is not exported.
        blanks: column → what stands there after an erasure.
        typed: columns of free text that stay after an erasure → why they may.
        why: for a table that is not exported, why not.
        when: the column whose days are told on the page of what is kept.
    """

    table: Any
    title: str
    fate: Fate
    whose: Whose | None = None
    also: Whose | None = None
    shown: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    blanks: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    when: str = ""

    def erased(self, person: Person) -> Any:
        """Return the condition of all rows that an erasure of a person looks at."""
        assert self.whose is not None
        mine = self.whose(person)
        return mine | self.also(person) if self.also is not None else mine

    @property
    def name(self) -> str:
        """Return the table's name in the database."""
        return str(self.table._meta.table_name)


def of_member(table: Any) -> Whose:
    """Rows that name the member as their own."""
    return lambda person: table.member == person.member


def of_account(column: Any) -> Whose:
    """Rows that name an account of the member."""
    return lambda person: column.in_(person.openids)


def of_report(column: Any) -> Whose:
    """Rows below a report of the member."""
    return lambda person: column.in_(reports_of(person))


def of_note(column: Any) -> Whose:
    """Rows below a voice message of the member."""
    return lambda person: column.in_(
        VoiceNote.select(VoiceNote.id).where(VoiceNote.report.in_(reports_of(person)))
    )


def of_reminder(column: Any) -> Whose:
    """Rows below a reminder to the member."""
    return lambda person: column.in_(Reminder.select(Reminder.id).where(Reminder.member == person.member))


def of_stay(column: Any) -> Whose:
    """Rows below a stay of the member elsewhere."""
    return lambda person: column.in_(Mobility.select(Mobility.id).where(Mobility.member == person.member))


def reports_of(person: Person) -> Any:
    """Return the ids of a person's reports, as a query."""
    return ShuxueReport.select(ShuxueReport.id).where(ShuxueReport.member == person.member)


def person_of(member: Member, *openids: str) -> Person:
    """Return a member with all accounts that the tables know for the member."""
    found = {openid for openid in openids if openid}
    for table in (WechatBinding, RebindRequest):
        rows = table.select(table.openid).where(table.member == member).tuples()
        found |= {openid for (openid,) in rows if openid}
    return Person(member, tuple(sorted(found)))
