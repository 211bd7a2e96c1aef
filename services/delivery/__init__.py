"""Delivering reminders: claimed, sent by the first way that is open, and never twice (G6, WECHAT part 2).

`claims` takes rows out of the outbox, `ways` chooses how each goes, `sending` is one message from before
the call to after it, `outcomes` is the table of what an answer does to the row. `receipts` hears what the
platform tells later, `upkeep` looks after what was left lying. Threads and waking are the scheduler's.
"""

from services.delivery.letters import Letter, Tally

__all__ = ["Letter", "Tally"]
