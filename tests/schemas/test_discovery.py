"""What is there is found: files of a package, and entry points of other packages; what is wrong is named."""

import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from schemas.discovery import found
from schemas.faults import Misconfigured

NUMBERS = count(1)
THING = "class THING:\n    name = '{}'\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An importable package of its own name."""
    folder = tmp_path / f"things_{next(NUMBERS)}"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [each for each in sys.modules if each.startswith((folder.name, "foreign"))]:
        del sys.modules[name]


def things(package: Path) -> list[str]:
    return list(found(package.name, [str(package)], "THING", f"rollcall.{package.name}", but=("base",)))


def declare(package: Path, name: str, value: str) -> None:
    """Install a distribution that declares an entry point."""
    info = package.parent / "stranger-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[rollcall.{package.name}]\n{name} = {value}\n")


def test_every_file_and_folder_is_found_by_its_name_and_what_is_excepted_is_not(package: Path) -> None:
    (package / "second.py").write_text(THING.format("second"))
    (package / "first").mkdir()
    (package / "first" / "__init__.py").write_text(THING.format("first"))
    (package / "base.py").write_text("raise AssertionError")
    assert things(package) == ["first", "second"]


def test_entry_points_of_other_packages_are_found_with_them(package: Path) -> None:
    (package / "own.py").write_text(THING.format("own"))
    (package.parent / "foreign.py").write_text(THING.format("another"))
    declare(package, "another", "foreign:THING")
    assert things(package) == ["another", "own"]


def test_file_without_what_it_should_hold_is_named(package: Path) -> None:
    (package / "empty.py").touch()
    with pytest.raises(Misconfigured, match=rf"{package.name}\.empty has no THING; mend: add it"):
        things(package)


def test_thing_is_called_as_its_file(package: Path) -> None:
    (package / "one.py").write_text(THING.format("two"))
    with pytest.raises(Misconfigured, match="one is called 'two'; mend"):
        things(package)


def test_same_name_twice_is_refused(package: Path) -> None:
    (package / "own.py").write_text(THING.format("own"))
    declare(package, "own", f"{package.name}.own:THING")
    with pytest.raises(Misconfigured, match=r"entry point own = .*: there is a thing 'own' already"):
        things(package)


@pytest.mark.parametrize("value", ["foreign_and_absent:THING", "sys:THING"])
def test_entry_point_that_cannot_be_loaded_is_named(package: Path, value: str) -> None:
    declare(package, "broken", value)
    with pytest.raises(Misconfigured, match=f"broken = {value} in rollcall.{package.name} cannot be loaded"):
        things(package)
