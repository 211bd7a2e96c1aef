"""述学 in the chat: a guided way through the five views (R41), one at a time, to be left and resumed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from models import Member
from models.terms import CycleState, ReportChannel, ReportState, View
from services import binding, dialogue
from services.dialogue import Talk
from services.shuxue import cycles, voices, writing
from services.shuxue.cycles import MyCycle
from services.shuxue.draft import Draft
from wechat import texts
from wechat.call import Call
from wechat.handlers import shuxue_yes as yes
from wechat.handlers.shuxue_turn import PREVIEW, SENT, Turn, turn_of
from wechat.words import shuxue as words
from wechat.words import voices as voice_words

_JUMP = re.compile(r"第 ?([1-5一二三四五]) ?段")
_MARKS, _NUMBERS = "①②③④⑤", "一二三四五"


def begin(call: Call) -> str:
    """Answer 述学: what waits for the member's yes, else the round that most needs the member."""
    member = binding.member_of(call.openid)
    if member is None:
        return texts.NOT_BOUND
    written = voices.pending(member, call.now)
    if written:
        return yes.show_voice(call, written[0])
    talk = dialogue.current(call.openid)
    mine = _round(member, talk, call)
    if mine is None:
        return _none_open(call, member)
    draft = writing.look(member, mine.cycle.key, call.now)
    if yes.was_recorded(draft):
        return yes.show_recorded(call, draft)
    view = _resumed_view(draft, talk)
    dialogue.move(call.openid, draft.cycle.key, view, call.now)
    behind = voice_words.behind(voices.of_report(member, draft.cycle.key))
    asked = words.prompt(draft, view, call.now, resumed=draft.written > 0)
    return f"{behind}\n{asked}" if behind else asked


def say(call: Call, word: str) -> str | None:
    """Answer what is typed in a talk.

    Args:
        call: the push; a view keeps its text exactly as it was typed.
        word: the same tidied, to know the words of the way by.

    Returns:
        The answer; None when the account is in no talk and the text means nothing to it.
    """
    talk = dialogue.current(call.openid)
    step = _WAYS.get(word)
    if talk is None or talk.left:
        return _outside(call, word) if step or word in yes.WORDS else None
    turn = turn_of(call, talk)
    if turn is None:
        return None
    view = _named_view(call, word)
    if view is not None:
        return _go_to(turn, view)
    if word in yes.WORDS or (yes.asked_for(talk) and step in (None, go_on, _skip)):
        return yes.answer(turn, word)
    return (step or _write)(turn)


def go_on(turn: Turn, before: str = "") -> str:
    """Go to the view after the present one, to the preview after the last, and ask."""
    views = list(View)
    at = views.index(turn.view) + 1
    if at == len(views) or turn.talk.step == PREVIEW:
        return _preview(turn)
    turn.go(views[at])
    return words.at_view(turn.draft, views[at], before)


def _write(turn: Turn) -> str | None:
    """Keep a text for the view; a text of another day, or beside the views, is asked about first."""
    idle = turn.talk.idle(turn.call.now)
    if turn.talk.step == SENT:
        return words.already_sent(turn.draft.cycle.title) if idle < dialogue.PAUSE else None
    if idle >= dialogue.REST:
        return words.asleep(turn.draft, turn.talk.step)
    if turn.talk.step == PREVIEW:
        return words.at_preview_no_text(turn.draft)
    call, view = turn.call, turn.view
    draft = writing.append(
        turn.member, turn.talk.subject, view, call.inbound.text, ReportChannel.SELF_CHAT, call.now
    )
    turn.go(view)
    return words.kept(draft, view, turn.page, after_pause=idle >= dialogue.PAUSE)


def _skip(turn: Turn) -> str:
    empty = not turn.draft.texts[turn.view].body
    return go_on(turn, f"{words.mark(turn.view)}先空着，想写随时回来。" if empty else "")


def _back(turn: Turn) -> str:
    views = list(View)
    at = len(views) if turn.talk.step == PREVIEW else views.index(turn.view)
    if at == 0:
        turn.go(views[0])
        return words.FIRST_VIEW
    return _go_to(turn, views[at - 1])


def _go_to(turn: Turn, view: View) -> str:
    turn.go(view)
    return words.at_view(turn.draft, view)


def _preview(turn: Turn) -> str:
    turn.go(PREVIEW)
    behind = [each for each in voices.of_report(turn.member, turn.talk.subject) if each.waits]
    return words.preview(turn.draft, turn.page, len(behind))


