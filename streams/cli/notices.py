"""What people were told, and that somebody has read it."""

from typing import Annotated
from uuid import UUID

import typer

from streams.cli.terminal import AsJson, show

notices = typer.Typer(no_args_is_help=True, help="What people were told.")


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(notices, name="notices")


@notices.command("list")
def notices_list(
    who: Annotated[
        UUID | None, typer.Option("--for", help="Employee id: only what is for them, or a role of theirs.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what people were told, newest first.

    Example: rollcall notices list --for 7d1b…
    """
    from streams.notices import SHOWN, told
    from streams.settings import Settings

    found = told(Settings.load(), who)
    shown = found if as_json else [{name: row[name] for name in SHOWN} for row in found]
    show(shown, as_json=as_json, empty="nobody was told anything")


@notices.command("read")
def notices_read(
    notice_id: UUID, who: Annotated[UUID, typer.Option("--as", help="Employee id of the person who has read it.")]
) -> None:
    """Note that a notice was read.

    Example: rollcall notices read 2f0c9d1e-… --as 7d1b…
    """
    from streams.notices import read
    from streams.settings import Settings

    read(Settings.load(), notice_id, who)
