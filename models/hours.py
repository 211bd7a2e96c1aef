"""The ledger of credit hours: entries are inserted, never updated or deleted (R110)."""

from __future__ import annotations

from peewee import SQL, CharField, ForeignKeyField, IntegerField

from models.base import BaseModel, DayField, MomentField, TermField
from models.member import Member
from models.organization import Organization
from models.session import StudySession
from models.terms import CreditKind, EntrySource, ExternalKind, ExternalState


class ExternalStudy(BaseModel):
    """支部外学习: proposed by a scan, a member or a stated figure, decided by the home branch (R11, R34).

    `key` names it in addresses; rows of the first release have none until `migrate` has given them one.
    """

    member = ForeignKeyField(Member, backref="external_studies", on_delete="RESTRICT")
    branch = ForeignKeyField(Organization, on_delete="RESTRICT")
    session = ForeignKeyField(StudySession, null=True, on_delete="RESTRICT")
    org_name = CharField(max_length=50)
    title = CharField(max_length=60)
    day = DayField()
    hours = IntegerField(constraints=[SQL("CHECK (hours >= 0)")])
    credit_kind = TermField(CreditKind)
    state = TermField(ExternalState, default=ExternalState.PROPOSED)
    scanned_at = MomentField(null=True)
    key = CharField(max_length=22, null=True, unique=True)
    kind = TermField(ExternalKind, default=ExternalKind.HOST, constraints=[SQL("DEFAULT 'HOST'")])
    words = CharField(max_length=200, null=True)
    proposed_by = ForeignKeyField(
        Member, null=True, on_delete="SET NULL", backref="externals_proposed", index=False
    )
    decided_by = ForeignKeyField(
        Member, null=True, on_delete="SET NULL", backref="externals_decided", index=False
    )
    decided_at = MomentField(null=True)
    reason = CharField(max_length=200, null=True)

    class Meta:
        """A guest proposes one session once."""

        indexes = ((("member", "session", "branch"), True),)


class HourEntry(BaseModel):
    """One line of a member's hours. Amounts are hundredths of an hour.

    `hours` is what counts (after the ratio of its kind, R03), `stated` what the session offered.
    `posting` is the session's confirmation that wrote the line; where no confirmation did, it is the number
    of another line below zero: of the one that a correction follows (`services/corrections.py`), of the one
    that a reversal undoes. A reversal names the line it undoes, once. `rule` and `edition` say why (R111);
    `confirmed_by` empty means the automatic confirmation.
    """

    member = ForeignKeyField(Member, backref="hour_entries", on_delete="RESTRICT", index=False)
    branch = ForeignKeyField(Organization, on_delete="RESTRICT")
    year = IntegerField()
    day = DayField()
    hours = IntegerField(constraints=[SQL("CHECK (hours BETWEEN -2400 AND 2400)")])
    stated = IntegerField()
    credit_kind = TermField(CreditKind)
    source = TermField(EntrySource)
    session = ForeignKeyField(StudySession, null=True, on_delete="RESTRICT", index=False)
    external = ForeignKeyField(ExternalStudy, null=True, on_delete="RESTRICT")
    posting = IntegerField(default=0)
    reverses = ForeignKeyField("self", null=True, unique=True, on_delete="RESTRICT")
    reason = CharField(max_length=200, null=True)
    rule = CharField(max_length=10)
    edition = CharField(max_length=20)
    confirmed_by = ForeignKeyField(
        Member, null=True, on_delete="RESTRICT", backref="hours_confirmed", index=False
    )
    created_at = MomentField()

    class Meta:
        """One posting of a session gives a member one line per day and source."""

        indexes = (
            (("member", "year"), False),
            (("session", "member", "day", "posting", "source", "branch"), True),
        )
