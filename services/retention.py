"""How long is kept what is no part of a record (F20): the notice and the sweep read the same numbers."""

from __future__ import annotations

from datetime import timedelta

#: Pushes and the answers that were given to them; the text of a message is never kept.
MESSAGE_DAYS = 7
#: Who stood behind a one-time login code; the platform may call back twice.
LOGIN_CODE_MINUTES = 10
#: Logins, unless somebody logs out before.
LOGIN_DAYS = 30
#: Scans by an account that never bound itself, and counters of wrong tries.
TRACE_DAYS = 1
#: Claims of slots of timed jobs.
JOB_DAYS = 30
#: Binding codes after they have run out: so long a card says "you are bound already" instead of "wrong".
CODE_DAYS = 30
#: The account of a binding that has ended; that there was one, and when, stays with the member (R101).
UNBOUND_DAYS = 30
#: A request for a new phone, once it is decided, and one that nobody ever decided.
REBIND_DAYS, REBIND_FORGOTTEN_DAYS = 30, 90
#: Where an account stood in a guided talk of the chat; its texts are drafts of the member's and stay.
TALK_DAYS = 60
#: What a reminder said, counted from the day after which it was no longer worth saying; its attempts; used
#: accepts of 订阅通知.
REMINDER_WORDS_DAYS = ATTEMPT_DAYS = CREDIT_DAYS = 90
#: That somebody was reminded of a topic in a period: no limit and no repetition asks further back (R94).
#: Notes of calls and visits are kept as long.
REMINDER_DAYS = 400

#: What a device sent of a roll call, after the session was confirmed: so long it may still ask what became of
#: an entry. Entries of sessions that nobody confirms go with the notes of calls.
ROLL_DAYS, ROLL_FORGOTTEN_DAYS = 30, 400
#: Transfers that came to nothing; those that were carried out belong to the record.
TRANSFER_DAYS = 400

#: What the sentences of rules/notice.toml may name in braces, besides voice_days of rules/shuxue.toml.
WORDS = {
    "message_days": MESSAGE_DAYS,
    "login_code_minutes": LOGIN_CODE_MINUTES,
    "login_days": LOGIN_DAYS,
    "trace_days": TRACE_DAYS,
    "code_days": CODE_DAYS,
    "unbound_days": UNBOUND_DAYS,
    "rebind_days": REBIND_DAYS,
    "rebind_forgotten_days": REBIND_FORGOTTEN_DAYS,
    "reminder_words_days": REMINDER_WORDS_DAYS,
    "reminder_days": REMINDER_DAYS,
    "roll_days": ROLL_DAYS,
    "transfer_days": TRANSFER_DAYS,
}


def days(count: int) -> timedelta:
    """Return so many days."""
    return timedelta(days=count)
