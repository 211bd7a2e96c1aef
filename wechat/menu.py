"""The account's menu as data: with our server set, the console's own menu is off and we push this."""

from __future__ import annotations

from typing import Final, NotRequired, TypedDict

CHECKIN_SCAN: Final = "CHECKIN_SCAN"
SHUXUE: Final = "SHUXUE"
ME: Final = "ME"


class Button(TypedDict):
    """One button: its words, and either what it does or the buttons below it.

    `key` is what its event carries, `url` the page that it opens; a button with others below has neither.
    """

    name: str
    type: NotRequired[str]
    key: NotRequired[str]
    url: NotRequired[str]
    sub_button: NotRequired[list[Button]]


class Menu(TypedDict):
    """The body of ``menu/create``: at most three buttons on top, four Han characters each, five below one."""

    button: list[Button]


#: What stands below 我的: words and the path of the page. 投诉建议 stands in the menu for everybody (F16).
PAGES: Final = (
    ("我的页面", "/m"),
    ("我的学时", "/m/hours"),
    ("请假", "/m/leave"),
    ("补学", "/m/make-ups"),
    ("投诉建议", "/feedback"),
)


def menu(public_url: str) -> Menu:
    """Return the menu of a deployment whose pages live at `public_url`, without a slash at its end."""
    pages: list[Button] = [{"type": "view", "name": name, "url": public_url + path} for name, path in PAGES]
    return {
        "button": [
            # The camera's result comes to us as an event while the chat waits, so that the answer stands in
            # the chat.
            {"type": "scancode_waitmsg", "name": "签到", "key": CHECKIN_SCAN},
            {"type": "click", "name": "述学", "key": SHUXUE},
            {"name": "我的", "sub_button": pages},
        ]
    }
