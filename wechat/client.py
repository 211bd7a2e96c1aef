"""The only door to the network: how the platform is called, with our own limits.

wechatpy's client writes the requests and reads the error codes. A requests adapter mounted on its session is
the one seam that every call passes: it sets the time limits and leads to the stand-in when one is configured.
What wechatpy gets wrong is left unused: its token call (it invalidates the former token), its retry (it
recurses without end) and its idea that HTML is data.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import requests
import structlog
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError
from urllib3.util import Timeout
from wechatpy import WeChatClient, WeChatClientException

from services.ports import Action, Busy, PlatformError, TokenStore
from wechat import media
from wechat.actions import action_of
from wechat.breaker import Breaker
from wechat.tokens import PATH as TOKEN_PATH
from wechat.tokens import Token, TokenKeeper

TIMEOUT: Final = Timeout(connect=3, read=8, total=8)
"""Seconds: 3 to connect, 8 to the answer, 8 in all."""

API: Final = "https://api.weixin.qq.com"
_HOSTS: Final = frozenset({"api.weixin.qq.com", "mp.weixin.qq.com", "open.weixin.qq.com"})

_FIELD = re.compile(r"data\.([a-z_]{1,24}[0-9]{1,4})\.")
_REQUEST_ID = re.compile(r"rid: ([0-9a-f-]{1,40})")

_log = structlog.get_logger(__name__)

Answer = dict[str, Any]


class _Seam(HTTPAdapter):
    """Gives every request its time limits and, when a stand-in is configured, the stand-in's address."""

    def __init__(self, api_base: str) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1)
        self._base = urlsplit(api_base.rstrip("/")) if api_base else None

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send to a host of the platform, or in its place to the stand-in; to nobody else."""
        request.url = self.address(request.url or "")
        kwargs["timeout"] = TIMEOUT
        return super().send(request, *args, **kwargs)

    def address(self, url: str) -> str:
        """Return where `url` leads in this deployment; refuse addresses that are not the platform's."""
        parts = urlsplit(url)
        if parts.hostname not in _HOSTS:
            raise requests.exceptions.InvalidURL("not an address of the platform")
        if self._base is None:
            return url
        base = self._base
        return urlunsplit((base.scheme, base.netloc, base.path + parts.path, parts.query, parts.fragment))


def _never_left(error: requests.RequestException) -> bool:
    """Say whether the request certainly did not arrive, so that a resend cannot double anything."""
    if isinstance(error, (requests.exceptions.ConnectTimeout, requests.exceptions.InvalidURL)):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, (NewConnectionError, SSLError))


