"""Commands for the local stack: up, down, logs, demo; and ``run``, which is one role."""

import sys
import time
from collections import deque
from pathlib import Path
from typing import Annotated

import typer

from streams.cli.terminal import say, show

run = typer.Typer(no_args_is_help=True, help="Run one role in this process until it is told to stop.")


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    for command in (up, down, logs, demo):
        app.command()(command)
    app.add_typer(run, name="run")


def up(
    *,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return when everything runs.")] = False,
) -> None:
    """Start PostgreSQL, Kafka, Connect, the registry and all roles, but for parts that settings place elsewhere.

    Example: rollcall up --detach
    """
    from streams import roles
    from streams.local import background
    from streams.local.runner import Stack
    from streams.settings import Settings

    home = Settings.load().home
    if detach:
        background.start(home)
        say("everything runs; rollcall status shows it, rollcall down stops it")
        return
    stack = Stack(home, roles.roles(), roles.prepare)
    with stack as settings:
        place = f"{settings.postgres_host}:{settings.postgres_port}"
        say(f"up: PostgreSQL at {place}, Kafka at {settings.bootstrap}; Ctrl-C stops what runs here")
        stack.wait()
        say("stopping")


def down() -> None:
    """Stop what `up` started, and wait until it has stopped.

    Example: rollcall down
    """
    from streams.local.status import request_stop
    from streams.settings import Settings

    home = Settings.load().home
    say("stopped" if request_stop(home) else f"nothing runs in {home}")


def logs(
    part: Annotated[str | None, typer.Argument(help="A part or role, as `rollcall status` names it.")] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing what is added.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="Lines from the end.")] = 50,
) -> None:
    """Print the last lines of one part's log, or name the logs there are.

    Example: rollcall logs agents-workforce -f
    """
    from streams.settings import Settings

    folder = Settings.load().home / "logs"
    names = sorted(path.stem for path in folder.glob("*.log"))
    if part is None:
        show([{"log": name, "path": folder / f"{name}.log"} for name in names], as_json=False, empty="no logs yet")
        return
    if part not in names:
        raise typer.BadParameter(f"no log of {part!r} in {folder}; there are: {', '.join(names) or 'none'}")
    _print_log(folder / f"{part}.log", lines, follow=follow)


def _print_log(path: Path, lines: int, *, follow: bool) -> None:
    with path.open(encoding="utf-8", errors="replace") as log:
        sys.stdout.writelines(deque(log, maxlen=lines))
        while follow:
            sys.stdout.write(log.read())
            sys.stdout.flush()
            time.sleep(0.2)


def demo(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="End after the morning: exit 0 if all adds up, else 1.")
    ] = False,
    rate: Annotated[
        float | None, typer.Option(help="Business minutes a second: 1 to be watched, 4 with --check.", min=0.1, max=20)
    ] = None,
) -> None:
    """Play a clinic group's morning through the whole stack, live, and count at the end.

    Example: rollcall demo --check
    """
    from streams.demo.play import play
    from streams.settings import Settings

    raise typer.Exit(play(Settings.load().home, rate=rate or (4.0 if check else 1.0), check=check))


@run.command()
def translate() -> None:
    """Translate the change log into domain topics.

    Example: rollcall run translate
    """
    from streams import serving, translator

    serving.serve("translate", "rollcall_translator", translator.run)


@run.command()
def agents(
    topic: Annotated[str, typer.Option(help="Whose agents to host: workforce, operations or proposals.")],
) -> None:
    """Host the agents of one folded topic.

    Example: rollcall run agents --topic workforce
    """
    from agents import BY_TOPIC
    from streams import host, serving
    from streams.roles import FOLDED

    if topic not in FOLDED:
        raise typer.BadParameter(f"{topic!r} has no host; choose one of: {', '.join(FOLDED)}", param_hint="--topic")
    folded = FOLDED[topic]
    serving.serve(
        f"agents-{topic}", "rollcall_agents", lambda settings: host.run(settings, folded, BY_TOPIC.get(folded.name, ()))
    )


@run.command()
def sinks() -> None:
    """Write the read models.

    Example: rollcall run sinks
    """
    from streams import serving, sinking

    serving.serve("sinks", "rollcall_sinks", sinking.run)


@run.command()
def apply() -> None:
    """Apply decisions to the database.

    Example: rollcall run apply
    """
    from streams import applying, serving

    serving.serve("apply", "rollcall_applier", applying.run)


@run.command()
def audit() -> None:
    """Write the audit trail, and publish where it ends.

    Example: rollcall run audit
    """
    from streams import auditing, serving

    serving.serve("audit", "rollcall_auditor", auditing.run)
