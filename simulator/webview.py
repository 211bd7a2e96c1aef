"""Shows the service's pages inside the phone: a proxy that is each person's WeChat browser.

The service forbids framing and every simulated person needs cookies of their own. So
its pages are fetched here, with the person's cookies, and handed on from this origin.
Whose browser it is stands in the address (/as/<openid>/…), else in the address of the page
that asks (Referer), else in the cookie `phone`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

import requests
from flask import Blueprint, Flask, Response, redirect, render_template, request

from .api.oauth import AuthorizeRefused
from .browser import AUTHORIZE_PATH, Browsers
from .records import Person
from .state import World

PREFIX = re.compile(r"^/as/([^/]+)(/.*)?$")
COOKIE = "phone"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
PASSED_ON = ("Accept", "Content-Type", "If-None-Match", "If-Modified-Since", "Range")
PASSED_PREFIXES = ("HX-", "X-")
# Framing and transport rules made for a real browser would blank the simulated phone.
DROPPED = frozenset(
    {
        "set-cookie",
        "content-length",
        "content-encoding",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "date",
        "server",
        "location",
        "x-frame-options",
        "strict-transport-security",
        "cross-origin-opener-policy",
        "cross-origin-embedder-policy",
        "cross-origin-resource-policy",
        "content-security-policy",
        "referrer-policy",
    }
)
TEXTUAL = ("text/html", "text/css", "application/json", "text/javascript", "application/javascript")


class Webview:
    """Answers every path that is not the simulator's own."""

    def __init__(self, world: World, browsers: Browsers) -> None:
        self.world = world
        self.browsers = browsers

    def prefixed(self, openid: str, path: str = "") -> Response:
        """Answer an address that names the person."""
        person = self.world.people.get(openid)
        if person is None:
            return problem("找不到这个人", "请回到手机，换个人再试。", 404)
        return self._visit(person, "/" + path, f"/as/{quote(openid)}")

    def plain(self, path: str = "") -> Response:
        """Answer an address that does not name the person."""
        owner = self._asked_from()
        if owner is not None:
            if request.headers.get("Sec-Fetch-Mode") == "navigate":
                # Keep the person in the address; 307 lets a form arrive whole.
                return redirect(f"/as/{quote(owner)}{request.full_path.rstrip('?')}", 307)  # type: ignore[return-value]
            return self.prefixed(owner, path)
        person = self.world.people.get(unquote(request.cookies.get(COOKIE, "")))
        if person is None:
            return problem("还没选人", "请先回到手机，选一个人。", 404)
        return self._visit(person, "/" + path, "")

    @staticmethod
    def _asked_from() -> str | None:
        match = PREFIX.match(urlsplit(request.headers.get("Referer", "")).path)
        return unquote(match.group(1)) if match else None

    def _visit(self, person: Person, path: str, prefix: str) -> Response:
        if path == AUTHORIZE_PATH:
            return self._authorize(person, prefix)
        query = request.query_string.decode()
        url = self.world.settings.service_public + quote(path, safe="/%:@!$&'()*+,;=~")
        url += f"?{query}" if query else ""
        try:
            answer = self.browsers.fetch(
                person,
                request.method,
                url,
                data=request.get_data() or None,
                headers=self._headers(),
                stream=True,
            )
        except requests.RequestException:
            return problem("页面打不开", "服务没有回应，请稍后再试。", 502)
        return self._hand_on(answer, prefix)

    def _headers(self) -> dict[str, str]:
        """Return what the service may see of the real browser's request."""
        public = self.world.settings.service_public
        sent = {
            name: value
            for name, value in request.headers.items()
            if name in PASSED_ON
            or (name.upper().startswith(PASSED_PREFIXES) and not name.startswith("X-Forwarded"))
        }
        if request.headers.get("Origin"):
            sent["Origin"] = public
        asked = urlsplit(request.headers.get("Referer", ""))
        if asked.path:
            match = PREFIX.match(asked.path)
            path = (match.group(2) or "/") if match else asked.path
            sent["Referer"] = public + path + (f"?{asked.query}" if asked.query else "")
        for name in ("HX-Current-URL", "Hx-Current-Url"):
            if name in sent:
                sent[name] = sent.get("Referer", public)
        return sent

    def _authorize(self, person: Person, prefix: str) -> Response:
        try:
            target = self.browsers.login(person, request.url)
        except AuthorizeRefused as refusal:
            return problem("无法打开", str(refusal), 200)
        return self._redirect(302, target, prefix)

    def _redirect(self, status: int, target: str, prefix: str) -> Response:
        response = Response(status=status)
        response.headers["Location"] = self._own_address(target, prefix)
        return response

    def _own_address(self, target: str, prefix: str) -> str:
        parts = urlsplit(target)
        if parts.netloc and not self._mine(target):
            return target
        if not parts.netloc and not target.startswith("/"):
            return target
        tail = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return prefix + tail + (f"#{parts.fragment}" if parts.fragment else "")

    def _mine(self, url: str) -> bool:
        parts = urlsplit(url)
        own = (request.host, "open.weixin.qq.com")
        return parts.netloc in own or parts.path == AUTHORIZE_PATH or self.browsers.is_service(url)

    def _hand_on(self, answer: requests.Response, prefix: str) -> Response:
        kind = answer.headers.get("Content-Type", "")
        if answer.is_redirect and "Location" in answer.headers:
            answer.close()
            return self._redirect(answer.status_code, answer.headers["Location"], prefix)
        body: bytes | Iterator[bytes]
        if kind.startswith("text/event-stream"):
            body = answer.iter_content(None)
        else:
            body = answer.content
            if kind.startswith(TEXTUAL):
                body = self._own_origin(body, prefix)
        response = Response(body, status=answer.status_code)
        del response.headers["Content-Type"]
        for name, value in answer.headers.items():
            if name.lower() not in DROPPED:
                response.headers.add(name, value)
        for value in ("HX-Redirect", "HX-Location", "HX-Push-Url"):
            if value in answer.headers:
                response.headers[value] = self._own_address(answer.headers[value], prefix)
        self._relax(answer, response)
        return response

    def _own_origin(self, body: bytes, prefix: str) -> bytes:
        """Lead absolute addresses of the service, and of the login, back to this origin."""
        own = self.world.settings
        here = (request.host_url.rstrip("/") + prefix).encode()
        for origin in {own.service_public, own.service}:
            body = re.sub(re.escape(origin.encode()) + rb"(?=[/?#\"'<\s]|$)", here, body)
        return body.replace(b"https://open.weixin.qq.com/connect/", here + b"/connect/")

    @staticmethod
    def _relax(answer: requests.Response, response: Response) -> None:
        policy = answer.headers.get("Content-Security-Policy", "")
        rules = [rule.strip() for rule in policy.split(";")]
        gone = ("frame-ancestors", "upgrade-insecure-requests", "block-all-mixed-content")
        kept = [rule for rule in rules if rule and not rule.startswith(gone)]
        if kept:
            response.headers["Content-Security-Policy"] = "; ".join([*kept, "frame-ancestors 'self'"])
        # The Referer says whose browser asks, so it must reach this origin whole.
        response.headers["Referrer-Policy"] = "same-origin"


def problem(title: str, text: str, status: int) -> Response:
    """Return the phone's own page for what cannot be shown."""
    return Response(render_template("problem.html", title=title, text=text), status=status)


def register(app: Flask, world: World, browsers: Browsers) -> None:
    """Put the proxy on the application, after everything that has a path of its own."""
    view = Webview(world, browsers)
    routes = Blueprint("webview", __name__)
    routes.add_url_rule("/as/<openid>/", "as_root", view.prefixed, methods=METHODS)
    routes.add_url_rule("/as/<openid>/<path:path>", "as_path", view.prefixed, methods=METHODS)
    routes.add_url_rule("/<path:path>", "plain", view.plain, methods=METHODS)
    app.register_blueprint(routes)
