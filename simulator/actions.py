"""What a person does on the phone, turned into pushes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .api.media import keep
from .push import Pusher, Result
from .records import Person, Ticket, Window
from .state import World
from .voice import VOICE

HOURS_48 = 48 * 3600


@dataclass
class Outcome:
    """What came of an action: a push's result, or what the phone does without any push."""

    result: Result = field(default_factory=Result)
    more: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the control API."""
        return {**self.result.to_json(), **self.more}


class Actions:
    """Everything people can do; each method writes the chat and pushes."""

    def __init__(self, world: World, pusher: Pusher) -> None:
        self.world = world
        self.pusher = pusher

    def _event(self, person: Person, name: str, **fields: Any) -> Outcome:
        message = {"MsgType": "event", "Event": name, **fields}
        return Outcome(self.pusher.push(person, message))

    def _open_window(self, person: Person, seconds: float, messages: int) -> None:
        with self.world.lock:
            now = self.world.clock.now()
            person.windows = [w for w in person.windows if w.ends > now]
            person.windows.append(Window(now + seconds, messages))

    def follow(self, person: Person, scene: str | None = None, ticket: str = "") -> Outcome:
        """Follow the account, by way of a scene's QR code when one is given."""
        with self.world.lock:
            person.followed = True
            person.follow_time = int(self.world.clock.now())
            person.subscribe_scene = "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH"
            person.qr_scene_str = scene or ""
        self.world.say(person, "system", "note", f"您已关注「{self.world.account_name}」")
        self._open_window(person, 60, 3)
        if not scene:
            return self._event(person, "subscribe", EventKey="")
        return self._event(
            person, "subscribe", EventKey=f"qrscene_{scene}", Ticket=ticket or self._ticket(scene)
        )

    def _ticket(self, scene: str) -> str:
        known = self.world.ticket_for_scene(scene)
        return known.ticket if known else f"gQ{self.world.word(90)}=="

    def unfollow(self, person: Person) -> Outcome:
        """Stop following."""
        with self.world.lock:
            person.followed = False
            person.windows.clear()
        self.world.say(person, "system", "note", "您已取消关注")
        return self._event(person, "unsubscribe", EventKey="")

    def text(self, person: Person, content: str) -> Outcome:
        """Send words."""
        self.world.say(person, "me", "text", content)
        self._open_window(person, HOURS_48, 5)
        message = {"MsgType": "text", "Content": content}
        return Outcome(self.pusher.push(person, message))

    def voice(self, person: Person, media_id: str | None = None) -> Outcome:
        """Send a voice message; speech recognition is withdrawn, so Recognition is empty."""
        media = media_id or keep(self.world, "voice", "voice.amr", "audio/amr", VOICE)
        self.world.say(person, "me", "voice", "语音 6″", media_id=media)
        self._open_window(person, HOURS_48, 5)
        message = {"MsgType": "voice", "MediaId": media, "Format": "amr", "Recognition": ""}
        return Outcome(self.pusher.push(person, message))

    def image(self, person: Person, data: bytes, content_type: str = "image/png") -> Outcome:
        """Send a picture."""
        media = keep(self.world, "image", "image", content_type, data)
        self.world.say(person, "me", "image", "图片", media_id=media)
        self._open_window(person, HOURS_48, 5)
        message = {
            "MsgType": "image",
            "PicUrl": f"http://mmbiz.qpic.cn/{media[:16]}",
            "MediaId": media,
        }
        return Outcome(self.pusher.push(person, message))

    def click(self, person: Person, key: str) -> Outcome:
        """Tap a menu button that has a key."""
        self._open_window(person, 60, 3)
        return self._event(person, "CLICK", EventKey=key)

    def view(self, person: Person, url: str) -> Outcome:
        """Tap a menu button that opens a page."""
        return self._event(person, "VIEW", EventKey=url)

    def menu_scan(self, person: Person, key: str, content: str, kind: str = "scancode_waitmsg") -> Outcome:
        """Tap a scanning menu button and scan."""
        self._open_window(person, 60, 3)
        scanned = {"ScanType": "qrcode", "ScanResult": content}
        return self._event(person, kind, EventKey=key, ScanCodeInfo=scanned)

    def scan(self, person: Person, content: str) -> Outcome:
        """Scan any code with WeChat's own scanner."""
        if content.startswith("scene:"):
            return self.scan_scene(person, content.removeprefix("scene:"))
        ticket = self._find_ticket(content)
        if ticket is not None:
            return self._scan_ticket(person, ticket)
        if content.startswith(("http://", "https://")):
            if urlsplit(content).netloc == "weixin.qq.com":
                return self._over(person)
            return Outcome(more={"opened": content})
        return Outcome(more={"opened": None, "text": content})

    def _find_ticket(self, content: str) -> Ticket | None:
        with self.world.lock:
            for ticket in reversed(list(self.world.tickets.values())):
                if content in (ticket.url, ticket.ticket):
                    return ticket
        return None

    def _scan_ticket(self, person: Person, ticket: Ticket) -> Outcome:
        if not ticket.live(self.world.clock.now()):
            return self._over(person)
        return self.scan_scene(person, ticket.scene, ticket.ticket)

    def _over(self, person: Person) -> Outcome:
        """Show what the phone itself says; the service hears nothing."""
        text = "该二维码已失效，请扫描新的二维码"
        self.world.say(person, "system", "note", text)
        return Outcome(Result(shown=text))

    def scan_scene(self, person: Person, scene: str, ticket: str = "") -> Outcome:
        """Scan a parametric QR: SCAN for a follower, subscribe for a stranger."""
        self.world.say(person, "system", "note", "您扫描了二维码")
        if not person.followed:
            return self.follow(person, scene, ticket)
        self._open_window(person, 60, 3)
        return self._event(person, "SCAN", EventKey=scene, Ticket=ticket or self._ticket(scene))

    def location(self, person: Person, latitude: float, longitude: float) -> Outcome:
        """Report where the phone is."""
        return self._event(
            person, "LOCATION", Latitude=str(latitude), Longitude=str(longitude), Precision="40"
        )

    def subscribe_popup(self, person: Person, template_id: str, accept: bool) -> Outcome:
        """Answer the subscription dialogue; an accept is good for one message."""
        if accept:
            with self.world.lock:
                person.credits[template_id] += 1
        row = {
            "TemplateId": template_id,
            "SubscribeStatusString": "accept" if accept else "reject",
            "PopupScene": 1,
        }
        return self._event(person, "subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": [row]})

    def subscribe_change(self, person: Person, template_id: str) -> Outcome:
        """Refuse a template in the phone's settings; earlier accepts are lost."""
        with self.world.lock:
            person.credits[template_id] = 0
        row = {"TemplateId": template_id, "SubscribeStatusString": "reject"}
        return self._event(person, "subscribe_msg_change_event", SubscribeMsgChangeEvent={"List": [row]})

    def revoke(self, person: Person, event: str) -> Outcome:
        """Withdraw an authorisation, cancel the WeChat account, or change the profile."""
        fields = {
            "OpenID": person.openid,
            "AppID": self.world.settings.app_id,
            "RevokeInfo": "1",
        }
        return self._event(person, event, **fields)

    def raw(self, person: Person, fields: Mapping[str, Any]) -> Outcome:
        """Push whatever fields a test wants."""
        return Outcome(self.pusher.push(person, {"MsgType": "event", **fields}))
