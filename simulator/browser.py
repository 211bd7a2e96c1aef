"""The WeChat browser of each simulated person, with cookies of their own."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from .api.oauth import AuthorizeRefused, authorize
from .records import Person
from .state import World

USER_AGENT = (
    "Mozilla/5.0 (Linux; Android 14; Phone) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/130.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.54.2760 NetType/WIFI Language/zh_CN"
)
AUTHORIZE_PATH = "/connect/oauth2/authorize"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MOST_HOPS = 12
TIMEOUT = 30


class OutsideAddress(ValueError):
    """An address beyond this machine and the service; the simulator asks nobody outside."""


@dataclass(frozen=True)
class Page:
    """Where a visit ended; status 0 is an address outside, which is not fetched."""

    status: int
    url: str
    html: str

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the control API."""
        return {"status": self.status, "url": self.url, "html": self.html}


class _Hidden(HTMLParser):
    """Collects the hidden inputs of a page, which a form sends along."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one hidden input."""
        given = dict(attrs)
        name = given.get("name")
        if tag == "input" and given.get("type") == "hidden" and name:
            self.fields[name] = given.get("value") or ""


class Browsers:
    """One browser per person; the control API and the phone on the screen share it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._sessions: dict[str, requests.Session] = {}
        self._lock = threading.Lock()
        world.on_reset.append(self.forget)

    def forget(self) -> None:
        """Throw all cookies away."""
        with self._lock:
            self._sessions.clear()

    def session(self, openid: str) -> requests.Session:
        """Return the browser of a person."""
        with self._lock:
            session = self._sessions.get(openid)
            if session is None:
                session = self._sessions[openid] = requests.Session()
                session.trust_env = False
                session.headers["User-Agent"] = USER_AGENT
                session.headers["Accept-Language"] = "zh-CN,zh;q=0.9"
                adapter = requests.adapters.HTTPAdapter(pool_maxsize=32)
                session.mount("http://", adapter)
                session.mount("https://", adapter)
            return session

    def fetch(
        self,
        person: Person | None,
        method: str,
        url: str,
        *,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        stream: bool = False,
    ) -> requests.Response:
        """Make one request as a person (None: as nobody), without following redirects.

        An address of the service's public origin goes to where the service listens, and
        the service is told the public name, so that its own checks of host and origin hold.
        """
        own = self.world.settings
        sent = {**(headers or {})}
        if self.is_service(url):
            parts = urlsplit(url)
            path = parts.path or "/"
            url = own.service + path + (f"?{parts.query}" if parts.query else "")
            sent["Host"] = urlsplit(own.service_public).netloc
            if own.service_public.startswith("https:"):
                sent["X-Forwarded-Proto"] = "https"
        elif urlsplit(url).hostname not in LOOPBACK:
            raise OutsideAddress(url)
        session = self.session(person.openid if person else "")
        answer = session.request(
            method,
            url,
            data=data,
            headers=sent,
            stream=stream,
            timeout=TIMEOUT,
            allow_redirects=False,
        )
        # The way to the service is plain HTTP on this machine even where its name is https.
        if "Set-Cookie" in answer.headers:
            for cookie in [cookie for cookie in session.cookies]:
                cookie.secure = False
        return answer

    def is_service(self, url: str) -> bool:
        """Say whether an address belongs to the service."""
        own = self.world.settings
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        return origin in (own.service, own.service_public)

    def open(self, person: Person, url: str) -> Page:
        """Open a page and follow redirects, also through the platform's login."""
        return self._follow(person, "GET", url, None)

    def picture(self, person: Person | None, url: str) -> requests.Response:
        """Fetch a picture; a person who is not logged in yet is led through the login first."""
        answer = self.fetch(person, "GET", url)
        if person is not None and answer.is_redirect:
            self.open(person, url)
            answer = self.fetch(person, "GET", url)
        return answer

    def submit(self, person: Person, url: str, form: Mapping[str, Any], page: str | None = None) -> Page:
        """Send a form; with `page` the hidden inputs of that page go along."""
        whole: dict[str, Any] = {}
        if page is not None:
            hidden = _Hidden()
            hidden.feed(self.open(person, page).html)
            whole.update(hidden.fields)
        whole.update(form)
        return self._follow(person, "POST", url, whole)

    def _follow(self, person: Person, method: str, url: str, form: Any) -> Page:
        own = self.world.settings
        url = urljoin(f"{own.service_public}/", url)
        headers: dict[str, str] = {}
        if method == "POST":
            headers = {"Origin": own.service_public, "Referer": url}
        for _ in range(MOST_HOPS):
            if urlsplit(url).path == AUTHORIZE_PATH:
                try:
                    url = self.login(person, url)
                except AuthorizeRefused as refusal:
                    return Page(200, url, str(refusal))
            try:
                answer = self.fetch(person, method, url, data=form, headers=headers)
            except OutsideAddress:
                return Page(0, url, "")
            target = answer.headers.get("Location")
            if not answer.is_redirect or target is None:
                return Page(answer.status_code, url, answer.text)
            url = urljoin(url, target)
            if answer.status_code not in (307, 308):
                method, form, headers = "GET", None, {}
        return Page(508, url, "too many redirects")

    def login(self, person: Person, url: str) -> str:
        """Pass through the authorize address; returns the callback address."""
        query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
        callback = authorize(self.world, person, query)
        if self.world.faults.has("callback_twice"):
            self.fetch(person, "GET", callback)
        return callback
