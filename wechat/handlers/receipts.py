"""What the platform tells about our messages: nobody reads an answer to these events."""

from __future__ import annotations

from services.delivery import receipts
from wechat.actions import receipt_action
from wechat.call import Call


def template_finished(call: Call) -> str:
    """Take the receipt of a template message."""
    status = call.inbound.status
    receipts.job_finished(call.openid, call.inbound.msg_id, receipt_action(status), call.now)
    return ""


def subscribe_asked(call: Call) -> str:
    """Take the answer of somebody who was asked whether to accept messages."""
    receipts.credits_asked(call.openid, call.inbound.lists, call.now)
    return ""


def subscribe_changed(call: Call) -> str:
    """Take a change that somebody made in the account's settings."""
    receipts.credits_changed(call.openid, call.inbound.lists)
    return ""


def subscribe_sent(call: Call) -> str:
    """Take the receipts of 订阅通知."""
    receipts.subscription_sent(call.openid, call.inbound.lists, call.now)
    return ""
