"""The adapter to the WeChat platform. See README.md for what this folder may not do."""
