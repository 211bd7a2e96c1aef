"""Commands that run and look after the deployment."""

from __future__ import annotations

import argparse
import re
from typing import Any

from cli import values
from cli.answer import DONE, REFUSED, Answer
from cli.command import Call
from cli.tools import SettingsLike
from services.upkeep import schema

#: Settings that may be read aloud; whatever is not named here is a secret until somebody decides otherwise.
_PLAIN = frozenset(
    {
        "public_url",
        "wechat_app_id",
        "wechat_mode",
        "wechat_api_base",
        "environment",
        "rules_dir",
        "instance_dir",
        "log_format",
    }
)
_ADDRESSES = frozenset({"database_url", "redis_url"})


def opened(call: Call) -> SettingsLike:
    """Return the settings of a command that asked for them in the table."""
    if call.settings is None:
        raise RuntimeError("the table of commands gives this command no settings")
    return call.settings


def serve_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--host", default="127.0.0.1", metavar="地址", help="默认 127.0.0.1，只限本机")
    parser.add_argument("--port", default=8000, type=values.port, metavar="端口", help="默认 8000")
    parser.add_argument(
        "--web-only", action="store_true", help="只管网页和回调；定时任务和发送由 scheduler 另外运行"
    )


def serve(call: Call) -> int:
    """Bring the schema up to date and serve until stopped."""
    schema.migrate()
    return call.tools.serve(opened(call), call.host, call.port, call.web_only)


def scheduler(call: Call) -> int:
    """Bring the schema up to date and run the timed jobs until stopped."""
    schema.migrate()
    return call.tools.scheduler(opened(call))


def demo_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to listen; the simulator takes the next port."""
    parser.add_argument(
        "--port", default=8000, type=values.port, metavar="端口", help="默认 8000；模拟微信用下一个"
    )


def demo(call: Call) -> int:
    """Run the demo until stopped."""
    return call.tools.demo(call.port)


def play(call: Call) -> int:
    """Play the scene once."""
    return call.tools.play()


def migrate(_call: Call) -> Answer:
    """Apply what is missing."""
    applied = schema.migrate()
    words = "已升级：" + "、".join(applied) if applied else "数据库已是最新，不用升级。"
    return Answer({"applied": applied}, words)


def verify(_call: Call) -> Answer:
    """Recompute every integrity rule."""
    # It loads every subject, which the other commands of this file need not wait for.
    from services.integrity.verify import verify as run_verify

    verdict = run_verify()
    document = {"ok": verdict.ok, "checked": verdict.checked, "faults": verdict.faults}
    if verdict.ok:
        return Answer(
            document, f"核对无误：{len(verdict.checked)} 类，{sum(verdict.checked.values())} 行。", DONE
        )
    words = "\n".join(verdict.faults)
    return Answer(
        document, words, REFUSED, f"核对出 {len(verdict.faults)} 处不一致，请不要再改数据，并联系管理员。"
    )


def menu_push(call: Call) -> Answer:
    """Put the menu in place."""
    call.tools.platform(opened(call)).push_menu()
    return Answer({"pushed": True}, "菜单已更新，手机上一天之内会看到。")


def settings(call: Call) -> Answer:
    """Show the settings in force, without what must stay secret."""
    shown = {name: _shown(name, value) for name, value in opened(call).model_dump().items()}
    return Answer(shown, "\n".join(f"{name.upper()} = {value}" for name, value in shown.items()))


def _shown(name: str, value: Any) -> str:
    if name in _PLAIN:
        return str(value)
    if name in _ADDRESSES:
        return re.sub(r"//[^@/]*@", "//***@", str(value))
    return "（已设置）" if value else "（未设置）"
