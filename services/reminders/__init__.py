"""Reminders: deciding who is told what, and when (R90–R97, F13). Sending is not done here.

`plan` decides and writes; `events` is called where a session is moved or cancelled; `due_still` asks once
more just before a reminder goes out. The other files find the facts, each in a few queries for a chunk.
"""

from services.reminders.decided import Decided, Due, Suppressed
from services.reminders.plan import decide, remind

__all__ = ["Decided", "Due", "Suppressed", "decide", "remind"]
