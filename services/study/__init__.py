"""A session from the plan to its end: who is due at it, others like it, guests, what its end brings about."""
