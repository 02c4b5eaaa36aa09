"""Commands for what no clock can know: calls, exceptions, contact with somebody, closures and outages of clocks."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from streams.cli.terminal import say

if TYPE_CHECKING:
    from connectors.commands import Connection

facts = typer.Typer(no_args_is_help=True, help="Tell what no clock can know: calls, exceptions, closures, outages.")


def zoned(text: str) -> datetime:
    """Read an instant: ISO 8601 with its zone, for people at a place and whoever types may be in two."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time like 2026-03-02T08:00-05:00") from None
    if at.tzinfo is None:
        plain = at.isoformat(timespec="minutes")
        raise typer.BadParameter(f"{text!r} does not say its zone: say {plain}Z for UTC, or like {plain}-05:00")
    return at


Person = Annotated[UUID, typer.Option("--as", help="Employee id of the person who says so.")]
Note = Annotated[str, typer.Option("--note", help="Why; stays in PostgreSQL.")]
At = datetime | None
When = Annotated[At, typer.Option("--at", parser=zoned, metavar="TIME", help="When, with its zone; without it, now.")]
From = Annotated[datetime, typer.Option("--from", parser=zoned, metavar="TIME", help="Like 2026-03-02T08:00-05:00.")]
Until = Annotated[datetime, typer.Option("--until", parser=zoned, metavar="TIME", help="As --from.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.add_typer(facts, name="facts")


def _told(record: "Callable[[Connection], UUID]") -> None:
    from streams.console import connection
    from streams.settings import Settings

    with connection(Settings.load()) as database:
        recorded = record(database)
    say(f"recorded as {recorded}")


@facts.command("call")
def facts_call(shift_id: UUID, person: Person, at: When = None) -> None:
    """Record that whoever has a shift has told that they do not come; --as is who was told.

    Example: rollcall facts call 2f0c9d1e-… --as 7d1b… --at 2026-03-02T06:40-05:00
    """
    from connectors.facts import call

    _told(lambda database: call(database, shift_id, taken_by=person, announced_at=at))


@facts.command("except")
def facts_except(
    shift_id: UUID,
    kind: Annotated[
        str,
        typer.Argument(help="excused, come_late, leave_early, worked, acknowledged, absence_confirmed or unprotected."),
    ],
    person: Person,
    note: Note = "",
    minutes: Annotated[int | None, typer.Option(help="How much later or earlier somebody may come or leave.")] = None,
) -> None:
    """Say of a shift what its punches do not: that it is excused, that it was worked, that somebody may come late, …

    Example: rollcall facts except 2f0c9d1e-… come_late --minutes 30 --as 7d1b… --note "a dentist"
    """
    from connectors.facts import Said, give_exception

    said = Said(shift_id, kind, person, note, minutes)
    _told(lambda database: give_exception(database, said))


@facts.command("contact")
def facts_contact(employee_id: UUID, person: Person, note: Note = "", at: When = None) -> None:
    """Record that somebody who did not come was reached.

    Example: rollcall facts contact 51aa… --as 7d1b… --note "is well, overslept"
    """
    from connectors.facts import contact

    _told(lambda database: contact(database, employee_id, given_by=person, reason=note, at=at))


@facts.command("close")
def facts_close(location_id: UUID, since: From, until: Until, person: Person, note: Note) -> None:
    """Declare a place closed: nobody has to be there.

    Example: rollcall facts close 9c3e… --from 2026-03-02T08:00Z --until 2026-03-03T08:00Z --as 7d1b… --note storm
    """
    from connectors.facts import Span, close

    span = Span(location_id, since, until)
    _told(lambda database: close(database, span, declared_by=person, reason=note))


@facts.command("outage")
def facts_outage(location_id: UUID, since: From, until: Until, person: Person) -> None:
    """Confirm that the clocks of a place did not work: nothing is held against anybody for that time.

    Example: rollcall facts outage 9c3e… --from 2026-03-02T08:00Z --until 2026-03-02T14:00Z --as 7d1b…
    """
    from connectors.facts import Span, confirm_outage

    span = Span(location_id, since, until)
    _told(lambda database: confirm_outage(database, span, confirmed_by=person))
