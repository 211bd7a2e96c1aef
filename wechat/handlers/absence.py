"""请假 and 补学 in the chat: the word alone lists, with a number it files (R29, R31)."""

from __future__ import annotations

import re

from models.terms import LeaveKind, MakeUpMode
from services import binding, rulebook
from services.absence import leave_lists, leaves, make_up_lists, make_ups
from services.absence.make_ups import Done
from services.clock import civil_day
from wechat import texts
from wechat.call import Call
from wechat.words import absence as words

#: The number and what follows it, in the person's own letters: the router's text is tidied.
_LINE = re.compile(r"\D{0,12}?(\d{1,2})[\s:：,，.、。]*(.*)", re.DOTALL)
_KINDS = {
    **{kind.label: kind for kind in LeaveKind},
    "身体": LeaveKind.HEALTH,
    "生病": LeaveKind.HEALTH,
    "病假": LeaveKind.HEALTH,
    "工作": LeaveKind.DUTY,
    "出差": LeaveKind.DUTY,
    "值班": LeaveKind.DUTY,
    "家里有事": LeaveKind.FAMILY,
    "家中": LeaveKind.FAMILY,
    "家里": LeaveKind.FAMILY,
    "出门": LeaveKind.AWAY,
}
_MODES = {
    "送学上门": MakeUpMode.VISIT,
    "上门": MakeUpMode.VISIT,
    "线上学习": MakeUpMode.ONLINE,
    "线上": MakeUpMode.ONLINE,
    "与支部同志交流": MakeUpMode.TALK,
    "参加另一次学习": MakeUpMode.NEXT_SESSION,
    "自己读材料": MakeUpMode.READING,
}
#: Ways for which somebody of the branch comes: whoever came says on which day.
_ASKED = frozenset({MakeUpMode.VISIT, MakeUpMode.TALK})


def leave(call: Call) -> str:
    """Answer 请假: alone it lists; with a number and a ground it files."""
    member = binding.member_of(call.openid)
    if member is None:
        return texts.NOT_BOUND
    kinds = rulebook.current().leave(civil_day(call.now)).kinds
    sessions = leave_lists.open_sessions(member, call.now)
    number, said = _number_and_words(call)
    if number is None or not sessions:
        return words.leave_list(sessions, kinds, call.now, f"{call.public_url}/m/leave")
    if not 1 <= number <= len(sessions):
        return words.wrong_number("请假", len(sessions))
    item = sessions[number - 1]
    kind, rest = _ground(said)
    if kind is None:
        return words.ask_ground(number, item, kinds)
    return words.leave_filed(leaves.file(member, item.key, kind, rest, call.now), item, call.now)


def make_up(call: Call) -> str:
    """Answer 补学: alone it lists; with a number and words it hands in, or asks somebody to come."""
    member = binding.member_of(call.openid)
    if member is None:
        return texts.NOT_BOUND
    items = make_up_lists.open_of(member, call.now)
    number, said = _number_and_words(call)
    if number is None or not items:
        return words.make_up_list(items, call.now, f"{call.public_url}/m/make-ups")
    if not 1 <= number <= len(items):
        return words.wrong_number("补学", len(items))
    item = items[number - 1]
    if not said:
        return words.ask_what(number, item)
    done = _done(said, call)
    if item.key is None:
        row = make_ups.file_for_partial(member, item.session_key, done, call.now)
    else:
        row = make_ups.submit(member, item.key, done, call.now)
    return words.handed_in(row, item)


def _number_and_words(call: Call) -> tuple[int | None, str]:
    """Return the number that was typed and the words behind it; None without a number."""
    found = _LINE.fullmatch(call.inbound.text.strip()) if call.words else None
    found = found or _LINE.fullmatch(call.words)
    return (int(found.group(1)), found.group(2).strip()) if found else (None, "")


def _ground(said: str) -> tuple[LeaveKind | None, str]:
    """Return the ground that words begin with, and the rest; other words are a ground of their own."""
    for label, kind in _KINDS.items():
        if said.startswith(label):
            return kind, said[len(label) :].lstrip(" ,，:：.。、")
    return (LeaveKind.OTHER, said) if said else (None, "")


def _done(said: str, call: Call) -> Done:
    """Read a way and what was done from one message; without a way it was read (F07: words only)."""
    for label, mode in _MODES.items():
        if said.startswith(label):
            rest = said[len(label) :].lstrip(" ,，:：.。、")
            return Done(mode, None if mode in _ASKED else civil_day(call.now), rest or None)
    return Done(MakeUpMode.READING, civil_day(call.now), said)
