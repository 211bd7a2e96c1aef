"""The simulator as the tests drive it."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from simulator.app import create_simulator
from simulator.settings import SimulatorSettings
from simulator.state import World

TEMPLATE = {
    "template_id": "TEMPLATE-1",
    "title": "学习提醒",
    "content": "课程:{{thing1.DATA}}\n还差学时:{{number2.DATA}}\n时间:{{time3.DATA}}",
}
DATA = {
    "thing1": {"value": "集体学习"},
    "number2": {"value": "10.5"},
    "time3": {"value": "2026年11月26日 14:00"},
}


class Simulator:
    """The simulator as a test uses it: the control API and the platform's API."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self.app = create_simulator(settings)
        self.world: World = self.app.extensions["simulator"]
        self.web: FlaskClient = self.app.test_client()
        self.token = ""

    def control(self, path: str, **body: Any) -> Any:
        """POST to the control API."""
        answer = self.web.post(f"/sim/api/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.get_json()

    def do(self, openid: str, action: str, **body: Any) -> Any:
        """Let a person do something."""
        return self.control(f"people/{openid}/{action}", **body)

    def person(self, name: str = "王芳", follow: bool = True) -> str:
        """Add a person, as a follower unless told otherwise, without any push."""
        openid: str = self.control("people", name=name)["openid"]
        self.world.people[openid].followed = follow
        return openid

    def chat(self, openid: str) -> list[dict[str, Any]]:
        """Return a person's chat."""
        answer = self.web.get(f"/sim/api/people/{openid}/chat").get_json()
        messages: list[dict[str, Any]] = answer["messages"]
        return messages

    def fetch_token(self) -> str:
        """Get the stable token."""
        own = self.world.settings
        body = {"grant_type": "client_credential", "appid": own.app_id, "secret": own.app_secret}
        token: str = self.web.post("/cgi-bin/stable_token", json=body).get_json()["access_token"]
        return token

    def api(self, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        """Call the platform's API with a token; a body makes it a POST."""
        self.token = self.token or self.fetch_token()
        query = {"access_token": self.token, **query}
        if body is None:
            return self.web.get(f"/{path}", query_string=query).get_json()
        return self.web.post(f"/{path}", query_string=query, json=body).get_json()

    def template(self, openid: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        """Send the template message of the tests."""
        body = {"touser": openid, "template_id": "TEMPLATE-1", "data": data or DATA, **more}
        return self.api("cgi-bin/message/template/send", body)

    def shift(self, seconds: float) -> None:
        """Let that much time pass."""
        self.control("clock", offset=seconds)
