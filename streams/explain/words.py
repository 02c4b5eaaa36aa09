"""What only PostgreSQL has: names, notes, what became of effects. It never travels, and may be erased."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from schemas.events import ProposalMade
from streams.database import Connection

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """Whatever is not there (any more) is left out."""

    names: Mapping[str, str] = field(default_factory=dict)
    """By employee id."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What reviewers wrote, by review id."""
    applications: Mapping[str, Row] = field(default_factory=dict)
    """Rows of ``public.applications`` by id."""
    held: tuple[str, ...] = ()
    """Decisions whose effect waits until their agent is live again."""
    policy: Row | None = None
    """Who published the policy version that the proposal names, and why."""

    def named(self, subject: str) -> str:
        """Return somebody's name, or what they are called in events."""
        return self.names.get(subject.removeprefix("employee:"), subject)


def words(database: Connection, made: ProposalMade, people: Iterable[UUID]) -> Words:
    """Return what there is to say about a proposal and these people."""

    def rows(query: str, *arguments: object) -> list[dict[str, Any]]:
        with database.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, arguments).fetchall()

    proposal_id = made.proposal_id
    about = [made.subject.partition(":")[2], *map(str, people)]
    policies = rows(
        "select name, version, author, reason, effective_at, published_at from public.policies"
        " where name = %s and version = %s and tenant_id = %s",
        made.agent, made.policy_version, made.tenant_id,
    )  # fmt: skip
    return Words(
        names={
            str(row["id"]): row["name"]
            for row in rows("select id, name from public.employees where id::text = any(%s)", about)
        },
        notes={
            str(row["id"]): row["note"]
            for row in rows(
                "select id, note from public.review_commands where proposal_id = %s and note <> ''", proposal_id
            )
        },
        applications={
            str(row["id"]): row
            for row in rows(
                "select id, decision_id, outcome, reason, at from public.applications where proposal_id = %s",
                proposal_id,
            )
        },
        held=tuple(
            str(row["decision_id"])
            for row in rows(
                "select decision_id from rollcall.ledger where proposal_id = %s and outcome = 'held'", proposal_id
            )
        ),
        policy=policies[0] if policies else None,
    )
