"""What the platform told us, once each, with the answer for all copies; and what we hold of its tokens."""

from __future__ import annotations

from peewee import CharField, IntegerField, TextField

from models.base import BaseModel, MomentField


class InboundMessage(BaseModel):
    """A push, by its key; the text of the message is not kept (F20: seven days at most)."""

    key = CharField(max_length=80, primary_key=True)
    at = MomentField(index=True)
    reply = TextField(null=True)


class PlatformToken(BaseModel):
    """access_token or jsapi_ticket: one row for the whole deployment, one refresher by its lease."""

    name = CharField(max_length=32, primary_key=True)
    value = CharField(max_length=512, default="")
    expires_at = MomentField(default=0)
    lease_until = MomentField(default=0)


class LoginSession(BaseModel):
    """A page session held by the server (G16): the cookie's hash, whose it is, and until when.

    Until `proved_until` the person has proved once more who they are, as steps of weight ask for.
    """

    token_hash = CharField(max_length=64, primary_key=True)
    openid = CharField(max_length=64, index=True)
    created_at = MomentField()
    expires_at = MomentField(index=True)
    proved_until = MomentField(null=True)


class StepUp(BaseModel):
    """The code that proves once more who somebody is, before an export, a deletion or a change of roles.

    It is asked for in the chat and typed into the page; only its hash is kept.
    """

    openid = CharField(max_length=64, primary_key=True)
    code_hash = CharField(max_length=64)
    expires_at = MomentField()
    tries = IntegerField(default=0)


class OauthCode(BaseModel):
    """The person behind a one-time code, kept ten minutes because the callback may be hit twice."""

    code_hash = CharField(max_length=64, primary_key=True)
    openid = CharField(max_length=64)
    at = MomentField()


class JobClaim(BaseModel):
    """A slot of a timed job that one process has won (G7)."""

    job = CharField(max_length=40)
    slot = MomentField()
    claimed_at = MomentField()
    done_at = MomentField(null=True)
    result = IntegerField(null=True)

    class Meta:
        """Insert and win: a slot belongs to one."""

        indexes = ((("job", "slot"), True),)
