"""Keeps the access token fresh: one refresher at a time, at most one fetch a minute for the whole deployment.

The platform's stable token stays the same until five minutes before its end and the former one works on for
those minutes, so that nobody needs to wait at a regular renewal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from services.ports import Action, Busy, PlatformError, TokenStore

MARGIN: Final = 300.0
"""Seconds before its true end at which a token is renewed."""

LEASE: Final = 60.0
"""Seconds between two fetches of the whole deployment, however they end."""

WAITS: Final = 25
"""Pauses of the store, a tenth of a second each, before a caller gives up on another's renewal."""

PATH: Final = "/cgi-bin/stable_token"

Token = tuple[str, float]
Fetch = Callable[[], Token]
"""Asks the platform for the token and its remaining life in seconds; raises PlatformError."""


class TokenKeeper:
    """Hands out the shared token. Threads may share it; it holds no lock while it asks the platform."""

    def __init__(self, store: TokenStore, fetch: Fetch, now: Callable[[], float]) -> None:
        """Keep the store (shared by the processes), the way to the platform and the clock (epoch seconds)."""
        self._store = store
        self._fetch = fetch
        self._now = now
        # A copy for this process, so that a batch of messages does not read the table once for each.
        self._known: Token | None = None
        self._alone_until = 0.0

    def get(self) -> str:
        """Return a token that should work.

        Raises:
            Busy: when there is none and another's renewal does not come in time.
            PlatformError: when this caller's own renewal was refused.
        """
        known = self._known
        if known is not None and self._now() < known[1]:
            return known[0]
        return self._obtain("")

    def renew(self, refused: str) -> str:
        """Return another token than the one that the platform just refused.

        Nothing is fetched when somebody has stored another one meanwhile.

        Raises:
            Busy: when the last fetch is less than a minute old and brought the refused one.
            PlatformError: when this caller's own renewal was refused.
        """
        self._known = None
        return self._obtain(refused)

    def _obtain(self, refused: str) -> str:
        fresh = self._stored(refused, 0.0)
        if fresh is not None:
            return fresh
        if self._store.try_lease(self._now(), LEASE):
            return self._refresh(refused)
        # The store's time of renewal lies before the true end: until then the former token is as good.
        return self._stored(refused, MARGIN) or self._await(refused)

    def _stored(self, refused: str, grace: float) -> str | None:
        """Return the stored token, unless refused or more than `grace` seconds past its renewal."""
        stored = self._store.current()
        if stored is None or stored[0] == refused or self._now() >= stored[1] + grace:
            return None
        self._known = stored
        return stored[0]

    def _refresh(self, refused: str) -> str:
        """Fetch and store, as the holder of the lease."""
        lease_end = self._now() + LEASE
        try:
            value, lifetime = self._fetch()
        except PlatformError as error:
            former = self._stored(refused, MARGIN) if error.action in (Action.RETRY, Action.UNKNOWN) else None
            if former is None:
                raise
            return former
        else:
            token = (value, self._now() + lifetime - MARGIN)
            self._store.save(*token)
            self._known = token
            return value
        finally:
            self._alone_until = lease_end

    def _await(self, refused: str) -> str:
        """Wait briefly for the value of the one who holds the lease."""
        for _ in range(WAITS):
            # Our own fetch is over and its lease still runs: nobody else can be fetching, so that waiting is
            # idle. This is read before the store, because a fetch that ends in between has stored its value
            # first.
            alone = self._now() < self._alone_until
            value = self._stored(refused, MARGIN)
            if value is not None:
                return value
            if alone:
                break
            self._store.wait(self._now())
        raise Busy(PATH)
