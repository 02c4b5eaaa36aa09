"""Data on stdout, talk on stderr: a table for people, JSON for machines."""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Row = Mapping[str, Any]


def say(message: str) -> None:
    """Tell the person something that is not data."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal


def person(employee_id: str) -> UUID:
    """Return the employee id that was typed.

    Raises:
        typer.BadParameter: it is none.

    """
    try:
        return UUID(employee_id)
    except ValueError:
        raise typer.BadParameter(f"{employee_id!r} is not an employee id", param_hint="--as") from None


def show(rows: Iterable[Row], *, as_json: bool, empty: str) -> None:
    """Print rows; `empty` says on stderr what it means that there are none."""
    rows = list(rows)
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=2, default=str, ensure_ascii=False) + "\n")
    elif rows:
        _table(rows)
    else:
        say(empty)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return "" if value is None else str(value)


def _table(rows: list[Row]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in rows[0]:
        ids = any(isinstance(row[column], UUID) for row in rows)
        table.add_column(column.replace("_", " "), overflow="fold", no_wrap=ids)
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    Console(soft_wrap=False, width=None if sys.stdout.isatty() else 200).print(table)
