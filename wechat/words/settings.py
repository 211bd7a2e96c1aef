"""The chat's words about reminders."""

from __future__ import annotations

_NOT_YET = "自动提醒还没有开通，开通以后照您选的办。"
ON = f"已打开提醒。\n{_NOT_YET}\n不要提醒，发「提醒 关」。"
OFF = "已关闭提醒，以后不再提醒您。\n想再打开，发「提醒 开」。"


def standing(on: bool) -> str:
    """Say how it stands and how to change it."""
    if on:
        return f"您的提醒是打开的。\n{_NOT_YET}\n不要提醒，发「提醒 关」。"
    return "您的提醒是关闭的，不会提醒您。\n想打开，发「提醒 开」。"
