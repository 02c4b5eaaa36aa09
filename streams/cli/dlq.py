"""Commands for dead letters: look at them, give them again, park or export them; and the quota on burying."""

import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from streams.cli.terminal import AsJson, say, show

if TYPE_CHECKING:
    from streams.settings import Settings
    from streams.triage import Known, Wanted

dlq = typer.Typer(no_args_is_help=True, help="Dead letters: records that a reader could not take.")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def instant(text: str) -> datetime:
    """Read an instant: ISO 8601 (UTC where no zone is said), or how long ago."""
    number, unit = text[:-1], text[-1:]
    try:
        if unit in UNITS and number.isdecimal():
            return datetime.now(UTC) - timedelta(**{UNITS[unit]: int(number)})
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise typer.BadParameter(
            f"{text!r} is neither like 2026-03-02T08:00Z nor, for how long ago, like 30m"
        ) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


Topic = Annotated[str | None, typer.Option(help="Only records of this topic.")]
Reader = Annotated[str | None, typer.Option(help="Only what this reader has buried, for example sink.attendance.")]
Cause = Annotated[str | None, typer.Option(help="Only this class of fault, for example Undecodable.")]
Key = Annotated[str | None, typer.Option(help="Only records with this key.")]
At = datetime | None
Since = Annotated[At, typer.Option(parser=instant, metavar="TIME", help="Buried then or later: 2026-03-02T08:00Z, 2h.")]
Until = Annotated[At, typer.Option(parser=instant, metavar="TIME", help="Buried before: as --since.")]
State = Annotated[
    Literal["open", "retried", "parked", "all"], typer.Option(help="What has become of them since they were buried.")
]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids from `rollcall dlq list`; or choose by options.")]
Person = Annotated[str, typer.Option("--as", help="Who says so: recorded with the row.")]
Note = Annotated[str, typer.Option("--note", help="Why; stays in PostgreSQL.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before several chosen by options.")]
Limit = Annotated[int | None, typer.Option(min=1, help="At most so many, the oldest of each partition first.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(dlq, name="dlq")


def _settings() -> "Settings":
    from streams.settings import Settings

    return Settings.load()


# A command's options are its parameters: that is how typer has it, hence more of them than a function should have.


@dlq.command("list")
def dlq_list(  # noqa: PLR0913
    topic: Topic = None,
    reader: Reader = None,
    cause: Cause = None,
    key: Key = None,
    since: Since = None,
    until: Until = None,
    state: State = "open",
    *,
    as_json: AsJson = False,
) -> None:
    """Show buried records with their cause; those that nobody has dealt with, unless told otherwise.

    Example: rollcall dlq list --reader sink.attendance --since 2h
    """
    from streams.triage import chosen

    wanted = _wanted(topic, reader, cause, key, since, until, state)
    rows = [known.row() for known in chosen(_settings(), wanted)]
    show(rows, as_json=as_json, empty="no such dead letters" if state == "all" else f"no such dead letters are {state}")


@dlq.command("show")
def dlq_show(letter: str, *, as_json: AsJson = False) -> None:
    """Show one buried record: why, from where, what was done about it, and what it says.

    Example: rollcall dlq show rollcall.workforce.v1.dlq-3-17
    """
    from streams.inspection import inspect
    from streams.triage import by_id

    settings = _settings()
    report = inspect(settings, by_id(settings, [letter])[0])
    typer.echo(json.dumps(report.document(), indent=2, default=str) if as_json else report.text())


@dlq.command("retry")
def dlq_retry(  # noqa: PLR0913
    letters: Ids = None,
    author: Person = "operator",
    note: Note = "",
    topic: Topic = None,
    reader: Reader = None,
    cause: Cause = None,
    key: Key = None,
    since: Since = None,
    until: Until = None,
    state: State = "open",
    limit: Limit = None,
    *,
    yes: Yes = False,
) -> None:
    """Give buried records to their readers again, and to nobody else.

    Example: rollcall dlq retry --reader sink.attendance --cause Refused --as ines
    """
    from connectors import commands
    from streams.console import connection

    wanted = _wanted(topic, reader, cause, key, since, until, state)
    meant = _meant(letters, wanted, limit)
    if not letters:
        confirm(meant, "given again", yes=yes)
    with connection(_settings()) as database:
        for known in meant:
            commands.retry_dead_letter(database, known.letter, author=author, note=note)
    say(f"{len(meant)} will be given again")


@dlq.command("park")
def dlq_park(  # noqa: PLR0913
    author: Person,
    note: Note,
    letters: Ids = None,
    topic: Topic = None,
    reader: Reader = None,
    cause: Cause = None,
    key: Key = None,
    since: Since = None,
    until: Until = None,
    state: State = "open",
    limit: Limit = None,
    *,
    yes: Yes = False,
) -> None:
    """Take buried records off the list of open ones without giving them again; the row says who did it and why.

    Example: rollcall dlq park rollcall.workforce.v1.dlq-3-17 --as ines --note "a test record"
    """
    from connectors import commands
    from streams.console import connection

    wanted = _wanted(topic, reader, cause, key, since, until, state)
    meant = _meant(letters, wanted, limit)
    if not letters:
        confirm(meant, "parked", yes=yes)
    with connection(_settings()) as database:
        for known in meant:
            commands.park_dead_letter(database, known.letter, author=author, note=note)
    say(f"{len(meant)} are parked; rollcall dlq list --state parked shows them")


@dlq.command("export")
def dlq_export(  # noqa: PLR0913
    letters: Ids = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", dir_okay=False, help="File to write; without it, stdout.")
    ] = None,
    topic: Topic = None,
    reader: Reader = None,
    cause: Cause = None,
    key: Key = None,
    since: Since = None,
    until: Until = None,
    state: State = "open",
) -> None:
    """Write buried records byte for byte: a JSON document a line; key, value and headers in base64.

    Example: rollcall dlq export --cause Undecodable --output letters.jsonl
    """
    from streams.inspection import exported

    wanted = _wanted(topic, reader, cause, key, since, until, state)
    found, count = _found(letters, wanted), 0
    with nullcontext(sys.stdout) if output is None else output.open("w", encoding="utf-8") as file:
        for known in found:
            file.write(json.dumps(exported(known), default=str) + "\n")
            count += 1
    say(f"{count} written" + ("" if output is None else f" to {output}"))


@dlq.command("quota")
def dlq_quota(*, as_json: AsJson = False) -> None:
    """Show how much each reader has buried in this hour, and how much it may before it stops.

    Example: rollcall dlq quota
    """
    from streams.console import burial_rows
    from streams.quota import PER_HOUR

    empty = f"nothing has been buried in this hour; each reader may bury {PER_HOUR} records of a topic"
    show(burial_rows(_settings()), as_json=as_json, empty=empty)


@dlq.command("allow")
def dlq_allow(  # noqa: PLR0913
    topic: Annotated[str, typer.Argument(help="Topic that the records are of.")],
    number: Annotated[int, typer.Argument(min=0, help="How many an hour.")],
    author: Person,
    note: Note,
    reader: Annotated[str | None, typer.Option(help="Who may; without it, every reader of the topic.")] = None,
    hours: Annotated[int, typer.Option(min=1, help="For how long.")] = 24,
    *,
    lasting: Annotated[bool, typer.Option("--lasting", help="Until somebody says otherwise.")] = False,
) -> None:
    """Let readers bury more records an hour, or less, than they may by default.

    Example: rollcall dlq allow rollcall.workforce.v1 5000 --reader sink.attendance --as ines --note "a bad import"
    """
    from connectors import commands
    from streams.console import connection

    allowed = commands.Allowance(topic, number, reader, None if lasting else timedelta(hours=hours))
    with connection(_settings()) as database:
        commands.allow_burials(database, allowed, author=author, note=note)
    say(f"{reader or 'every reader'} may bury {number} records of {topic} an hour, {_how_long(allowed.lasting)}")


def _how_long(lasting: timedelta | None) -> str:
    return "until somebody says otherwise" if lasting is None else f"for {lasting // timedelta(hours=1)} h"


def _wanted(  # noqa: PLR0913
    topic: Topic, reader: Reader, cause: Cause, key: Key, since: Since, until: Until, state: State
) -> "Wanted":
    """Return the choice that these options make, as all commands have them."""
    from streams.triage import Wanted

    become = None if state == "all" else state
    return Wanted(topic=topic, reader=reader, cause=cause, key=key, since=since, until=until, state=become)


def _found(ids: list[str] | None, wanted: "Wanted") -> "Iterable[Known]":
    """Return the dead letters that are named, or else chosen."""
    from streams.triage import by_id, chosen

    if ids and not wanted.everything:
        raise typer.BadParameter("name dead letters, or choose them by options, not both")
    return by_id(_settings(), ids) if ids else chosen(_settings(), wanted)


def _meant(ids: list[str] | None, wanted: "Wanted", limit: int | None) -> "list[Known]":
    """Return the same for something to be done about them: nobody means all of them by saying nothing."""
    if not ids and wanted.everything:
        raise typer.BadParameter(
            "name dead letters, or choose them: --topic, --reader, --cause, --key, --since, --until"
        )
    return list(islice(_found(ids, wanted), limit))


def confirm(meant: "Sequence[Known]", what: str, *, yes: bool) -> None:
    """Ask on a terminal before several are dealt with at once; elsewhere `--yes` must have been said."""
    if yes or not meant:
        return
    readers = ", ".join(sorted({known.letter.reader for known in meant}))
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"{len(meant)} dead letters of {readers} would be {what}: say --yes, or --limit")
    typer.confirm(f"{len(meant)} dead letters of {readers} will be {what}. Go on?", abort=True, err=True)
