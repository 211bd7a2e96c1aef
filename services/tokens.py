"""The platform's access token in one row, with the lease of its one refresher (`ports.TokenStore`)."""

from __future__ import annotations

import threading

from models import PlatformToken
from services.transaction import transaction


class TokenTable:
    """The token row of this deployment; every method is a short transaction of its own."""

    def __init__(self, name: str = "access_token") -> None:
        """Name the row: access_token, or a ticket that is kept the same way."""
        self._name = name
        self._pause = threading.Event()

    def current(self) -> tuple[str, float] | None:
        """Return the stored token and when to renew it, also when that time has passed."""
        row = PlatformToken.get_or_none(PlatformToken.name == self._name)
        if row is None or not row.value:
            return None
        return row.value, row.expires_at.timestamp()

    def try_lease(self, now: float, seconds: float) -> bool:
        """Become the one refresher for `seconds`: an update that must change exactly one row."""
        with transaction():
            PlatformToken.insert(name=self._name).on_conflict_ignore().execute()
            changed = (
                PlatformToken.update(lease_until=int(now + seconds))
                .where(PlatformToken.name == self._name, PlatformToken.lease_until <= int(now))
                .execute()
            )
        return bool(changed == 1)

    def save(self, value: str, expires_at: float) -> None:
        """Store a new token in place of the former one."""
        with transaction():
            PlatformToken.insert(name=self._name).on_conflict_ignore().execute()
            PlatformToken.update(value=value, expires_at=int(expires_at)).where(
                PlatformToken.name == self._name
            ).execute()

    def wait(self, now: float) -> None:  # noqa: ARG002 - the port hands it to stores that keep time
        """Pause for a tenth of a second while another process refreshes; no transaction is held."""
        self._pause.wait(0.1)
