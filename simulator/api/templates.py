"""Template messages and subscription messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import fields, receipts
from ..errors import ApiError
from ..records import Person, Template
from ..state import World
from .calls import Call, Route, done

SAME_MESSAGE_WITHIN = 600


def _follower(world: World, openid: object) -> Person:
    person = world.people.get(str(openid))
    if person is None:
        raise ApiError(40003)
    if not person.followed:
        raise ApiError(43004)
    return person


def _template(world: World, template_id: object, data: object) -> Template:
    """Return the template; an account without any registered one takes every id."""
    if not isinstance(template_id, str) or not template_id:
        raise ApiError(40037)
    template = world.templates.get(template_id)
    if template is None:
        if world.templates or not isinstance(data, Mapping):
            raise ApiError(40037)
        template = Template(template_id, "通知", {str(key): str(key) for key in data})
    if template.errcode:
        raise ApiError(template.errcode)
    return template


def _checked(call: Call, given: dict[str, Any]) -> tuple[Person, Template, dict[str, Any]]:
    world = call.world
    if not world.config.certified:
        raise ApiError(48001)
    person = _follower(world, given.get("touser"))
    data = given.get("data")
    template = _template(world, given.get("template_id"), data)
    if not isinstance(data, dict):
        raise ApiError(47001)
    fault = fields.fault_in(template, data)
    if fault is not None:
        raise ApiError(47003, fault)
    return person, template, data


def _card(template: Template, data: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        {"key": key, "label": label, "value": str(data[key]["value"])}
        for key, label in template.fields.items()
    ]
    return {"title": template.title, "fields": rows, "template_id": template.template_id}


def send(call: Call) -> dict[str, Any]:
    """Accept a template message; whether it arrived is told later by an event."""
    given, world = call.json(), call.world
    person, template, data = _checked(call, given)
    again = _sent_before(world, person, str(given.get("client_msg_id") or ""))
    if again is not None:
        return done(msgid=again)
    number = world.next_template_message_id()
    if given.get("client_msg_id"):
        key = (person.openid, str(given["client_msg_id"]))
        world.sent[key] = (number, world.clock.now())
    if person.deliver == "success":
        card = _card(template, data)
        world.say(person, "account", "template", template.title, url=given.get("url") or "", **card)
    receipts.plan(world, person, number)
    return done(msgid=number)


def _sent_before(world: World, person: Person, client_id: str) -> int | None:
    number, at = world.sent.get((person.openid, client_id), (0, 0.0))
    if client_id and number and world.clock.now() - at < SAME_MESSAGE_WITHIN:
        return number
    return None


def bizsend(call: Call) -> dict[str, Any]:
    """Send a subscription message and use up one of the person's accepts."""
    given, world = call.json(), call.world
    person, template, data = _checked(call, given)
    if person.credits[template.template_id] < 1:
        raise ApiError(43101)
    person.credits[template.template_id] -= 1
    card = _card(template, data)
    world.say(person, "account", "subscribe", template.title, url=given.get("page") or "", **card)
    receipts.plan_subscription(world, person, template)
    return done()


def registered(call: Call) -> dict[str, Any]:
    """List the account's templates."""
    rows = [
        {"template_id": t.template_id, "title": t.title, "content": t.content(), "example": ""}
        for t in call.world.templates.values()
    ]
    return {"template_list": rows}


ROUTES = [
    Route("cgi-bin/message/template/send", send, post=True),
    Route("cgi-bin/message/subscribe/bizsend", bizsend, post=True),
    Route("cgi-bin/template/get_all_private_template", registered),
]
