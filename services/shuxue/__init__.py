"""述学: rounds, writing, deciding, writing down for others, facts, likeness, voices (R40–R43)."""
