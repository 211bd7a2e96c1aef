"""点名: who came to a session, and what its confirmation writes."""
