"""What the operator looks after: schema, backups, health, and what is forgotten in time."""
