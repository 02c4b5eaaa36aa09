"""Every direct dependency has its reason, and every reason its dependency."""

import re
import tomllib

from tests.docs.pages import ROOT

TABLE = re.compile(r"^\| (?!package|---|\*\*)([^|]+) \|", re.MULTILINE)


def declared() -> set[str]:
    """The names that pyproject.toml asks for, without versions, extras and markers."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *(each for extra in project["optional-dependencies"].values() for each in extra)]
    return {re.split(r"[^\w.-]", each)[0].lower() for each in asked}


def explained() -> set[str]:
    """The names in the first column of the page."""
    cells = TABLE.findall((ROOT / "docs" / "dependencies.md").read_text("utf-8"))
    return {re.sub(r" \(.*\)", "", name).strip().lower() for cell in cells for name in cell.split(",")}


def test_every_dependency_has_its_reason_and_every_reason_its_dependency() -> None:
    assert explained() == declared()
