"""The local stack: PostgreSQL, Kafka, Connect and the registry as child processes, without containers."""
