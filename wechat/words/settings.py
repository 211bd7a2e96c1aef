"""The chat's words about reminders."""

from __future__ import annotations

from services.settings import Chosen

_WHERE = "说过的话在「我的页面」的「提醒」里。"
ON = f"已打开提醒。学习快到了、改了时间，或者有事等您办，会告诉您。\n{_WHERE}\n不要提醒，发「提醒 关」。"
OFF = (
    "已关闭提醒，什么都不会发了，学习改时间、取消也不会告诉您。\n"
    f"安排看「我的页面」。{_WHERE}\n"
    "想再打开，发「提醒 开」。"
)


def standing(chosen: Chosen) -> str:
    """Say how it stands, where to look, and how to change it."""
    if not chosen.reminders:
        return f"您的提醒是关闭的，什么都不会发。\n{_WHERE}\n想打开，发「提醒 开」。"
    left = f"您关了 {len(chosen.left)} 类，" if chosen.left else "只想关一类，"
    return f"您的提醒是打开的。\n{_WHERE}\n{left}到「我的页面」的「设置」里选。\n都不要，发「提醒 关」。"
