"""The runtime: every loop that owns a consumer, a producer or a position; the local stack, settings, command line."""
