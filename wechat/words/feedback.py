"""The chat's words about 投诉建议."""

from __future__ import annotations


def how(page: str) -> str:
    """Say how to write, to whom it goes, and where it can be done without a name."""
    return (
        "请发「投诉 + 您的话」或「建议 + 您的话」。\n"
        "会写上您的名字，交给支部书记、支委看。\n"
        f"不想写名字，或者要交给上级，请到这里写：\n{page}"
    )


def taken(named: bool, page: str) -> str:
    """Say where the message went and whether it can be answered."""
    if named:
        return f"已经交给支部书记、支委。\n回复会写在这里：{page}"
    return (
        "已经交给上级党组织。\n"
        "您还没有绑定身份，没有写您的名字，所以没有办法回复您。\n"
        f"绑定以后可以到这里写：{page}"
    )
