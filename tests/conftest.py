"""Fixtures for all tests: the local stack, started once per run for those marked ``stack``, and a proxy before it."""

import pytest
from hypothesis import settings as examples

from tests.faults.proxy import proxy
from tests.streams.local.stack import settings, stack

__all__ = ["proxy", "settings", "stack"]

# A law is tried on a few examples wherever it runs, and on many with ``--hypothesis-profile=deep``: so ``make test``.
examples.register_profile("quick", max_examples=8, deadline=None)
examples.register_profile("deep", max_examples=150, deadline=None)
examples.load_profile("quick")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order is random, but the whole installation comes last: its roles read the topics that other tests write to."""
    items.sort(key=lambda item: "e2e" in item.path.parts)
