"""What the pages are given by the composition root, and the one way to reach it from a view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar, cast

from flask import current_app

from services.clock import Clock
from services.inbox import Runner
from services.ports import Identity, SceneQr, Transcriber

T = TypeVar("T")

_KEY = "shuxue.web"
#: The templates of documents that we ship.
DOCUMENTS = Path(__file__).resolve().parents[1] / "rules" / "documents"


@dataclass(frozen=True)
class WebContext:
    """Everything from outside that a page uses.

    Attributes:
        clock: returns this moment.
        runner: commits check-ins, several together when many arrive at once.
        identity: who a visitor is, by the platform's silent login.
        scene_qr: the platform's QR for those who do not follow yet.
        draw_qr: draws a text as a QR and returns the PNG.
        public_url: the address under which people reach us, without a slash at its end.
        secure_cookies: whether that address is https.
        secret_key: signs the visitor's short-lived cookie.
        static_dir: the folder of css, js and vendor.
        transcriber: recognition of speech, when the organisation has plugged one in.
        documents_dir: the folder of the templates that the office may change.
    """

    clock: Clock
    runner: Runner
    identity: Identity
    scene_qr: SceneQr
    draw_qr: Callable[[str], bytes]
    public_url: str
    secure_cookies: bool
    secret_key: str
    static_dir: Path
    transcriber: Transcriber | None = None
    documents_dir: Path = DOCUMENTS

    @property
    def fonts_dir(self) -> Path:
        """Return the folder of the fonts for paper, which set-up brings with the style sheets."""
        return self.static_dir / "vendor"

    @property
    def login_cookie(self) -> str:
        """Return the name of the login cookie; the prefix binds it to this host, and needs https."""
        return "__Host-shuxue" if self.secure_cookies else "shuxue"

    @property
    def step_cookie(self) -> str:
        """Return the name of the sealed cookie that holds a form on its way through one more proof."""
        return self.login_cookie + "-step"

    @property
    def visit_cookie(self) -> str:
        """Return the name of the signed cookie that holds the form token and a scan in progress."""
        return self.login_cookie + "-visit"


def keep(extensions: dict[str, object], context: WebContext) -> None:
    """Keep the context with the application."""
    extensions[_KEY] = context


def current() -> WebContext:
    """Return the context of the application that answers this request."""
    return cast(WebContext, current_app.extensions[_KEY])


def now() -> datetime:
    """Return this moment."""
    return current().clock()


def commit(act: Callable[[datetime], T]) -> T:
    """Let the writer do and commit something, and return its result (G1).

    Args:
        act: is told this moment; on the writer's thread there is no request that could be asked for it.
    """
    at = now()
    return current().runner.run(lambda: act(at))
