"""What travels: events, topics, policies, kinds of proposals, faults, the change envelope, Avro. No I/O, no clock."""
