"""The two ways in which the door refuses a push, kept apart from everything that reads one."""

from __future__ import annotations


class Forbidden(Exception):
    """The sender did not prove to be the platform: answer 403 and nothing else.

    The message is for our own log; it names the rule, never a value of the request.
    """


class Garbage(Exception):
    """The body is not what the platform sends: answer 400 without detail.

    The message is for our own log; it names the rule, never a value of the request.
    """
