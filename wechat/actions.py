"""The platform's error codes and receipts, and what we do about each: one table, read in one place.

Source: the platform's list of global return codes and the documents of the template message, the one-time
subscription, the customer-service message and the web login.
"""

from __future__ import annotations

from typing import Final

from services.ports import Action

ACTIONS: Final[dict[int, Action]] = {
    0: Action.AWAIT_RECEIPT,
    -1: Action.RETRY,
    40001: Action.RENEW_TOKEN,  # invalid credential
    40014: Action.RENEW_TOKEN,  # invalid access token
    42001: Action.RENEW_TOKEN,  # access token expired
    40003: Action.UNFOLLOWED,  # invalid openid
    43004: Action.UNFOLLOWED,  # not subscribed
    43101: Action.REFUSED,  # the member refuses, or no credit stands
    40036: Action.PAUSE_TEMPLATE,  # invalid template id size
    40037: Action.PAUSE_TEMPLATE,  # invalid template id
    43116: Action.PAUSE_TEMPLATE,  # template banned
    40249: Action.PAUSE_TEMPLATE,  # template withdrawn
    43117: Action.SPREAD,  # too fast to this person
    45009: Action.PAUSE_UNTIL_MIDNIGHT,  # daily quota
    47003: Action.OUR_FAULT,  # a field breaks the rules
    45002: Action.OUR_FAULT,  # text too long
    40053: Action.OUR_FAULT,  # invalid action info of a code
    41001: Action.OUR_FAULT,  # access token missing
    48001: Action.SWITCH_OFF,  # not allowed for this account
    45015: Action.NEXT_CHANNEL,  # the 48 hours are over
    45047: Action.NEXT_CHANNEL,  # the number of free messages is used up
    40013: Action.ALERT,  # invalid app id
    40125: Action.ALERT,  # invalid secret
    40164: Action.ALERT,  # our address is not on the account's list
    41002: Action.ALERT,  # app id missing
    40029: Action.LOGIN_AGAIN,  # invalid code
    40163: Action.LOGIN_AGAIN,  # code used already
}
"""Error code → action. A code that is not here is ``Action.UNKNOWN``."""

RECEIPTS: Final[dict[str, Action]] = {
    "success": Action.DELIVERED,
    "failed:user block": Action.REFUSED,
    "failed:system failed": Action.RETRY,
}
"""Status of TEMPLATESENDJOBFINISH, in lower case and without the space after the colon, → action."""


def action_of(code: int) -> Action:
    """Return what to do about an error code."""
    return ACTIONS.get(code, Action.UNKNOWN)


def receipt_action(status: str) -> Action:
    """Return what to do about the Status of a receipt; its colon comes with and without a space."""
    return RECEIPTS.get(status.strip().lower().replace(": ", ":"), Action.UNKNOWN)
