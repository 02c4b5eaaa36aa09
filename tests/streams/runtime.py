"""A database of its own for each test module, with the runtime's tables, on the server of the stack."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from streams.settings import Settings
from tests.hosts import runtime


@pytest.fixture(scope="module")
def database_of(settings: Settings) -> Iterator[Settings]:
    """Settings whose database is new and empty but for the runtime's tables."""
    with runtime(settings, f"runtime_{uuid4().hex[:12]}") as own:
        yield own