class Client:
    """The line to the platform. Threads may share it: each gets a session of its own.

    Every method raises ``PlatformError`` with the action of the table, or ``Busy`` (see ``services.ports``).
    """

    def __init__(
        self,
        app_id: str,
        secret: str,
        *,
        store: TokenStore,
        now: Callable[[], float],
        monotonic: Callable[[], float],
        api_base: str = "",
    ) -> None:
        """Prepare; nothing is sent before the first call.

        Args:
            app_id: the account's app id.
            secret: its secret; stays in this object.
            store: the token shared by all processes.
            now: epoch seconds, for the life of tokens and codes.
            monotonic: seconds that never go back, for the breaker.
            api_base: address of a stand-in that serves every path of the platform's hosts; "" for the
                platform.
        """
        # At DEBUG urllib3 writes whole addresses, and the token stands in each of them.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
        self._app_id = app_id
        self._secret = secret
        self._now = now
        self._api_base = api_base
        self._breaker = Breaker(monotonic)
        self._tokens = TokenKeeper(store, self._fetch_token, now)
        self._local = threading.local()

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Call `path` with the token and a JSON body; one retry when the token is refused."""
        return self._with_token(path, {}, body)

    def get(self, path: str, params: Mapping[str, str]) -> Answer:
        """Call `path` with the token and arguments; one retry when the token is refused."""
        return self._with_token(path, params, None)

    def _with_token(
        self, path: str, params: Mapping[str, str], body: Mapping[str, Any] | None, *, binary: bool = False
    ) -> Answer:
        token = self._tokens.get()
        try:
            return self._send(path, {**params, "access_token": token}, body, binary=binary)
        except PlatformError as error:
            if error.action is not Action.RENEW_TOKEN:
                raise
        # A refused token means that nothing was done, so that this one retry cannot double anything.
        token = self._tokens.renew(token)
        return self._send(path, {**params, "access_token": token}, body, binary=binary)

    def _fetch_token(self) -> Token:
        """Ask for the stable token, never by force: that would end the token of calls under way."""
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
            "force_refresh": False,
        }
        answer = self._send(TOKEN_PATH, {}, body)
        _log.info("platform_token_fetched")
        return text_in(answer, "access_token", TOKEN_PATH), float(number_in(answer, "expires_in", TOKEN_PATH))

    def _send(
        self,
        path: str,
        params: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        *,
        binary: bool = False,
    ) -> Answer:
        """Make one HTTP call without a token, a POST when there is a body, and keep the breaker informed.

        With `binary` what is no JSON is a file, otherwise no answer at all. Exceptions are raised outside
        their cause, because the library's hold the address and so the token.
        """
        if not self._breaker.allows():
            raise Busy(path)
        answer, failure = self._exchange(path, params, body, binary)
        if isinstance(failure, Busy):
            self._breaker.failed()
        else:
            self._breaker.answered()
        if failure is not None:
            raise failure
        return answer

    def _exchange(
        self, path: str, params: Mapping[str, str], body: Mapping[str, Any] | None, binary: bool
    ) -> tuple[Answer, PlatformError | None]:
        """Return the answer's object, or what went wrong."""
        api = self._api()
        # wechatpy adds a token of its own to a dictionary of arguments, but not to a list of pairs.
        pairs = list(params.items())
        try:
            answer = (
                api.get(API + path, params=pairs)
                if body is None
                else api.post(API + path, params=pairs, data=dict(body))
            )
        except WeChatClientException as error:
            return {}, _refusal(error, path)
        except requests.RequestException as error:
            _log.warning("platform_unreachable", path=path, kind=type(error).__name__)
            return {}, Busy(path, maybe_done=not _never_left(error))
        except (TypeError, ValueError):
            answer = None  # An errcode that is no number.
        if isinstance(answer, dict):
            return answer, None
        if binary and isinstance(answer, requests.Response):
            return media.answer_of(answer)
        _log.warning("platform_not_json", path=path)
        return {}, Busy(path)

    def _api(self) -> Any:
        """Return this thread's wechatpy client, made at its first call."""
        api = getattr(self._local, "api", None)
        if api is None:
            api = WeChatClient(self._app_id, "", auto_retry=False)
            http: requests.Session = api._http
            # The environment's proxies and certificates are not settings of ours, and looking them up costs
            # time.
            http.trust_env = False
            http.max_redirects = 0
            seam = _Seam(self._api_base)
            http.mount("https://", seam)
            http.mount("http://", seam)
            self._local.api = api
        return api


def _refusal(error: WeChatClientException, path: str) -> PlatformError:
    """Translate the library's exception; without a code it stands for a status of 4xx or 5xx."""
    if error.errcode is None:
        _log.warning("platform_http_error", path=path, status=getattr(error.response, "status_code", 0))
        return Busy(path)
    code = int(error.errcode)
    found = _REQUEST_ID.search(str(error.errmsg))
    # A field that breaks the rules (47003) is named by its keyword, which is no secret.
    field = _FIELD.search(str(error.errmsg))
    _log.warning(
        "platform_refused",
        path=path,
        code=code,
        rid=found.group(1) if found else "",
        **({"field": field.group(1)} if field else {}),
    )
    return Busy(path) if code == -1 else PlatformError(code, action_of(code), path)


def text_in(answer: Answer, name: str, path: str) -> str:
    """Return a text that the answer must hold; an answer without it is no answer."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise Busy(path, maybe_done=True)
    return value


def number_in(answer: Answer, name: str, path: str) -> int:
    """Return a whole number that the answer must hold; an answer without it is no answer."""
    value = answer.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Busy(path, maybe_done=True)
    return value
