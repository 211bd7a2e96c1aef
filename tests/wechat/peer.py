"""The platform's place in these tests: addresses, canned answers, a clock and a token store in memory."""

from __future__ import annotations

import threading
import time

from responses import matchers

from tests.wechat.pushes import OPENID

SECRET = "a-secret-of-thirty-two-letters-x"
API = "https://api.weixin.qq.com"
TOKEN_URL = f"{API}/cgi-bin/stable_token"
USER_URL = f"{API}/cgi-bin/user/info"
SEND_URL = f"{API}/cgi-bin/message/template/send"


class Hands:
    """A clock that moves when told; civil and monotonic time alike."""

    def __init__(self) -> None:
        self.at = 1_780_000_000.0

    def __call__(self) -> float:
        return self.at


class MemoryTokens:
    """The shared token in memory: what services/tokens.py does with a table."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.token: tuple[str, float] | None = None
        self.lease_end = 0.0
        self.pauses = 0

    def current(self) -> tuple[str, float] | None:
        return self.token

    def try_lease(self, now: float, seconds: float) -> bool:
        with self.lock:
            if self.lease_end > now:
                return False
            self.lease_end = now + seconds
            return True

    def save(self, value: str, expires_at: float) -> None:
        self.token = (value, expires_at)

    def wait(self, now: float) -> None:
        self.pauses += 1
        time.sleep(0.01)


def give_tokens(net, *values, lifetime=7200):
    for value in values:
        net.post(TOKEN_URL, json={"access_token": value, "expires_in": lifetime})


def follows(net, token, **answer):
    net.get(
        USER_URL,
        json={"subscribe": 1, "openid": OPENID} | answer,
        match=[matchers.query_param_matcher({"openid": OPENID, "lang": "zh_CN", "access_token": token})],
    )


def error(code, text="not allowed, rid: 5f3a-11-22"):
    return {"errcode": code, "errmsg": text}


def token_calls(net):
    return [call for call in net.calls if call.request.url.startswith(TOKEN_URL)]
