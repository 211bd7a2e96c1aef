"""A refusal, in words that a person can act on."""

from __future__ import annotations


class ServiceError(Exception):
    """What happened and what to do next, in the member's words (house rule 5).

    Attributes:
        code: a constant for logs and tests, such as `too_early`.
        message: what happened, in Chinese.
        hint: what to do next, in Chinese.
        kind: `refused` (shown with 409), `not_found` (404), `forbidden` (403) or `invalid` (400).
    """

    def __init__(self, code: str, message: str, hint: str = "", kind: str = "refused") -> None:
        """Keep the words apart, so that every edge can lay them out in its own way."""
        super().__init__(f"{message}{hint}")
        self.code = code
        self.message = message
        self.hint = hint
        self.kind = kind


def invalid(code: str, message: str, hint: str = "") -> ServiceError:
    """Refuse a value that cannot be used."""
    return ServiceError(code, message, hint, kind="invalid")


def not_found(what: str, hint: str = "请核对后再试。") -> ServiceError:
    """Refuse a thing that does not exist, or that this person may not know of: both read alike."""
    return ServiceError("not_found", f"没有找到{what}。", hint, kind="not_found")
