"""Commands that look: doctor, config show, schemas check; and schemas generate, which writes what the models say."""

from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.terminal import AsJson, say, show

if TYPE_CHECKING:
    from streams.settings import Settings

config = typer.Typer(no_args_is_help=True, help="Settings, and where each comes from.")
schemas = typer.Typer(no_args_is_help=True, help="Event schemas: generated from the models, committed.")


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(doctor)
    app.add_typer(config, name="config")
    app.add_typer(schemas, name="schemas")


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


@config.command("show")
def config_show(*, as_json: AsJson = False) -> None:
    """Show every setting, its value and where it came from. Secrets are not shown.

    Example: rollcall config show
    """
    from streams.configuration import shown

    show([each._asdict() for each in shown(_settings())], as_json=as_json, empty="no settings")


@schemas.command("generate")
def schemas_generate(*, as_json: AsJson = False) -> None:
    """Write what has changed in the event models as a next version of its schema.

    Example: rollcall schemas generate
    """
    from streams.schemas import write

    show([{"file": name} for name in write()], as_json=as_json, empty="nothing to do: models and schemas say the same")


@schemas.command("check")
def schemas_check(*, as_json: AsJson = False) -> None:
    """Hold the event models against the committed schemas. Exit 1 when they differ or would break readers.

    Example: rollcall schemas check
    """
    from streams.schemas import check, committed, declared

    found = committed()
    check(declared(), found)
    if as_json:
        show([{"event": name, "versions": len(each)} for name, each in sorted(found.items())], as_json=True, empty="")
    say(f"{len(found)} events: models and schemas say the same, and every version reads every other")