def _submit(turn: Turn) -> str:
    draft, call = turn.draft, turn.call
    long = [view for view in View if draft.texts[view].over]
    if draft.editable and (draft.lacking or long):
        view = (list(draft.lacking) or long)[0]
        turn.go(view)
        return words.lacking(draft) if draft.lacking else words.too_long(draft, long, turn.page)
    sent = writing.submit(turn.member, turn.talk.subject, ReportChannel.SELF_CHAT, call.now)
    turn.go(SENT)
    following = cycles.current(turn.member, call.now)
    return words.sent(sent, following.cycle.title if following else "")


def _leave(turn: Turn) -> str:
    dialogue.leave(turn.call.openid, turn.call.now)
    return words.left(turn.draft)


def _rewrite(turn: Turn) -> str:
    before = turn.draft.texts[turn.view].body
    if not words.fits(before):
        return words.too_long_to_clear(turn.page)
    turn.go(turn.view)
    draft = writing.clear(turn.member, turn.talk.subject, turn.view, turn.call.now)
    return words.cleared(draft, turn.view, before)


def _recall(turn: Turn) -> str:
    draft = writing.recall(turn.member, turn.talk.subject, turn.call.now)
    view = replace(turn, draft=draft).view
    turn.go(view)
    return words.taken_back(draft, view)


_WAYS: dict[str, Callable[[Turn], str | None]] = {
    "下一步": go_on,
    "下一段": go_on,
    "好了": go_on,
    "跳过": _skip,
    "上一步": _back,
    "上一段": _back,
    "预览": _preview,
    "提交": _submit,
    "退出": _leave,
    "重写": _rewrite,
    "收回": _recall,
}


def _outside(call: Call, word: str) -> str:
    """Answer a word of the way from somebody who is on no way: 收回 and 确认 still mean something."""
    member = binding.member_of(call.openid)
    if member is None:
        return texts.NOT_BOUND
    if word == "收回":
        sent = _sent(member, call)
        if sent is None:
            return words.NOTHING_SENT
        talk = Talk(sent.cycle.key, SENT, call.now)
        return _recall(Turn(call, member, talk, writing.look(member, sent.cycle.key, call.now)))
    return yes.from_outside(call, member) if word in yes.WORDS else words.NO_TALK


def _round(member: Member, talk: Talk | None, call: Call) -> MyCycle | None:
    """Return the round to go on with: the one being written, unless another was given back meanwhile."""
    needed = cycles.current(member, call.now)
    if talk is None or needed is None or talk.subject == needed.cycle.key or talk.step not in set(View):
        return needed
    if needed.report is not None and needed.report.state is ReportState.RETURNED:
        return needed
    rows = [mine for mine in cycles.of_member(member, call.now) if mine.cycle.key == talk.subject]
    writable = [mine for mine in rows if writing.look(member, mine.cycle.key, call.now).editable]
    return writable[0] if writable else needed


def _resumed_view(draft: Draft, talk: Talk | None) -> View:
    if talk is not None and talk.subject == draft.cycle.key and talk.step in set(View):
        return View(talk.step)
    return draft.lacking[0] if draft.lacking else next(iter(View))


def _none_open(call: Call, member: Member) -> str:
    sent = _sent(member, call)
    if sent is not None:
        dialogue.move(call.openid, sent.cycle.key, SENT, call.now)
        return words.sent(writing.look(member, sent.cycle.key, call.now), "")
    coming = [mine for mine in cycles.of_member(member, call.now) if mine.state is CycleState.COMING]
    return words.nothing_now(min(coming, key=lambda mine: mine.cycle.opens) if coming else None, call.now)


def _sent(member: Member, call: Call) -> MyCycle | None:
    """Return the round whose report was handed in last and can be taken back."""
    rows = [
        (mine.report.submitted_at, mine)
        for mine in cycles.of_member(member, call.now)
        if mine.state is CycleState.OPEN and mine.report and mine.report.state is ReportState.SUBMITTED
    ]
    return max(rows, key=lambda row: row[0])[1] if rows else None


def _named_view(call: Call, word: str) -> View | None:
    """Return the view that a message asks for by its number: 第3段, 第三段, ③."""
    typed = call.inbound.text.strip()
    if len(typed) == 1 and typed in _MARKS:
        return words.view_of_number(_MARKS.index(typed) + 1)
    found = _JUMP.fullmatch(word)
    if not found:
        return None
    number = found.group(1)
    return words.view_of_number(int(number) if number.isdigit() else _NUMBERS.index(number) + 1)
