"""A member's yes in the chat: to what was written down from a voice, or by a helper; and voices coming in."""

from __future__ import annotations

from models import Member
from models.terms import ReportState, View
from services import binding, dialogue, rulebook
from services.clock import civil_day
from services.dialogue import Talk
from services.shuxue import cycles, oral, voices, writing
from services.shuxue.draft import Draft
from services.shuxue.voices import Voice
from wechat import texts
from wechat.call import Call
from wechat.handlers.shuxue_turn import PREVIEW, RECORDED, SENT, VOICE, Turn, turn_of
from wechat.words import shuxue as words
from wechat.words import voices as voice_words

#: Words that mean a yes or a no anywhere in the chat.
WORDS = frozenset({"确认", "不对"})
#: What people also say when they are asked whether something is right.
_YES = frozenset({"确认", "对", "对的", "没错", "是的"})
_NO = frozenset({"不对", "不是"})
_PASS = frozenset({"跳过", "下一步", "下一段", "好了"})


def asked_for(talk: Talk) -> bool:
    """Whether a talk waits for the member's yes."""
    return talk.step == RECORDED or talk.step.startswith(VOICE)


def show_voice(call: Call, voice: Voice) -> str:
    """Show what was written down from a voice; the talk remembers which one the yes is for."""
    dialogue.move(call.openid, voice.cycle_key, VOICE + voice.key, call.now)
    return voice_words.written(voice, f"{call.public_url}/m/voices/{voice.key}")


def show_recorded(call: Call, draft: Draft) -> str:
    """Show what a helper wrote down for the member."""
    dialogue.move(call.openid, draft.cycle.key, RECORDED, call.now)
    return words.recorded(draft)


def answer(turn: Turn, word: str) -> str:
    """Answer a yes, a no, or words in their place."""
    if turn.talk.step == RECORDED:
        return _about_recorded(turn, word)
    if turn.talk.step.startswith(VOICE):
        return _about_voice(turn, word)
    return from_outside(turn.call, turn.member)


def from_outside(call: Call, member: Member) -> str:
    """Answer a yes that nothing was shown for: show it first, so that nobody agrees to the unseen."""
    written = voices.pending(member, call.now)
    if written:
        return show_voice(call, written[0])
    needed = cycles.current(member, call.now)
    draft = writing.look(member, needed.cycle.key, call.now) if needed is not None else None
    if draft is not None and was_recorded(draft):
        return show_recorded(call, draft)
    return words.NOTHING_TO_CONFIRM


def was_recorded(draft: Draft) -> bool:
    """Whether somebody wrote the report down and the member has not agreed yet.

    A round that closes keeps the reports of those who spoke in time in the same state, though nobody has
    written anything down yet; those go on as they were.
    """
    return draft.state is ReportState.RECORDED and draft.recorded_by is not None


def hear(call: Call) -> str:
    """Take a voice for the view at which the talk stands; the sound is fetched later."""
    if binding.member_of(call.openid) is None:
        return texts.NOT_BOUND
    talk = dialogue.current(call.openid)
    turn = turn_of(call, talk) if talk is not None and not talk.left and talk.step != SENT else None
    if turn is None:
        return voice_words.HOW_TO_SPEAK
    if turn.talk.step == PREVIEW and not turn.draft.lacking:
        return voice_words.WHICH_VIEW
    view = _view_of(turn)
    voices.receive(turn.member, turn.talk.subject, view, call.inbound.media_id, call.now)
    turn.go(view)
    days = rulebook.current().shuxue(civil_day(call.now)).voice_days
    return voice_words.received(turn.draft, view, days)


def _about_recorded(turn: Turn, word: str) -> str:
    if word in _YES:
        sent = oral.confirm(turn.member, turn.talk.subject, turn.call.now)
        turn.go(SENT)
        return words.sent(sent, "")
    if word in _NO or word in _PASS:
        view = next((view for view in View if turn.draft.texts[view].body), turn.view)
        turn.go(view)
        return words.at_view(turn.draft, view)
    return words.CONFIRM_FIRST


def _about_voice(turn: Turn, word: str) -> str:
    key = turn.talk.step.removeprefix(VOICE)
    if word not in _YES | _NO | _PASS:
        return words.CONFIRM_FIRST
    voice = voices.find(turn.member, key)
    if word in _PASS:
        turn.go(voice.view)
        return words.at_view(turn.draft, voice.view)
    if word in _NO:
        voices.drop(turn.member, key, turn.call.now)
        turn.go(voice.view)
        return voice_words.dropped(turn.draft, voice.view)
    if voice.written_at is not None and voice.written_at > turn.talk.changed_at:
        return show_voice(turn.call, voice)
    voices.confirm(turn.member, key, turn.call.now)
    return _confirmed(turn, voice)


def _confirmed(turn: Turn, voice: Voice) -> str:
    draft = writing.look(turn.member, turn.talk.subject, turn.call.now)
    said = voice_words.confirmed(draft, voice.view)
    following = voices.pending(turn.member, turn.call.now)
    if following:
        return f"{said.splitlines()[0]}\n{show_voice(turn.call, following[0])}"
    turn.go(voice.view)
    return said


def _view_of(turn: Turn) -> View:
    if turn.talk.step.startswith(VOICE):
        return voices.find(turn.member, turn.talk.step.removeprefix(VOICE)).view
    return turn.view
