"""Which handler answers what: the tables of events, menu keys and words, read in one place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

from wechat import texts
from wechat.call import Call
from wechat.handlers import (
    absence,
    checkin,
    feedback,
    person,
    points,
    proving,
    receipts,
    settings,
    shuxue,
    shuxue_yes,
)
from wechat.menu import ME, SHUXUE

Handler = Callable[[Call], str]


def _help(_call: Call) -> str:
    return texts.HELP


#: What somebody types: a pattern over the tidied text, and who answers. The first that fits wins.
COMMANDS: tuple[tuple[re.Pattern[str], Handler], ...] = (
    (re.compile(r"(?:签到)?[ :：]*([0-9 ]{6,11})"), checkin.by_digits),
    (re.compile(r"绑定[ +＋:：]*(.*)"), person.bind),
    (re.compile(r"(?:我的)?学时"), person.my_hours),
    (re.compile(r"(?:我的)?积分"), points.my_points),
    (re.compile(r"(?:我要|我的)?申报(?:[ :]*([0-9]{1,2}(?:[ :、.,今昨前].*)?)|[ :]+.*)?"), points.claim),
    (re.compile(r"(?:我的)?述学"), shuxue.begin),
    (re.compile(r"(?:我的)?提醒[ :：]*(打开|开启|开|关闭|关掉|关|)"), settings.reminders),
    (re.compile(r"(?:我要|我的)?投诉(?:建议)?[ :：,，+]*(.*)"), feedback.give),
    (re.compile(r"(?:我的)?建议(?:[ :：,，+]+(.*))?"), feedback.give),
    (re.compile(r"(?:我要|我想|我的)?请假(?:[ :]*([0-9]{1,2}(?:[ :,.、].*)?))?"), absence.leave),
    (re.compile(r"(?:我要|我想|我的)?补学(?:[ :]*([0-9]{1,2}(?:[ :,.、].*)?))?"), absence.make_up),
    (re.compile(r"(?:我要)?验证码?"), proving.code),
    (re.compile(r"我的|我"), person.me),
    (re.compile(r"帮助|help|\?|？|你好|您好"), _help),
)

#: Menu buttons that answer in the chat.
CLICKS: dict[str, Handler] = {ME: person.me, SHUXUE: shuxue.begin}

#: Events that want an answer; every other event is acknowledged and nothing more.
EVENTS: dict[str, Handler] = {
    "subscribe": person.follow,
    "scan": person.scan,
    "unsubscribe": person.unfollow,
    "scancode_waitmsg": checkin.by_menu_scan,
    "templatesendjobfinish": receipts.template_finished,
    "subscribe_msg_popup_event": receipts.subscribe_asked,
    "subscribe_msg_change_event": receipts.subscribe_changed,
    "subscribe_msg_sent_event": receipts.subscribe_sent,
    "click": lambda call: CLICKS.get(call.inbound.event_key, _help)(call),
}

#: Messages other than text: honest about what cannot be used here.
_KINDS: dict[str, str] = {
    kind: "这里还看不了图片、视频和位置，请打字或发语音。\n" + texts.HELP
    for kind in ("image", "video", "shortvideo", "location", "link", "file")
}
#: What may stand between a command and what follows it.
_BETWEEN = (" ", "+", ":", ",")
#: Characters: a command with what follows run together, such as 提醒开; a command alone.
_SHORT, _LONG = 4, 8
_SPACES = re.compile(r"\s+")
_DIGITS = re.compile(r"[0-9]{6}")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def route(call: Call) -> str:
    """Return the answer to a push, "" when there is nothing to say.

    Raises:
        ServiceError: a refusal in words, from the service that refused.
    """
    if call.inbound.kind == "event":
        handler = EVENTS.get(call.inbound.event)
        return handler(call) if handler else ""
    if call.inbound.kind == "voice":
        return shuxue_yes.hear(call)
    if call.inbound.kind != "text":
        return _KINDS.get(call.inbound.kind, "")
    return _answer_words(call)


def _answer_words(call: Call) -> str:
    """Answer a command; else a guided talk takes the text; else what a command may have meant."""
    text = tidy(call.inbound.text)
    found = _command(call, text)
    if found is not None and _is_plain(call.inbound.text, text, found):
        return found.handler(found.call)
    said = shuxue.say(call, text)
    if said is not None:
        return said
    return found.handler(found.call) if found is not None else texts.UNKNOWN


@dataclass(frozen=True)
class _Found:
    """A command that fits a text; `loose` says that more follows its word without a space between."""

    handler: Handler
    call: Call
    loose: bool


def _command(call: Call, text: str) -> _Found | None:
    for pattern, handler in COMMANDS:
        found = pattern.fullmatch(text)
        if not found:
            continue
        words = (found.group(1) or "").strip() if pattern.groups else ""
        if handler is checkin.by_digits:
            words = words.replace(" ", "")
            if not _DIGITS.fullmatch(words):
                continue
            return _Found(handler, replace(call, words=words), loose=False)
        loose = bool(words) and text[: found.start(1)][-1:] not in _BETWEEN
        return _Found(handler, replace(call, words=words), loose)
    return None


def _is_plain(typed: str, text: str, found: _Found) -> bool:
    """Whether a text is a command even in the middle of a guided talk.

    A view may begin with a word that is a command as well (请假两次，都补了学): what runs on without a
    space or on the next line is the member's own text.
    """
    first, *more = typed.strip().splitlines() or [""]
    if more:
        head = _command(found.call, tidy(first))
        return head is not None and head.handler is found.handler and bool(head.call.words) and not head.loose
    if found.call.words:
        return not found.loose or len(text) <= _SHORT
    return len(text) <= _LONG


def tidy(text: str) -> str:
    """Read what was typed as it was meant: full-width letters, stray spaces, invisible marks."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip().lower()
