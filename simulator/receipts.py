"""Plans the events that tell the account how its messages fared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .records import Person, Template
from .state import World

OUTCOMES = {
    "success": "success",
    "block": "failed:user block",
    "system": "failed: system failed",
}


def plan(world: World, person: Person, number: int) -> None:
    """Plan the receipt of a template message, or keep it back when receipts are held."""
    if world.config.receipts == "hold":
        world.held_receipts.append((person.openid, number))
    else:
        _soon(world, person, _job_finish(person, number))


def release(world: World) -> int:
    """Push the receipts that were held back; returns how many."""
    with world.lock:
        held, world.held_receipts = world.held_receipts, []
    for openid, number in held:
        person = world.people[openid]
        _soon(world, person, _job_finish(person, number))
    return len(held)


def plan_subscription(world: World, person: Person, template: Template) -> None:
    """Plan the event that tells of a subscription message."""
    row = {
        "TemplateId": template.template_id,
        "MsgID": str(world.next_message_id()),
        "ErrorCode": 0,
        "ErrorStatus": "success",
    }
    fields = {
        "MsgType": "event",
        "Event": "subscribe_msg_sent_event",
        "SubscribeMsgSentEvent": {"List": [row]},
    }
    _soon(world, person, fields)


def _job_finish(person: Person, number: int) -> dict[str, Any]:
    return {
        "MsgType": "event",
        "Event": "TEMPLATESENDJOBFINISH",
        "MsgID": number,
        "Status": OUTCOMES.get(person.deliver, person.deliver),
    }


def _soon(world: World, person: Person, fields: Mapping[str, Any]) -> None:
    world.later(world.config.receipt_delay, person, fields)
