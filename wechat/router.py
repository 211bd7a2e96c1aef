"""Which handler answers what: the tables of events, menu keys and words, read in one place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from wechat import texts
from wechat.call import Call
from wechat.handlers import checkin, person, receipts
from wechat.menu import ME, SHUXUE

Handler = Callable[[Call], str]


def _not_yet(word: str) -> Handler:
    """Answer honestly that a word of the chat is not open yet; the later releases replace these lines."""
    return lambda _call: texts.CLOSED_WORDS.format(word)


def _help(_call: Call) -> str:
    return texts.HELP


#: Words that the branch has not opened yet: one place, to shrink with each release.
NOT_YET = ("述学", "积分", "请假", "补学", "提醒", "投诉")

#: What somebody types: a pattern over the tidied text, and who answers. The first that fits wins.
COMMANDS: tuple[tuple[re.Pattern[str], Handler], ...] = (
    (re.compile(r"(?:签到)?[ :：]*([0-9 ]{6,11})"), checkin.by_digits),
    (re.compile(r"绑定[ +＋:：]*(.*)"), person.bind),
    (re.compile(r"(?:我的)?学时"), person.my_hours),
    (re.compile(r"我的|我"), person.me),
    (re.compile(r"帮助|help|\?|？|你好|您好"), _help),
    *((re.compile(rf"(?:我的)?{word}(?:[ :：].*|开|关)?"), _not_yet(word)) for word in NOT_YET),
)

#: Menu buttons that answer in the chat.
CLICKS: dict[str, Handler] = {ME: person.me, SHUXUE: _not_yet("述学")}

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
    kind: "这里还看不了图片、语音和位置，请打字。\n" + texts.HELP
    for kind in ("image", "voice", "video", "shortvideo", "location", "link", "file")
}
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
    if call.inbound.kind != "text":
        return _KINDS.get(call.inbound.kind, "")
    return _answer_words(call)


def _answer_words(call: Call) -> str:
    text = tidy(call.inbound.text)
    for pattern, handler in COMMANDS:
        found = pattern.fullmatch(text)
        if not found:
            continue
        words = (found.group(1) if pattern.groups else "").strip()
        if handler is checkin.by_digits:
            words = words.replace(" ", "")
            if not _DIGITS.fullmatch(words):
                continue
        return handler(replace(call, words=words))
    return texts.UNKNOWN


def tidy(text: str) -> str:
    """Read what was typed as it was meant: full-width letters, stray spaces, invisible marks."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip().lower()
