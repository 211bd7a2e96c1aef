"""A simulator of the WeChat platform for demos, tests and load runs.

It speaks the platform's own protocol and knows nothing of the service it serves.
"""
