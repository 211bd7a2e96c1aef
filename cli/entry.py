"""From a command line to an exit code: 0 done, 1 refused, 2 wrong use."""

from __future__ import annotations

import json
import logging
import secrets
import sys
from typing import TYPE_CHECKING

from cli.answer import DONE, REFUSED, WRONG_USE, Answer, WrongUse
from cli.command import Call, Command, Needs
from cli.commands import COMMANDS
from cli.parser import build
from services.errors import ServiceError
from services.ports import PlatformError

if TYPE_CHECKING:
    from cli.tools import CliTools, SettingsLike

_log = logging.getLogger(__name__)


def main(argv: list[str], tools: CliTools) -> int:
    """Run one command and return the exit code.

    With --json anywhere in `argv`, stdout holds exactly one JSON document when the command has one;
    everything else goes to stderr.
    """
    as_json, words = _without_json(argv)
    try:
        command, call = _read(words, tools)
        answer = _run(command, call)
    except KeyboardInterrupt:
        _tell("已中断。")
        return REFUSED
    except SystemExit as asked_for_help:
        return asked_for_help.code if isinstance(asked_for_help.code, int) else WRONG_USE
    except Exception as error:
        # Whatever happens, the operator gets a sentence and an exit code.
        return _explain(error, tools)
    if isinstance(answer, int):
        return answer
    print(json.dumps(answer.document, ensure_ascii=False) if as_json else answer.text)
    if answer.note:
        _tell(answer.note)
    return answer.code


def _without_json(argv: list[str]) -> tuple[bool, list[str]]:
    words = [word for word in argv if word != "--json"]
    return len(words) < len(argv), words


def _read(words: list[str], tools: CliTools) -> tuple[Command, Call]:
    if any("\0" in word or any("\ud800" <= char <= "\udfff" for char in word) for word in words):
        raise WrongUse("参数里有无法识别的字符，请用 UTF-8 重新输入。")
    # With no command at all the list of commands is the most helpful refusal.
    parser = build(COMMANDS)
    if not words:
        _tell(parser.format_help())
        raise WrongUse("请写一个命令，例如：python app.py migrate")
    arguments = parser.parse_args(words)
    command: Command = arguments.command
    settings = None if command.needs is Needs.NOTHING else tools.load_settings(command.wechat)
    return command, Call(arguments, tools, tools.clock(), settings)


def _run(command: Command, call: Call) -> Answer | int:
    if command.needs in {Needs.DATABASE, Needs.SCHEMA} and call.settings is not None:
        _open(call.tools, call.settings)
    if command.needs is Needs.SCHEMA and _lags_behind():
        raise ServiceError("migrate", "数据库还没有升级到现在的版本。", "请先运行：python app.py migrate")
    return command.run(call)


def _lags_behind() -> bool:
    # The import stands here because it loads the tables, which a call for help need not wait for.
    from services.upkeep import schema

    return bool(schema.pending())


def _open(tools: CliTools, settings: SettingsLike) -> None:
    try:
        tools.open_database(settings)
    except Exception as error:
        if not _unreachable(error):
            raise
        _log.warning("database unreachable: %s", error)
        raise ServiceError("database", "数据库打不开。", "请检查 DATABASE_URL 和数据库。") from error


def _unreachable(error: Exception) -> bool:
    """Whether a driver or the machine says so: every driver has an OperationalError of its own (PEP 249)."""
    return isinstance(error, OSError) or any(
        each.__name__ == "OperationalError" for each in type(error).__mro__
    )


def _explain(error: Exception, tools: CliTools) -> int:
    """Tell the operator what happened and return the exit code."""
    # What loads the tables is imported only when something went wrong.
    from models.connection import DurabilityFault
    from services.rulebook import RulesFault

    if isinstance(error, WrongUse | RulesFault | tools.settings_fault):
        _tell(str(error))
        return WRONG_USE
    if isinstance(error, ServiceError):
        _tell(f"{error.message}{error.hint}")
    elif isinstance(error, PlatformError):
        _tell(f"微信没有照办：{error}。请核对 WECHAT_APP_ID、WECHAT_APP_SECRET 和服务器的 IP 白名单后再试。")
    elif isinstance(error, DurabilityFault):
        _tell(f"数据库会丢失已确认的数据，不能使用：{error}")
    else:
        name = secrets.token_hex(4)
        _log.error("command failed, id %s", name, exc_info=error)
        _tell(f"出了意外，没有办成。请把编号 {name} 和上面的记录交给管理员。")
    return REFUSED


def _tell(words: str) -> None:
    print(words, file=sys.stderr)


__all__ = ["DONE", "REFUSED", "WRONG_USE", "main"]
