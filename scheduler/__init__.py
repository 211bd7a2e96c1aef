"""Timed work: wakes, asks the database what is due, calls a service. See README.md."""
