"""核对: every integrity rule recomputed over the whole database."""
