"""One message on the guided way of 述学: whose it is, where the talk stands, what is written so far."""

from __future__ import annotations

from dataclasses import dataclass

from models import Member
from models.terms import View
from services import binding, dialogue
from services.dialogue import Talk
from services.errors import ServiceError
from services.shuxue import writing
from services.shuxue.draft import Draft
from wechat.call import Call

#: Steps that are no view: all five in short, handed in, what a helper wrote down.
PREVIEW, SENT, RECORDED = "PREVIEW", "SENT", "RECORDED"
#: Before the key of a voice that waits for the member's yes.
VOICE = "V:"


@dataclass(frozen=True)
class Turn:
    """One message in a talk: whose it is, where the talk stands, what is written so far."""

    call: Call
    member: Member
    talk: Talk
    draft: Draft

    @property
    def page(self) -> str:
        """Return the address of this report's page."""
        return f"{self.call.public_url}/m/shuxue/{self.talk.subject}"

    @property
    def view(self) -> View:
        """Return the view at which the talk stands; beside the views, the first that lacks text."""
        if self.talk.step in set(View):
            return View(self.talk.step)
        return self.draft.lacking[0] if self.draft.lacking else next(iter(View))

    def go(self, step: str) -> None:
        """Move the talk to a step."""
        dialogue.move(self.call.openid, self.talk.subject, step, self.call.now)


def turn_of(call: Call, talk: Talk) -> Turn | None:
    """Return the turn of an account in a talk; a talk whose round is not the member's any more is over."""
    member = binding.member_of(call.openid)
    try:
        draft = writing.look(member, talk.subject, call.now) if member is not None else None
    except ServiceError:
        draft = None
    if member is None or draft is None:
        dialogue.forget(call.openid)
        return None
    return Turn(call, member, talk, draft)
