"""The only door to the network: calls to the platform, in our own words and with our own limits.

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
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

import requests
import structlog
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError
from urllib3.util import Timeout
from wechatpy import WeChatClient, WeChatClientException

from services.ports import Action, Busy, PlatformError, TokenStore
from wechat import media
from wechat.actions import ACTIONS, action_of
from wechat.breaker import Breaker
from wechat.menu import Menu
from wechat.tokens import PATH as TOKEN_PATH
from wechat.tokens import Token, TokenKeeper

__all__ = [
    "ACTIONS",
    "Action",
    "Busy",
    "Follower",
    "OAuthPerson",
    "PlatformClient",
    "PlatformError",
    "SceneCode",
]

TIMEOUT: Final = Timeout(connect=3, read=8, total=8)
"""Seconds: 3 to connect, 8 to the answer, 8 in all."""

MAX_SCENE_SECONDS: Final = 2_592_000
"""The longest life of a temporary code, 30 days."""

API: Final = "https://api.weixin.qq.com"
OPEN: Final = "https://open.weixin.qq.com"
_HOSTS: Final = frozenset({"api.weixin.qq.com", "mp.weixin.qq.com", "open.weixin.qq.com"})

_STATE = re.compile(r"[0-9A-Za-z]{1,128}")
_FIELD = re.compile(r"data\.([a-z_]{1,24}[0-9]{1,4})\.")
_REQUEST_ID = re.compile(r"rid: ([0-9a-f-]{1,40})")

_log = structlog.get_logger(__name__)

Answer = dict[str, Any]


class SceneCode(NamedTuple):
    """A temporary parametric code: its ticket, the address to draw, and its end in epoch seconds."""

    ticket: str
    url: str
    expires: float


class OAuthPerson(NamedTuple):
    """Who came through the silent login. Never bind a snapshot user: the openid is not the person's own."""

    openid: str
    is_snapshot: bool


class Follower(NamedTuple):
    """What ``user/info`` still tells.

    Attributes:
        openid: the person asked for.
        subscribed: False for somebody who does not follow; the rest is empty then.
        scene: the scene of the parametric code that led to following, "" when it was another way.
    """

    openid: str
    subscribed: bool
    scene: str


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


class PlatformClient:
    """The calls that the service makes. Threads may share it: each gets a session of its own.

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

    # What the service asks for.

    def create_scene_qr(self, scene: str, seconds: int) -> SceneCode:
        """Create a temporary parametric code.

        Args:
            scene: 1–64 characters, comes back in the scan's EventKey.
            seconds: its life, 1–2,592,000; the platform would take 60 when it is left out.
        """
        if not 1 <= len(scene) <= 64 or not 1 <= seconds <= MAX_SCENE_SECONDS:
            raise ValueError("a scene has 1-64 characters and lives 1-2,592,000 seconds")
        path = "/cgi-bin/qrcode/create"
        action = {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": scene}}}
        answer = self.post(path, {"expire_seconds": seconds, **action})
        life = _number(answer, "expire_seconds", path)
        return SceneCode(_text(answer, "ticket", path), _text(answer, "url", path), self._now() + life)

    def push_menu(self, menu: Menu) -> None:
        """Put the account's menu in place of the former one; phones show it within a day."""
        self.post("/cgi-bin/menu/create", menu)

    def user_info(self, openid: str) -> Follower:
        """Ask whether somebody follows and which code led there; EventKey is lost at times."""
        answer = self.get("/cgi-bin/user/info", {"openid": openid, "lang": "zh_CN"})
        by_code = answer.get("subscribe_scene") == "ADD_SCENE_QR_CODE"
        scene = str(answer.get("qr_scene_str") or "") if by_code else ""
        return Follower(openid, answer.get("subscribe") == 1, scene)

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Return the address of the silent login (snsapi_base) for a browser inside WeChat.

        Args:
            redirect_uri: where the platform sends the member back, with code and state.
            state: 1–128 letters and digits, checked by the caller when the member is back.
        """
        if _STATE.fullmatch(state) is None:
            raise ValueError("state has 1-128 letters and digits")
        # The platform asks for this order of the arguments.
        query = (
            f"appid={quote(self._app_id, safe='')}&redirect_uri={quote(redirect_uri, safe='')}"
            f"&response_type=code&scope=snsapi_base&state={state}"
        )
        return f"{self._api_base.rstrip('/') or OPEN}/connect/oauth2/authorize?{query}#wechat_redirect"

    def oauth_openid(self, code: str) -> OAuthPerson:
        """Exchange the login's code, which works once: the caller keeps the result for ten minutes."""
        path = "/sns/oauth2/access_token"
        login = {
            "appid": self._app_id,
            "secret": self._secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        answer = self._send(path, login)
        return OAuthPerson(_text(answer, "openid", path), answer.get("is_snapshotuser") == 1)

    def send_template(
        self, openid: str, template_id: str, fields: Mapping[str, str], *, client_msg_id: str, url: str = ""
    ) -> str:
        """Send a template message.

        Args:
            openid: the receiver.
            template_id: of the account's own list.
            fields: keyword → text, each as the template's type allows (the caller has checked).
            client_msg_id: the same receiver and id is delivered once within ten minutes, which guards a
                resend.
            url: the page that a tap opens; "" for none.

        Returns:
            The platform's msgid, which the receipt event carries as MsgID; "" if it accepted without naming
            one. Accepted is not delivered.
        """
        path = "/cgi-bin/message/template/send"
        data = {key: {"value": value} for key, value in fields.items()}
        body = {"touser": openid, "template_id": template_id, "data": data, "client_msg_id": client_msg_id}
        answer = self.post(path, {**body, "url": url} if url else body)
        # Without a msgid it is accepted all the same: to call it a failure would send it twice.
        return str(answer.get("msgid") or "")

    def media(self, media_id: str) -> tuple[str, bytes]:
        """Fetch a file that somebody sent: (content type, bytes). The platform keeps it three days.

        Raises:
            MediaGone: it is there no longer, or it is none that the platform itself allows.
        """
        try:
            answer = self._with_token(media.PATH, {"media_id": media_id}, None, binary=True)
        except PlatformError as error:
            failure = media.gone(error)
        else:
            return media.file_in(answer)
        raise failure

    # The calls beneath, for what else the platform offers.

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
        return _text(answer, "access_token", TOKEN_PATH), float(_number(answer, "expires_in", TOKEN_PATH))

    def _send(
        self,
        path: str,
        params: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        *,
        binary: bool = False,
    ) -> Answer:
        """Make one HTTP call, a POST when there is a body, and keep the breaker informed.

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


def _text(answer: Answer, name: str, path: str) -> str:
    """Return a text that the answer must hold; an answer without it is no answer."""
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise Busy(path, maybe_done=True)
    return value


def _number(answer: Answer, name: str, path: str) -> int:
    """Return a whole number that the answer must hold; an answer without it is no answer."""
    value = answer.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Busy(path, maybe_done=True)
    return value
