"""What only PostgreSQL has: names, notes, what became of effects. It never travels, and may be erased."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import dict_row

from schemas.events import ProposalMade
from streams.database import Connection
from streams.explain.again import Consulted

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
    policies: Mapping[Consulted, Row] = field(default_factory=dict)
    """Who published a version of a policy, why, and from when on it is in force."""

    def named(self, subject: str) -> str:
        """Return somebody's name, or what they are called in events."""
        return self.names.get(subject.removeprefix("employee:"), subject)


NAMES = "select id, name from public.employees where id::text = any(%s)"
NOTES = "select id, note from public.review_commands where proposal_id = %s and note <> ''"
APPLICATIONS = "select id, decision_id, outcome, reason, at from public.applications where proposal_id = %s"
HELD = "select decision_id from rollcall.ledger where proposal_id = %s and outcome = 'held'"
POLICIES = """select name, version, author, reason, effective_at from public.policies
    where tenant_id = %s and name = any(%s)"""


def words(database: Connection, made: ProposalMade, people: Iterable[UUID], consulted: Collection[Consulted]) -> Words:
    """Return what there is to say about a proposal, these people and these policies."""

    def rows(query: LiteralString, *arguments: object) -> list[dict[str, Any]]:
        with database.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, arguments).fetchall()

    about = [made.subject.partition(":")[2], *map(str, people)]
    versions = {
        Consulted(row["name"], row["version"]): row
        for row in rows(POLICIES, made.tenant_id, [each.name for each in consulted])
    }
    return Words(
        names={str(row["id"]): row["name"] for row in rows(NAMES, about)},
        notes={str(row["id"]): row["note"] for row in rows(NOTES, made.proposal_id)},
        applications={str(row["id"]): row for row in rows(APPLICATIONS, made.proposal_id)},
        held=tuple(str(row["decision_id"]) for row in rows(HELD, made.proposal_id)),
        policies={each: row for each, row in versions.items() if each in consulted},
    )
