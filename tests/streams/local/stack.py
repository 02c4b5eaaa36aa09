"""The one real stack of a test run; ``tests/conftest.py`` imports the fixture."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.local.runner import Stack
from streams.settings import Settings


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """PostgreSQL, Kafka, Connect and the registry, started once, in a home that goes away with the run."""
    with tempfile.TemporaryDirectory(prefix="rollcall-") as folder:
        running = Stack(Path(folder) / "home")
        running.start()
        try:
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="session")
def settings(stack: Stack) -> Settings:
    """Settings that point at the running stack."""
    return Settings.load(stack.home.path)
