"""Make the README's picture anew: what a terminal shows while the demo runs. ``make picture``.

The demo is played on a terminal of its own kind (a pty); its bytes, colours included, are what is drawn.
"""

import os
import pty
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import groupby
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.ansi import AnsiDecoder
from rich.console import Console
from rich.text import Text

from tests.docs.pages import ROOT

PICTURE = ROOT / "docs" / "pictures" / "demo.svg"
OPTIONS = ("--check", "--rate", "4")
WIDTH = 88
SHOWN = ("07:44", "07:55", "08:12", "09:02", "09:10", "09:30")
"""What began at these is drawn; what is left out is marked."""
LEFT_OUT = "   ⋮"
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


def play() -> list[Text]:
    """Play the demo on a terminal and return the lines that it shows."""
    terminal, end = pty.openpty()
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "ROLLCALL_HOME": f"{home}/home", "COLUMNS": str(WIDTH), "TERM": "xterm-256color"}
        command = [str(Path(sys.executable).with_name("rollcall")), "demo", *OPTIONS]
        with subprocess.Popen(command, stdin=end, stdout=end, stderr=end, env=environment) as playing:
            os.close(end)
            shown = b"".join(_read(terminal))
        if playing.returncode:
            sys.exit(f"the demo ended with {playing.returncode}:\n{shown.decode()}")
    return list(AnsiDecoder().decode(shown.decode().replace("\r\n", "\n")))


def _read(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            yield os.read(terminal, 65536)
        except OSError:  # EIO: nobody writes any more
            return


def excerpt(lines: Iterable[Text]) -> Iterator[Text]:
    """Yield the scenes that are shown whole, one mark for those left out between them, and all that is no scene."""
    for drawn, block in groupby(_begun(lines), key=lambda each: each[0] in ("", *SHOWN)):
        yield from (line for _, line in block) if drawn else [Text(LEFT_OUT)]


def _begun(lines: Iterable[Text]) -> Iterator[tuple[str, Text]]:
    """Yield each line with the clock of the scene that it belongs to."""
    at = ""
    for line in lines:
        if told := re.match(r"(\d\d:\d\d)  ", line.plain):
            at = told[1]
        elif not line.plain.startswith(" " * 9):
            at = ""
        yield at, line


def draw(lines: Iterable[Text]) -> str:
    """Return the SVG of a terminal, with the fonts of whoever looks at it."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor")
    for line in (Text(f"$ make demo ARGS='{' '.join(OPTIONS)}'", style="bold"), *lines):
        console.print(line, overflow="crop", no_wrap=True)
    frame = re.sub(r"@font-face \{\{.*?\n    \}\}\n", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    frame = frame.replace("Fira Code, monospace", FONTS).replace("arial", "sans-serif")
    return console.export_svg(title="Rollcall: a morning in two clinics", code_format=frame, unique_id="demo")


if __name__ == "__main__":
    PICTURE.write_text(draw(excerpt(play())), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)} is as the demo is now")  # noqa: T201
