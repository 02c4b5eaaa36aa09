"""An agent goes live: what waits for that, and what it has proposed in shadow, is a person's choice."""

import typer

from streams.cli.terminal import say
from streams.console import held_rows, standing_rows
from streams.settings import Settings


def check_held(settings: Settings, agent: str) -> None:
    """Refuse to go on while approved effects wait: a person says whether they still happen."""
    held = held_rows(settings, agent)
    if held:
        ids = "\n".join(f"  {row['proposal_id']}  {row['kind']} about {row['subject']}" for row in held)
        say(
            f"{len(held)} approved effects of {agent} wait and would happen at once:\n{ids}\n"
            "drop one: rollcall review stop ID --as … --note …; have all others happen: add --apply-held"
        )
        raise typer.Exit(1)


def offer_standing(settings: Settings, agent: str) -> None:
    """Say what was proposed in shadow and still stands: an admin may adopt it."""
    standing = standing_rows(settings, agent)
    if standing:
        ids = "\n".join(f"  {row['proposal_id']}  {row['kind']} about {row['subject']}" for row in standing)
        say(
            f"{len(standing)} proposals from its time in shadow stand; an admin adopts: rollcall review adopt ID\n{ids}"
        )
