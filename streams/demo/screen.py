"""Print the demo's lines: in colour on a terminal, the same words without it on a pipe."""

from functools import cache
from typing import Any

from rich.console import Console
from rich.highlighter import RegexHighlighter
from rich.theme import Theme

THEME = Theme(
    {
        "demo.clock": "bold cyan",
        "demo.good": "green",
        "demo.late": "bold yellow",
        "demo.back": "magenta",
        "demo.asks": "bold blue",
        "demo.milliseconds": "dim",
    }
)


class _Words(RegexHighlighter):
    """What somebody looks for in a morning."""

    base_style = "demo."
    highlights = [
        r"^(?P<clock>\d\d:\d\d)  ",
        r"(?P<good>judged on time|auto approved|approved|applied)\b",
        r"(?P<late>judged \d+ min late|judged absent|\babsent: .*)",
        r"(?P<back>takes \w+ back|reversal approved|reverted|rejected)",
        r"(?P<asks>routed to \w+|answers \w+|proposes \w+)",
        r"(?P<milliseconds>\[\+\d+ ms\])",
    ]


def console(**options: Any) -> Console:
    """Return a terminal that knows the demo's words; `options` are rich's."""
    return Console(theme=THEME, highlighter=_Words(), markup=False, emoji=False, **options)


_console = cache(console)


def line(text: str) -> None:
    """Print a line, however long."""
    _console().print(text, soft_wrap=True)
