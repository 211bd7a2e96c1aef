"""The composition root: the one place where settings, database, platform and edges are put together.

`create_app(settings)` builds the web application; `python app.py COMMAND` is the command line. Each builder
imports what it puts together, because a command that only reads the database must not wait for the web.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

import cli
from config import Settings, SettingsFault, load_settings, process_environment
from services.clock import Clock, system_clock

if TYPE_CHECKING:
    from flask import Flask

    from scheduler.deliver import Deliverer
    from services.delivery import Tally
    from services.inbox import Runner
    from services.ports import MediaFetch
    from wechat.account import Account
    from wechat.callback import Callback
    from wechat.calls import PlatformClient
    from wechat.crypto import Door

ROOT = Path(__file__).resolve().parent


def open_database(settings: Settings) -> Any:
    """Connect the tables, load the rules and the keyring: what every command needs."""
    from models.connection import connect
    from services import keyring, logs, rulebook

    logs.configure(settings.log_format)
    rulebook.use(rulebook.Rulebook(settings.rules_dir))
    keyring.use(keyring.Keyring(settings.secret_key))
    return connect(settings.database_url)


def platform_client(settings: Settings) -> PlatformClient:
    """Return the client that all outbound calls of this process share."""
    from services.tokens import TokenTable
    from wechat.calls import PlatformClient

    return PlatformClient(
        settings.wechat_app_id,
        settings.wechat_app_secret,
        store=TokenTable(),
        now=lambda: system_clock().timestamp(),
        monotonic=time.monotonic,
        api_base=settings.wechat_api_base,
    )


def door_of(settings: Settings) -> Door:
    """Return the door of the callback."""
    from wechat.crypto import Door

    return Door(
        settings.wechat_app_id,
        settings.wechat_token,
        settings.wechat_aes_key,
        settings.wechat_aes_key_previous or None,
        settings.wechat_mode,
    )


def create_app(settings: Settings, clock: Clock = system_clock, runner: Runner | None = None) -> Flask:
    """Build the application on an open, migrated database.

    Args:
        settings: of this deployment.
        clock: this moment.
        runner: where the work of pushes is committed; the group writer unless given.

    Raises:
        SettingsFault: when what verifies the platform's pushes is missing.
    """
    from flask import Flask

    import web
    from services.writer import Writer
    from wechat import qr
    from wechat.callback import Callback, Reception
    from wechat.platform import Platform

    settings.require_wechat()
    app = Flask("shuxue", root_path=str(ROOT), static_folder=None, template_folder="web/templates")
    writer = runner or Writer()
    platform = Platform(platform_client(settings))
    app.extensions["writer"], app.extensions["platform"] = writer, platform
    context = web.WebContext(
        clock=clock,
        runner=writer,
        identity=platform,
        scene_qr=platform,
        draw_qr=qr.png,
        public_url=settings.public_url,
        secure_cookies=settings.secure_cookies,
        secret_key=settings.secret_key,
        static_dir=ROOT / "static",
        documents_dir=settings.rules_dir / "documents",
    )
    web.register(app, context)
    reception = Reception(door_of(settings), writer, clock, settings.public_url, web.count_callback)
    app.wsgi_app = _fork(Callback(reception), app.wsgi_app)  # type: ignore[method-assign]
    return app


def _fork(callback: Callback, pages: Any) -> Any:
    """Send the platform's pushes to the callback and everything else to the pages."""

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        return (callback if environ.get("PATH_INFO") == "/wechat" else pages)(environ, start_response)

    return application


def serve(settings: Settings, host: str, port: int, web_only: bool = False) -> int:
    """Run the web and, unless told otherwise, the scheduler until stopped; answer what is under way (G11).

    Args:
        settings: of this deployment.
        host: where to listen.
        port: where to listen.
        web_only: leave timed jobs and delivery to another process (`run_scheduler`).
    """
    from models.connection import disconnect
    from web.server import build

    signal.signal(signal.SIGTERM, _stop)
    app = create_app(settings)
    writer = app.extensions["writer"]
    if web_only:
        end = ask_for_deliveries(settings)
    else:
        end = start_timed(settings, writer, app.extensions["platform"])
    server = build(app, host, port)
    try:
        server.run()
    finally:
        server.close()
        end()
        writer.stop()
        disconnect()
    return 0


