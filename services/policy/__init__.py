"""Pure rules. See README.md for what this folder may not do."""
