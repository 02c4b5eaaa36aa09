"""Who may approve a proposal: proposals approvers."""

from uuid import UUID

import typer

from streams.cli.console import proposals
from streams.cli.terminal import AsJson, show


def register(_: typer.Typer) -> None:
    """Add this file's command to the group of proposals."""
    proposals.command("approvers")(proposals_approvers)


def proposals_approvers(proposal_id: UUID, *, as_json: AsJson = False) -> None:
    """Show who may approve a proposal now, themselves or in somebody's place.

    Example: rollcall proposals approvers 2f0c9d1e-…
    """
    from streams.authority import approver_rows
    from streams.settings import Settings

    show(approver_rows(Settings.load(), proposal_id), as_json=as_json, empty="nobody may, or nobody is asked")
