"""A tiny service that stands at the other end of the simulator's pushes and pages."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree import ElementTree

from flask import Flask, Response, make_response, redirect, request
from werkzeug.serving import BaseWSGIServer, make_server

from simulator import crypto, envelope, qr
from simulator.settings import SimulatorSettings

Answer = Callable[[ElementTree.Element], "str | Response"]


@dataclass
class Service:
    """Records pushes and answers them the way a test wants.

    `answer` gets the push and returns the text to say, or a whole response.
    """

    settings: SimulatorSettings = field(default_factory=SimulatorSettings)
    answer: Answer = lambda push: f"收到 {push.findtext('Content') or push.findtext('Event')}"
    pushes: list[ElementTree.Element] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    seen_headers: list[dict[str, str]] = field(default_factory=list)
    code: str = "scene:S1"
    server: BaseWSGIServer | None = None

    def start(self) -> str:
        """Listen on a free port; returns the origin."""
        app = Flask("service")
        app.add_url_rule("/wechat", "wechat", self._push, methods=["GET", "POST"])
        app.add_url_rule("/m", "m", self._page)
        app.add_url_rule("/m/save", "save", self._save, methods=["POST"])
        app.add_url_rule("/auth/callback", "callback", self._callback)
        app.add_url_rule("/static/x.css", "css", lambda: Response("a{}", mimetype="text/css"))
        app.add_url_rule("/screen", "screen", lambda: Response("<h1>会场屏</h1>", mimetype="text/html"))
        app.add_url_rule("/qr.png", "qr", lambda: Response(qr.draw(self.code), mimetype="image/png"))
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        run = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        run.start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        """Stop listening."""
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()

    def wait(self, number: int) -> list[ElementTree.Element]:
        """Wait up to two seconds for that many pushes."""
        deadline = time.monotonic() + 2
        while len(self.pushes) < number and time.monotonic() < deadline:
            time.sleep(0.005)
        return self.pushes

    def reply(self, push: ElementTree.Element, text: str) -> str:
        """Return a reply as XML, not encrypted."""
        return envelope.to_xml(
            {
                "ToUserName": push.findtext("FromUserName"),
                "FromUserName": push.findtext("ToUserName"),
                "CreateTime": int(time.time()),
                "MsgType": "text",
                "Content": text,
            }
        )

    def sealed(self, xml: str, app_id: str = "") -> str:
        """Encrypt a reply."""
        own = self.settings
        secret = crypto.encrypt(own.aes_key, app_id or own.app_id, xml.encode(), b"0123456789abcdef")
        return envelope.to_xml(
            {
                "Encrypt": secret,
                "MsgSignature": crypto.sign(own.token, "1700000000", "n", secret),
                "TimeStamp": "1700000000",
                "Nonce": "n",
            }
        )

    def _push(self) -> Response:
        if request.method == "GET":
            return Response(request.args["echostr"])
        root = ElementTree.fromstring(request.get_data())
        secret = root.findtext("Encrypt")
        if secret is not None:
            plain = crypto.decrypt(self.settings.aes_key, self.settings.app_id, secret)
            root = ElementTree.fromstring(plain)
        self.pushes.append(root)
        self.queries.append(dict(request.args))
        self.bodies.append(request.get_data())
        answer = self.answer(root)
        if isinstance(answer, Response):
            return answer
        if answer in ("", "success"):
            return Response(answer)
        xml = self.reply(root, answer)
        return Response(self.sealed(xml) if secret is not None else xml)

    def _page(self) -> Response:
        self.seen_headers.append(dict(request.headers))
        if "openid" not in request.cookies:
            origin = request.host_url.rstrip("/")
            return redirect(  # type: ignore[return-value]
                "https://open.weixin.qq.com/connect/oauth2/authorize"
                f"?appid={self.settings.app_id}&redirect_uri={origin}/auth/callback"
                "&response_type=code&scope=snsapi_base&state=abc#wechat_redirect"
            )
        response = make_response(
            f"<p>page of {request.cookies['openid']}</p>"
            f'<a href="{request.host_url}m">home</a>'
            '<form><input type="hidden" name="csrf" value="c1"></form>'
        )
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Content-Security-Policy"] = "default-src 'self'; frame-ancestors 'none'"
        return response

    def _callback(self) -> Response:
        response = redirect("/m")
        # A real service exchanges the code; here the simulator's own memory is asked.
        response.set_cookie("openid", self.who(request.args["code"]), secure=True)
        return response  # type: ignore[return-value]

    who: Callable[[str], str] = lambda code: code

    def _save(self) -> Response:
        self.seen_headers.append(dict(request.headers))
        return Response(f"saved {sorted(request.form.items())} as {request.cookies.get('openid')}")
