"""Members, the offices they hold, what they are exempt from and where they have moved to."""

from __future__ import annotations

from peewee import SQL, BooleanField, CharField, ForeignKeyField, TextField

from models.base import BaseModel, DayField, MomentField, TermField
from models.organization import Organization
from models.terms import ExemptionKind, HostState, MemberCategory, Role


class Member(BaseModel):
    """党员, with no more of the person than the work needs (F19). `phone` is encrypted."""

    number = CharField(max_length=32, unique=True)
    name = CharField(max_length=50)
    branch = ForeignKeyField(Organization, backref="members", on_delete="RESTRICT")
    group = ForeignKeyField(Organization, null=True, backref="group_members", on_delete="RESTRICT")
    phone = TextField(null=True)
    category = TermField(MemberCategory)
    joined_on = DayField()
    full_on = DayField(null=True)
    active_from = DayField()
    active_to = DayField(null=True)


class RolePeriod(BaseModel):
    """党内职务: a role in an organization from a day on, until the day it ends (R100, R113).

    `title` is the words of the roster (组织委员); rights and hours follow `role`.
    """

    member = ForeignKeyField(Member, backref="roles", on_delete="CASCADE")
    role = TermField(Role)
    title = CharField(max_length=20)
    organization = ForeignKeyField(Organization, backref="officers", on_delete="RESTRICT")
    starts = DayField()
    ends = DayField(null=True)

    class Meta:
        """One member holds a role in an organization once at a time."""

        indexes = ((("member", "organization", "role", "title", "starts"), True),)


class Exemption(BaseModel):
    """不作硬性要求 and the like: a category and dates, never a diagnosis (F18, R04, R22)."""

    member = ForeignKeyField(Member, backref="exemptions", on_delete="CASCADE")
    kind = TermField(ExemptionKind)
    starts = DayField()
    ends = DayField(null=True)
    decided_by = ForeignKeyField(Member, null=True, on_delete="SET NULL")
    decided_on = DayField()

    class Meta:
        """The same exemption starts once."""

        indexes = ((("member", "kind", "starts"), True),)


class Mobility(BaseModel):
    """流动党员: away from the home branch, perhaps studying with a host branch (R33, R34).

    `host_state` says whether the host has agreed to look after the member.
    """

    member = ForeignKeyField(Member, backref="mobilities", on_delete="CASCADE")
    destination = CharField(max_length=50)
    home = ForeignKeyField(Organization, on_delete="RESTRICT")
    host = ForeignKeyField(Organization, null=True, on_delete="RESTRICT")
    since = DayField()
    until = DayField(null=True)
    contact_person = CharField(max_length=50, null=True)
    next_contact_due = DayField(null=True)
    abroad = BooleanField(default=False, constraints=[SQL("DEFAULT false")])
    host_state = TermField(HostState, default=HostState.NONE, constraints=[SQL("DEFAULT 'NONE'")])
    host_by = ForeignKeyField(Member, null=True, on_delete="SET NULL", backref="hosted", index=False)
    host_at = MomentField(null=True)

    class Meta:
        """A member leaves on a day once."""

        indexes = ((("member", "since"), True),)