def run_scheduler(settings: Settings) -> int:
    """Run timed jobs and the deliverer in this process until stopped, beside any number of others (G7)."""
    from models.connection import disconnect
    from services.writer import Writer
    from wechat.platform import Platform

    signal.signal(signal.SIGTERM, _stop)
    writer = Writer()
    end = start_timed(settings, writer, Platform(platform_client(settings)))
    try:
        # The threads do the work; a signal ends the waiting.
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        end()
        writer.stop()
        disconnect()
    return 0


def start_timed(settings: Settings, runner: Any, media: MediaFetch) -> Callable[[], None]:
    """Start delivery and timed jobs, and return what ends them in order (G11)."""
    from scheduler import run as scheduler
    from scheduler.jobs import Tools

    end_delivery = start_delivery(settings, runner)
    waking = scheduler.start(system_clock, Tools(media=media))

    def end() -> None:
        waking.stop()
        end_delivery()

    return end


def ask_for_deliveries(settings: Settings) -> Callable[[], None]:
    """Let this process ask for deliveries that another one makes, and return what ends that."""
    from scheduler.queue import DeliveryQueue
    from services.reminders import waking

    waking.use(DeliveryQueue(settings.redis_url).wake)
    return lambda: waking.use(None)


def deliverer(settings: Settings, runner: Any) -> Deliverer:
    """Return what sends the reminders that are due."""
    from scheduler.deliver import Deliverer, Post
    from wechat.messenger import WechatMessenger

    messenger = WechatMessenger(platform_client(settings))
    return Deliverer(Post(messenger, runner, system_clock, settings.public_url))


def start_delivery(settings: Settings, runner: Any) -> Callable[[], None]:
    """Deliver whenever somebody asks for it, and return what ends that in order (G11)."""
    from scheduler.queue import DeliveryQueue
    from services.reminders import waking

    sender = deliverer(settings, runner)
    queue = DeliveryQueue(settings.redis_url)
    waking.use(queue.wake)
    queue.start(sender.run)

    def end() -> None:
        waking.use(None)
        sender.stop()
        queue.stop()

    return end


def deliver_once(settings: Settings) -> Tally:
    """Send what is due, from the command line."""
    from services.writer import Writer

    writer = Writer()
    try:
        return deliverer(settings, writer).run()
    finally:
        writer.stop()


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _demo_tools() -> Any:
    from demo.tools import DemoTools

    def lowered(changes: Mapping[str, str]) -> dict[str, Any]:
        return {name.lower(): value for name, value in changes.items()}

    return DemoTools(
        environment=process_environment(),
        clock=system_clock,
        root=ROOT,
        open_database=lambda changes: open_database(load_settings(wechat=False, **lowered(changes))),
        command=lambda changes, words: main(words, **lowered(changes)),
    )


def _demo(port: int) -> int:
    from demo.run import run

    return run(port, _demo_tools())


def _play() -> int:
    # The play gives two dozen commands, each in a fork of this process: what they load is loaded once.
    from cli import documents, operate, people, shuxue, study  # noqa: F401
    from demo.play import play
    from services import tokens  # noqa: F401
    from services.integrity import verify  # noqa: F401
    from services.upkeep import schema  # noqa: F401
    from wechat import calls, menu  # noqa: F401

    return play(_demo_tools())


def _account(settings: Settings) -> Account:
    from wechat.account import Account

    return Account(platform_client(settings), settings.public_url)


def main(argv: list[str], **overrides: object) -> int:
    """Run one command and return its exit code; `overrides` as in `load_settings`, for the demo."""
    tools = cli.CliTools(
        clock=system_clock,
        load_settings=lambda wechat: load_settings(wechat=wechat, **overrides),
        settings_fault=SettingsFault,
        open_database=open_database,
        serve=serve,
        scheduler=run_scheduler,
        demo=_demo,
        play=_play,
        platform=_account,
        deliver=deliver_once,
    )
    return cli.main(argv, tools)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
