"""What the services ask of the outside, as protocols and plain values; ``wechat`` fulfils them.

A port names what is needed and nothing of how it is done, so that tests give a fake and the composition root
the real thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol


class Action(StrEnum):
    """What we do after the platform's answer; ``wechat.actions.ACTIONS`` holds the table from its codes."""

    AWAIT_RECEIPT = "AWAIT_RECEIPT"
    """Accepted, not delivered: wait for the receipt event; after 24 hours the outcome is unknown."""
    DELIVERED = "DELIVERED"
    """The receipt says that the message arrived."""
    RETRY = "RETRY"
    """Busy: try again with backoff."""
    RENEW_TOKEN = "RENEW_TOKEN"  # noqa: S105 - the name of an action, no secret.
    """The token was refused twice, or a renewal is not due yet; the client has done its one retry already."""
    UNFOLLOWED = "UNFOLLOWED"
    """Not a follower: mark it and go to the next channel."""
    REFUSED = "REFUSED"
    """The member refuses such messages: mark it and go to the next channel."""
    NEXT_CHANNEL = "NEXT_CHANNEL"
    """The window for a free message is closed: go to the next channel, mark nothing."""
    PAUSE_TEMPLATE = "PAUSE_TEMPLATE"
    """The template is unusable: pause this template and alert the operator."""
    SPREAD = "SPREAD"
    """Too fast to this person: try again later and spread."""
    PAUSE_UNTIL_MIDNIGHT = "PAUSE_UNTIL_MIDNIGHT"
    """The daily quota is used up: pause the channel until midnight, Beijing time."""
    OUR_FAULT = "OUR_FAULT"
    """What we sent breaks the rules: never send it again, log the field, mend the code."""
    SWITCH_OFF = "SWITCH_OFF"
    """Not allowed for this account: switch the channel off and alert the operator."""
    ALERT = "ALERT"
    """The set-up is wrong (address not listed, secret, app id): alert the operator, then try again."""
    LOGIN_AGAIN = "LOGIN_AGAIN"
    """The login code is used up or unknown: send the member through the login once more."""
    UNKNOWN = "UNKNOWN"
    """A code that is not in the table: do not send again by itself, alert the operator."""


class PlatformError(Exception):
    """The platform did not do what was asked.

    Attributes:
        code: its error code; -1 when there was no answer of its own.
        action: what we do about it.
        path: the path of the call, without its arguments, which hold the token.
    """

    def __init__(self, code: int, action: Action, path: str) -> None:
        """Keep the three values; nothing else of the call may reach a log."""
        super().__init__(f"{path}: errcode {code}, {action}")
        self.code = code
        self.action = action
        self.path = path


class Busy(PlatformError):
    """The platform is slow, away, answering in HTML, or our breaker is open.

    Attributes:
        maybe_done: True when the request had left and no answer came, so that it may have been carried out.
            Such a message is UNKNOWN and is not sent again by itself.
    """

    def __init__(self, path: str, *, maybe_done: bool = False) -> None:
        """Build it with code -1 and the action RETRY, or UNKNOWN when it may have been done."""
        super().__init__(-1, Action.UNKNOWN if maybe_done else Action.RETRY, path)
        self.maybe_done = maybe_done


class TokenStore(Protocol):
    """The access token that all processes of one deployment share, with the lease of its one refresher.

    Every method opens and closes its own short transaction: nobody calls the platform with a transaction
    open.
    """

    def current(self) -> tuple[str, float] | None:
        """Return the stored token and when to renew it (epoch seconds), or None before the first one.

        Return it also when that time has passed: the caller judges, because the token works a few minutes
        longer.
        """
        ...

    def try_lease(self, now: float, seconds: float) -> bool:
        """Become the one refresher until `now` + `seconds`; False when somebody's lease still runs.

        One statement that must change exactly one row: set the end to `now` + `seconds` where the end is at
        most `now`. The lease is not given back after the renewal; that keeps the deployment to one fetch a
        lease.
        """
        ...

    def save(self, value: str, expires_at: float) -> None:
        """Store a new token and when to renew it (epoch seconds), in place of the former one."""
        ...

    def wait(self, now: float) -> None:
        """Pause the calling thread for about a tenth of a second while another refreshes.

        No transaction is open meanwhile. It may return early when a new value is there. `now` is the caller's
        clock, for stores that keep time.
        """
        ...


class Identity(Protocol):
    """Who a visitor of a page is: the silent login of the platform (snsapi_base)."""

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Return the address that asks the platform for a one-time code and comes back to `redirect_uri`."""
        ...

    def person(self, code: str) -> tuple[str, bool]:
        """Trade a one-time code for (openid, is it a snapshot user).

        Raises:
            PlatformError: with LOGIN_AGAIN for a used or unknown code, RETRY when the platform is busy.
        """
        ...


class SceneQr(Protocol):
    """The platform's QR that stands for a scene: a stranger who scans it follows and is led on."""

    def scene_url(self, scene: str, seconds: int) -> tuple[str, str]:
        """Return (ticket, address to draw) of a temporary QR.

        Raises:
            PlatformError: when the platform does not give one.
        """
        ...


class MediaGone(PlatformError):
    """The platform has a file no longer, or what it gives is none that we take: asking again is useless."""

    def __init__(self, path: str, code: int = 40007) -> None:
        """Build it with the platform's code, or with that of an unknown media id."""
        super().__init__(code, Action.OUR_FAULT, path)


class MediaFetch(Protocol):
    """Files that people sent in the chat; the platform keeps them three days."""

    def media(self, media_id: str) -> tuple[str, bytes]:
        """Return (content type, bytes) of a file of at most 2 MiB.

        Raises:
            MediaGone: when it never will be had.
            PlatformError: when it may be had later; ``Busy`` when the platform is slow or away.
        """
        ...


class Transcriber(Protocol):
    """Recognition of speech, which an organisation may plug in; without one a person writes down.

    What it returns is a proposal on the helper's page, never the member's words.
    """

    def text(self, kind: str, body: bytes) -> str | None:
        """Return what is said in a sound of content type `kind`, or None when it cannot tell."""
        ...


class Messenger(Protocol):
    """Writing to somebody through the platform: a template message, or an accepted 订阅通知."""

    def template(
        self, openid: str, template: str, fields: Mapping[str, str], client_msg_id: str, url: str
    ) -> str:
        """Send a template message and return the platform's number of it, "" when it names none.

        Args:
            openid: the receiver.
            template: its number in the account's list.
            fields: keyword → text, checked by the caller.
            client_msg_id: the same receiver and id is delivered once within ten minutes.
            url: the page that a tap opens.

        Raises:
            PlatformError: with the action of the table; nothing was accepted unless it is UNKNOWN.
        """
        ...

    def subscribe(self, openid: str, template: str, fields: Mapping[str, str], url: str) -> str:
        """Send one 订阅通知, which uses up one accept; returns and raises as `template` does."""
        ...
