"""The account's menu."""

from __future__ import annotations

from typing import Any

from ..errors import ApiError
from .calls import Call, Route, done

KEYED = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)
OTHER = frozenset({"view", "miniprogram", "media_id", "view_limited", "article_id"})

# Code of a wrong number, type, name, key and address: main buttons, then sub-buttons.
MAIN_CODES = (40016, 40017, 40018, 40019, 40020)
SUB_CODES = (40023, 40024, 40025, 40026, 40027)


def _check_button(button: Any, codes: tuple[int, ...], name_limit: int) -> None:
    _, bad_type, bad_name, bad_key, bad_url = codes
    if not isinstance(button, dict):
        raise ApiError(40015)
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= name_limit:
        raise ApiError(bad_name)
    if button.get("sub_button"):
        return
    kind = button.get("type")
    if kind not in KEYED | OTHER:
        raise ApiError(bad_type)
    if kind in KEYED and not 1 <= len(str(button.get("key", "")).encode()) <= 128:
        raise ApiError(bad_key)
    if kind == "view":
        url = str(button.get("url", ""))
        if not url.startswith(("http://", "https://")) or len(url.encode()) > 1024:
            raise ApiError(bad_url)


def create(call: Call) -> dict[str, Any]:
    """Replace the menu: at most three buttons with five sub-buttons each."""
    given = call.json()
    buttons = given.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise ApiError(MAIN_CODES[0])
    for button in buttons:
        _check_button(button, MAIN_CODES, 16)
        below = button.get("sub_button") or []
        if not isinstance(below, list) or len(below) > 5:
            raise ApiError(SUB_CODES[0])
        for sub in below:
            _check_button(sub, SUB_CODES, 60)
            if sub.get("sub_button"):
                raise ApiError(SUB_CODES[1])
    call.world.menu = {"button": buttons}
    return done()


def get(call: Call) -> dict[str, Any]:
    """Return the menu."""
    if call.world.menu is None:
        raise ApiError(46003)
    return {"menu": call.world.menu}


def delete(call: Call) -> dict[str, Any]:
    """Remove the menu."""
    call.world.menu = None
    return done()


ROUTES = [
    Route("cgi-bin/menu/create", create, post=True),
    Route("cgi-bin/menu/get", get),
    Route("cgi-bin/menu/delete", delete),
]
