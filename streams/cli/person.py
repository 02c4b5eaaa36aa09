"""Commands about what is kept of a person."""

import json
import sys
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from streams.cli.terminal import person as person_id
from streams.cli.terminal import say

if TYPE_CHECKING:
    from streams.settings import Settings

person = typer.Typer(no_args_is_help=True, help="What is kept about a person: give it out, or erase their words.")
By = Annotated[str, typer.Option("--as", help="Employee id of who does it: HR or an admin. It is audited.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(person, name="person")


def _settings() -> "Settings":
    from streams.settings import Settings

    return Settings.load()


@person.command("export")
def person_export(employee: UUID, author: By) -> None:
    """Print as JSON every row of PostgreSQL in which somebody's id stands, by table.

    Example: rollcall person export 7d1b… --as 2f0c… > kept.json
    """
    from connectors import persons
    from streams.console import connection

    with connection(_settings()) as database:
        kept = persons.export(database, employee, by=person_id(author))
    typer.echo(json.dumps({"employee_id": str(employee), "kept": kept}, indent=2, default=str, ensure_ascii=False))
    say(f"{sum(map(len, kept.values()))} rows of {len(kept)} tables; the log has the same facts, by ids alone")


@person.command("erase")
def person_erase(
    employee: UUID,
    author: By,
    *,
    force: Annotated[bool, typer.Option("--force", help="Also while proposals about them are open.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase somebody's name, contact, notes and other free text from PostgreSQL, for good. Ids stay, as pseudonyms.

    Example: rollcall person erase 7d1b… --as 2f0c… --yes
    """
    from connectors import persons
    from streams.console import connection

    by = person_id(author)
    if not yes:
        if not sys.stdin.isatty():
            raise typer.BadParameter("what is erased does not come back: say --yes")
        typer.confirm(f"The words of and about {employee} will be erased for good. Go on?", abort=True, err=True)
    with connection(_settings()) as database:
        erased = persons.erase(database, employee, by=by, forced=force)
    for column, count in erased.items():
        if count:
            say(f"{count} of {column}")
    say(f"erased; rollcall audit list --about employee:{employee} shows by whom, and the chain still verifies")
