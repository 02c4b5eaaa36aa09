"""Commands that say how things are: status once, watch for as long as somebody looks."""

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.terminal import AsJson

if TYPE_CHECKING:
    from streams.overview.seen import Overview

Within = Annotated[float, typer.Option(min=0.1, help="Seconds that all parts together have to answer.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    for command in (status, watch):
        app.command()(command)


def status(*, within: Within = 2.0, as_json: AsJson = False) -> None:
    """Say whether everything is all right, and if not, what and where. Exit 1 when something needs attention.

    Example: rollcall status --json
    """
    from streams.overview.document import document
    from streams.overview.judgement import attention
    from streams.overview.observer import Observer
    from streams.settings import Settings

    seen = Observer(Settings.load(), timedelta(seconds=within)).look()
    if as_json:
        sys.stdout.write(json.dumps(document(seen), indent=2, ensure_ascii=False) + "\n")
    else:
        _print(seen)
    if attention(seen):
        raise typer.Exit(1)


def watch(
    *,
    every: Annotated[float, typer.Option(min=0.2, help="Seconds between two looks.")] = 2.0,
    number: Annotated[int | None, typer.Option("--count", min=1, help="End after so many looks.")] = None,
    within: Within = 2.0,
) -> None:
    """Show `status` live, with rates and the newest decisions; where there is no terminal, a JSON document a line.

    Example: rollcall watch --every 5
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: it leaves a clean terminal too
    try:
        from streams.overview.observer import Observer
        from streams.settings import Settings

        looks = islice(_looks(Observer(Settings.load(), timedelta(seconds=within)).look, every), number)
        if sys.stdout.isatty():
            _live(looks, every)
        else:
            _lines(looks)
    except KeyboardInterrupt:
        return
    finally:
        signal.signal(signal.SIGTERM, before)


def _looks(look: "Callable[[], Overview]", every: float) -> "Iterator[Overview]":
    """Yield a look now and then, each with rates since the one before."""
    from streams.overview.rates import with_rates

    before, rest = None, threading.Event()
    while True:
        began = time.monotonic()
        seen = look()
        yield with_rates(seen, before)
        before = seen
        rest.wait(max(0.0, began + every - time.monotonic()))


def _live(looks: "Iterator[Overview]", every: float) -> None:
    from rich.console import Console
    from rich.live import Live

    from streams.overview.picture import screen

    console = Console()
    with Live(console=console, screen=True, auto_refresh=False) as live:
        for seen in looks:
            live.update(screen(seen, console, every), refresh=True)


def _lines(looks: "Iterator[Overview]") -> None:
    from streams.overview.document import document

    for seen in looks:
        sys.stdout.write(json.dumps(document(seen), ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _print(seen: "Overview") -> None:
    from rich.console import Console

    from streams.overview.picture import whole

    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(whole(seen))
