"""Commands that look and change nothing: doctor."""

from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.terminal import AsJson, say, show

if TYPE_CHECKING:
    from streams.settings import Settings


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(doctor)


def _settings() -> "Settings":
    from streams.settings import Settings

    return Settings.load()


def doctor(
    *,
    external: Annotated[
        bool, typer.Option("--external", help="The parts are somebody else's: look at no process, port or version.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check everything that an installation needs, and say how to mend what is wrong. Exit 1 when something is.

    Example: rollcall doctor --external --json
    """
    from streams.doctor.checks import checks
    from streams.doctor.examination import examine
    from streams.doctor.installation import Installation

    found = list(examine(Installation(_settings()), checks(external=external)))
    rows = [
        {"check": each.name, "state": str(each.finding.state), "what": each.finding.what, "fix": each.finding.fix}
        for each in found
    ]
    show(rows, as_json=as_json, empty="nothing to check")
    if wrong := sum(row["state"] == "bad" for row in rows):
        say(f"{wrong} of {len(rows)} checks found something to mend; the first may be the cause of others")
        raise typer.Exit(1)
