"""``rollcall``: data on stdout, talk on stderr, exit 0 (done), 1 (it did not work) or 2 (asked or configured wrongly).

Commands import what they need when they run, so that ``--help`` answers at once.
"""

import sys

import typer

from schemas.faults import Fault, Misconfigured
from streams.cli import checks, console, dlq, explain, operate, plan, stack
from streams.cli.terminal import say

app = typer.Typer(
    name="rollcall",
    help="An event-driven workforce back office: rows become events, events proposals, proposals decisions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
for module in (stack, checks, operate, console, explain, dlq, plan):
    module.register(app)


def main() -> None:
    """Run a command and turn a fault into its message and exit code."""
    try:
        app()
    except Misconfigured as fault:
        say(f"rollcall: {fault}")
        sys.exit(2)
    except Fault as fault:
        say(f"rollcall: {fault}" + (f" (runbook: docs/runbooks/{fault.runbook}.md)" if fault.runbook else ""))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
