"""Who acts: a member, the operator at the command line, or the service itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Actor:
    """Somebody who asks for a change. `member_id` is None for the operator and for automatic acts."""

    kind: Literal["member", "operator", "system"]
    member_id: int | None = None

    @property
    def is_operator(self) -> bool:
        """Whether this is the person at the command line of the deployment, who may do all."""
        return self.kind == "operator"


OPERATOR = Actor("operator")
SYSTEM = Actor("system")


def member_actor(member_id: int) -> Actor:
    """Return the actor for a member."""
    return Actor("member", member_id)
