"""The page on other people's parts names every setting that is about them, with its default."""

import re
from pathlib import Path

from streams.local.parts import ABOUT
from streams.settings import Settings, variable

PAGE = Path(__file__).parents[2] / "docs" / "external.md"
ROWS = re.findall(r"^\| (`ROLLCALL_[^|]+) \| [^|]+ \| ([^|]*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
TOLD = {name: default for names, default in ROWS for name in re.findall(r"`(\w+)`", names)}


def test_every_setting_of_a_part_is_on_the_page() -> None:
    about = {variable(name) for name in Settings.model_fields if name.startswith(ABOUT)}
    assert TOLD.keys() - {"ROLLCALL_INSTANCE"} == about


def test_defaults_are_as_the_page_says() -> None:
    for name, field in Settings.model_fields.items():
        if variable(name) in TOLD and field.default is not None:
            assert f"`{field.default}`" in TOLD[variable(name)], name
