"""``rollcall``: data on stdout, talk on stderr, exit 0, 1 or 2.

0: done. 1: tried, and it did not work. 2: asked or configured wrongly, or something that it needs is away or lacking;
then the message says what, where and how to mend it.

Commands import what they need when they run, so that ``--help`` answers at once.
"""

import sys

import typer

from schemas.faults import Fault, Misconfigured, SchemaBehind, Unavailable
from streams.cli import (
    approvers,
    audit,
    checks,
    console,
    delegate,
    dlq,
    explain,
    facts,
    notices,
    operate,
    person,
    plan,
    preview,
    reviews,
    stack,
    watch,
)
from streams.cli.terminal import say

app = typer.Typer(
    name="rollcall",
    help="An event-driven workforce back office: rows become events, events proposals, proposals decisions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)
for module in (
    stack,
    watch,
    checks,
    operate,
    console,
    approvers,
    reviews,
    delegate,
    facts,
    notices,
    explain,
    dlq,
    plan,
    audit,
    preview,
    person,
):
    module.register(app)


def main() -> None:
    """Run a command and turn a fault into its message and exit code."""
    try:
        app()
    except Fault as fault:
        page = fault.runbook if not isinstance(fault, Misconfigured) else ""
        say(f"rollcall: {fault}" + (f" (runbook: docs/runbooks/{page}.md)" if page else ""))
        sys.exit(2 if isinstance(fault, Misconfigured | SchemaBehind | Unavailable) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
