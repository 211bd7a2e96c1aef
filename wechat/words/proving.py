"""What is said about the code of a step of weight."""

from __future__ import annotations

from services import step_up
from services.spoken import paired

_MINUTES = int(step_up.CODE_LIFE.total_seconds()) // 60


def code(digits: str, page: str) -> str:
    """Give the code and the way back to a page that was left, and warn of those who would ask for it."""
    return (
        f"验证码：{paired(digits)}\n"
        f"{_MINUTES} 分钟内有效，填在刚才的页面上；页面关了，从这里接着办：\n{page}\n"
        "只有页面会要这个数字，不要告诉别人。不是您本人在办，不用管它。"
    )
