"""Folders for what `agents new` writes, from which its files can be imported as if they lay in the packages' own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType
from typing import Any

import agents
import schemas.kinds
import schemas.policies
import tests.agents
from streams.scaffold import PLACES

PACKAGES: tuple[ModuleType, ...] = (agents, schemas.kinds, schemas.policies, tests.agents)


def folders(root: Path) -> Path:
    """Make folders as in a checkout, without a file."""
    for place in PLACES.values():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
    return root


@contextmanager
def importable(root: Path) -> Iterator[Path]:
    """Let the files in these folders be imported; afterwards they are forgotten."""
    before = {package: list(package.__path__) for package in PACKAGES}
    for package in PACKAGES:
        package.__path__ = [*package.__path__, str(root / package.__name__.replace(".", "/"))]
    invalidate_caches()
    try:
        yield root
    finally:
        for package, path in before.items():
            package.__path__ = path
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None)).startswith(str(root)):
                del sys.modules[name]


def its_tests(name: str) -> dict[str, Any]:
    """Return the test functions of a scaffolded agent."""
    told = vars(import_module(f"tests.agents.test_{name}"))
    return {test: function for test, function in told.items() if test.startswith("test_")}
