"""Pages as tests read them: their blocks of code, and a diff put into the file that it names."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Block(NamedTuple):
    """A fenced block: its language, what stands behind it, and the text."""

    language: str
    about: str
    text: str


def blocks(page: str, *languages: str) -> list[Block]:
    """Return the blocks of a page in these languages, in order."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    found = re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(*each) for each in found if each[0] in languages]


def change(root: Path, diff: Block) -> None:
    """Put a diff into the file that it is about; its context must be there once."""
    before, after = ("".join(_side(diff.text, other)) for other in "+-")
    path = root / diff.about
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{diff.about} does not have, or has not once:\n{before}"
    path.write_text(text.replace(before, after), encoding="utf-8")


def _side(diff: str, other: str) -> list[str]:
    return [line[1:] for line in diff.splitlines(keepends=True) if not line.startswith(other)]
