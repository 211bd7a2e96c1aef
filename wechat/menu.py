"""The account's menu as data: with our server set, the console's own menu is off and we push this."""

from __future__ import annotations

from typing import Final, TypedDict

CHECKIN_SCAN: Final = "CHECKIN_SCAN"
SHUXUE: Final = "SHUXUE"
ME: Final = "ME"


class Button(TypedDict):
    """One button: its type on the platform, the words on it and the key that its event carries."""

    type: str
    name: str
    key: str


class Menu(TypedDict):
    """The body of ``menu/create``: at most three buttons on top, four Han characters each."""

    button: list[Button]


MENU: Final[Menu] = {
    "button": [
        # The camera's result comes to us as an event while the chat waits, so that the answer stands in the
        # chat.
        {"type": "scancode_waitmsg", "name": "签到", "key": CHECKIN_SCAN},
        {"type": "click", "name": "述学", "key": SHUXUE},
        {"type": "click", "name": "我的", "key": ME},
    ]
}
