"""Pages of those who lead an organization or a group."""
