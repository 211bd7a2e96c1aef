"""The demo: a believable year, the people of the simulator, and the way to start both. See README.md."""
