"""argparse that speaks Chinese to people and refuses abbreviations."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from cli.answer import WrongUse
from cli.command import Command

#: What argparse says, and how we say it; the first that fits wins.
_WORDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (r"the following arguments are required: (.*)", r"还缺：\1"),
        (r"unrecognized arguments: (.*)", r"多出来的：\1"),
        (r"argument (.*): expected at least one argument", r"\1 后面还没有写内容"),
        (r"argument (.*): expected one argument", r"\1 后面还没有写内容"),
        (r"argument \S*: invalid choice: (.*?) \(choose from (.*)\)", r"没有 \1，可以写：\2"),
        (r"argument (.*?): (.*)", r"\1：\2"),
    )
)
_HEADINGS = (
    ("usage: ", "用法："),
    ("positional arguments:", "要写的："),
    ("options:", "选项："),
    ("show this help message and exit", "显示这段说明"),
)


class Parser(argparse.ArgumentParser):
    """A parser that raises `WrongUse` instead of printing and leaving."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, in Chinese, and where the help is."""
        for pattern, words in _WORDS:
            found = pattern.fullmatch(message)
            if found:
                message = found.expand(words)
                break
        raise WrongUse(f"{message}。看用法：python {self.prog} --help")

    def format_help(self) -> str:
        """Return the help with Chinese headings."""
        text = super().format_help()
        for english, chinese in _HEADINGS:
            text = text.replace(english, chinese)
        return text


class Leaf(Parser):
    """The parser of one command, which learns its arguments when the command line comes to it."""

    command: Command | None = None

    def parse_known_args(self, *args: Any, **kwargs: Any) -> Any:
        """Add the command's arguments, once, and read."""
        if self.command is not None:
            self.command.arguments(self)
            self.set_defaults(command=self.command)
            self.command = None
        return super().parse_known_args(*args, **kwargs)


def build(commands: Iterable[Command]) -> Parser:
    """Build the parser of a table of commands; a name of two words becomes a command under a group."""
    root = Parser(
        "app.py", description="述学通：学时、述学和提醒。加 --json 输出一份 JSON。", allow_abbrev=False
    )
    top = root.add_subparsers(metavar="命令", required=True, parser_class=Leaf)
    groups: dict[str, argparse._SubParsersAction[Leaf]] = {}
    for command in commands:
        group, _, name = command.name.rpartition(" ")
        if group and group not in groups:
            holder = top.add_parser(group, help=command.group_help, allow_abbrev=False)
            groups[group] = holder.add_subparsers(metavar="命令", required=True, parser_class=Leaf)
        below = groups[group] if group else top
        leaf = below.add_parser(name, help=command.help, description=command.help, allow_abbrev=False)
        leaf.command = command
    return root
