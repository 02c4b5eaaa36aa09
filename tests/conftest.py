"""Fixtures for all tests: the local stack, started once per run for those marked ``stack``."""

from tests.streams.local.stack import settings, stack

__all__ = ["settings", "stack"]
