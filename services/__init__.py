"""The verbs of the service. See README.md for what this folder may not do."""
