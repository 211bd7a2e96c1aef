"""Customer-service messages and the windows in which they are allowed."""

from __future__ import annotations

from typing import Any

from ..errors import ApiError
from ..records import Person, Window
from ..state import World
from .calls import Call, Route, done

TEXT_LIMIT = 2048
KINDS = ("text", "image", "voice", "video", "music", "news", "mpnews", "msgmenu", "miniprogrampage")


def send(call: Call) -> dict[str, Any]:
    """Write to a person who has just done something in the chat."""
    given, world = call.json(), call.world
    if not world.config.certified:
        raise ApiError(48001)
    person = world.people.get(str(given.get("touser")))
    if person is None:
        raise ApiError(40003)
    if not person.followed:
        raise ApiError(43004)
    kind = str(given.get("msgtype"))
    content = given.get(kind)
    if kind not in KINDS or not isinstance(content, dict):
        raise ApiError(40008)
    text = _text(kind, content)
    _use_window(world, person)
    more = {"articles": content["articles"]} if kind == "news" and "articles" in content else {}
    world.say(person, "account", kind, text, service=True, **more)
    return done()


def _text(kind: str, content: dict[str, Any]) -> str:
    if kind == "text":
        text = content.get("content")
        if not isinstance(text, str) or not text:
            raise ApiError(44004)
        if len(text.encode("utf-8", "surrogatepass")) > TEXT_LIMIT:
            raise ApiError(45002)
        return text
    if kind == "news":
        articles = content.get("articles") or [{}]
        return str(articles[0].get("title", "[news]"))
    return f"[{kind}]"


def _use_window(world: World, person: Person) -> None:
    """Take one message off an open window, the one that ends first."""
    now = world.clock.now()
    person.windows = [window for window in person.windows if window.ends > now]
    if not person.windows:
        raise ApiError(45015)
    usable = [window for window in person.windows if window.left > 0]
    if not usable:
        raise ApiError(45047)
    min(usable, key=_ending).left -= 1


def _ending(window: Window) -> float:
    return window.ends


ROUTES = [Route("cgi-bin/message/custom/send", send, post=True)]
