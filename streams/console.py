"""What the command line shows people, read from the read models as the console's database role."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from psycopg.rows import dict_row
from pydantic import ValidationError

from agents import AGENTS
from schemas.faults import Misconfigured
from schemas.policies import POLICIES, Policy
from streams.database import Connection
from streams.login import login
from streams.quota import PER_HOUR
from streams.settings import Settings

Rows = list[dict[str, Any]]


class NotFound(Misconfigured):
    """What was asked for is not there."""


@contextmanager
def connection(settings: Settings) -> Iterator[Connection]:
    """Open the database as the console's role; raises as `login`."""
    with login(settings, "rollcall_console") as opened:
        yield opened


def _query(settings: Settings, query: str, *arguments: object) -> Rows:
    with connection(settings) as database:
        return rows(database, query, *arguments)


def rows(database: Connection, query: str, *arguments: object) -> Rows:
    """Return what a query finds, by column."""
    with database.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), arguments).fetchall()


def agent_rows(settings: Settings) -> Rows:
    """Return every agent with its mode, and how many of its topic's partitions it follows or is rebuilt in."""
    with connection(settings) as database:
        return agents_of(database)


def agents_of(database: Connection) -> Rows:
    """Return the same of a connected database."""
    modes = {row["agent"]: row for row in rows(database, "select agent, mode, author, set_at from public.agent_modes")}
    carried = rows(
        database,
        "select agent, count(*) filter (where reader like 'backfill.%%') as rebuilding"
        " from rollcall.carriers group by agent",
    )
    rebuilding = {row["agent"]: row["rebuilding"] for row in carried}
    return [
        {
            "agent": agent.name,
            "version": agent.version,
            "mode": modes.get(agent.name, {}).get("mode", "paused") if agent.moded else "always on",
            "since": modes.get(agent.name, {}).get("set_at"),
            "by": modes.get(agent.name, {}).get("author"),
            "topic": agent.topic.name,
            "rebuilding": f"{rebuilding.get(agent.name, 0)} of {agent.topic.partitions}",
        }
        for agent in AGENTS
    ]


def burial_rows(settings: Settings) -> Rows:
    """Return who has buried how much in this hour of how much each may, and what was allowed to whom until when."""
    with connection(settings) as database:
        return burials_of(database)


def burials_of(database: Connection) -> Rows:
    """Return the same of a connected database."""
    return rows(
        database,
        "with allowed as (select * from rollcall.burial_quotas where until is null or until > clock_timestamp()),"
        " counted as (select * from rollcall.burials where hour = rollcall.burial_hour()),"
        " pairs as (select reader, topic from counted union select reader, topic from allowed)"
        " select coalesce(p.reader, 'every reader') as reader, p.topic, coalesce(c.count, 0) as buried,"
        " coalesce(a.per_hour, %s) as quota, a.author as allowed_by, a.note, a.until"
        " from pairs p left join counted c on c.reader = p.reader and c.topic = p.topic left join lateral"
        " (select * from allowed where topic = p.topic and (reader = p.reader or reader is null)"
        " order by id desc limit 1) a on true order by p.topic, p.reader",
        PER_HOUR,
    )


def check_agent(name: str) -> None:
    """Refuse to switch an agent that is not there, or that has no modes."""
    if name not in switched_agents():
        raise NotFound(f"there is no agent {name!r} to switch; there are: {', '.join(switched_agents())}")


def switched_agents() -> list[str]:
    """Return the agents that have modes."""
    return [agent.name for agent in AGENTS if agent.moded]


def held_rows(settings: Settings, agent: str) -> Rows:
    """Return what an agent's approved proposals would do that wait until it is live."""
    return _query(
        settings,
        "select l.proposal_id, l.kind, l.subject, h.held_at from rollcall.held h join rollcall.ledger l"
        " using (decision_id) where h.agent = %s order by h.held_at",
        agent,
    )


def standing_rows(settings: Settings, agent: str) -> Rows:
    """Return what an agent has proposed in shadow that still stands."""
    return _query(
        settings,
        "select proposal_id, kind, subject, expires_at from mart.proposal_status"
        " where agent = %s and status = 'shadow' and expires_at > rollcall.now() order by recorded_at",
        agent,
    )


def policy_rows(settings: Settings) -> Rows:
    """Return all published versions, newest first."""
    return _query(
        settings,
        "select name as policy, version, effective_at, author, reason, published_at from public.policies"
        " order by name, version desc",
    )


def policy_text(settings: Settings, name: str) -> str:
    """Return the policy in force now, as YAML that `policy publish` takes."""
    kind = _kind(name)
    found = _query(
        settings,
        "select document from public.policies where name = %s and effective_at <= rollcall.now()"
        " order by effective_at desc, version desc limit 1",
        name,
    )
    held = kind.model_validate(found[0]["document"]) if found else kind()
    return f"policy: {name}\n" + yaml.safe_dump(held.model_dump(mode="json"), sort_keys=False)


def read_policy(path: Path) -> Policy:
    """Read a policy from YAML.

    Raises:
        Misconfigured: which field of which file is wrong, and what it should be.

    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        kind = _kind(document.pop("policy"))
        if gone := ", ".join(sorted(kind.retired & document.keys())):
            raise Misconfigured(f"{path}: {gone} says nothing any more; mend: leave it out")
        return kind.model_validate(document)
    except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise Misconfigured(f"{path} is not YAML that begins with `policy: <name>`: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise Misconfigured(f"{path}: {wrong}") from error


def _kind(name: str) -> type[Policy]:
    if name not in POLICIES:
        raise NotFound(f"there is no policy {name!r}; there are: {', '.join(POLICIES)}")
    return POLICIES[name]


def proposal_rows(settings: Settings, status: str | None, kind: str | None) -> Rows:
    """Return proposals, newest first, with the words that only PostgreSQL has; of flags the highest that stands."""
    return _query(
        settings,
        "select p.proposal_id, p.kind, e.name as about, p.status, p.role, p.risk,"
        " coalesce(d.expires_at, p.expires_at) as expires_at, p.recorded_at, c.card"
        " from mart.proposal_status p join mart.proposal_cards c using (proposal_id)"
        " left join mart.decisions d on d.decision_id = p.decision_id"
        " left join public.employees e on p.subject = 'employee:' || e.id"
        " where not c.superseded and (%s::text is null or p.status = %s) and (%s::text is null or p.kind = %s)"
        " order by p.recorded_at desc, c.card, p.proposal_id limit 500",
        status,
        status,
        kind,
        kind,
    )


@dataclass(frozen=True, slots=True)
class Story:
    """One proposal and every step of its life."""

    proposal: dict[str, Any]
    steps: Rows
    words: Rows
    """What people have said to it."""

    @property
    def now(self) -> dict[str, Any]:
        """What its newest step says."""
        lasting = [step for step in self.steps if step["status"] != "review_refused"]
        return lasting[-1] if lasting else defaultdict(lambda: None)

    def document(self) -> dict[str, Any]:
        """Return it for machines."""
        return {**self.proposal, "steps": self.steps, "words": self.words}

    def text(self) -> str:
        """Return it for people."""
        known, now = self.proposal, self.now
        lines = [
            f"{known['kind']} about {known['about'] or known['subject']} ({known['risk']} risk), by {known['agent']}",
            f"  would write  {_in_short(now['payload'] or known['payload'])}",
            *(f"  because      {rule}" for rule in known["rules"] or ()),
            f"  expires      {_minute(now['expires_at'] or known['expires_at'])}",
        ]
        if now["contest_until"]:
            lines.append(f"  contestable  until {_minute(now['contest_until'])}: nobody can approve it before")
        if now["contest"]:
            lines.append(f"  contested    {now['contest']}")
        moved = next((step["difference"] for step in reversed(self.steps) if step["difference"]), ())
        lines += [f"  has moved    {each['of']}, {each['field']}: {each['before']} -> {each['now']}" for each in moved]
        if (now["needed"] or 1) > 1:
            lines.append(f"  approved by  {now['approvals']} of {now['needed']} people")
        for step in self.steps:
            who = f" by {step['by']}" if step["by"] else ""
            to = f" to {step['role']}" if step["role"] and step["status"] == "routed" else ""
            why = f": {step['reason']}" if step["reason"] else ""
            lines.append(f"  {_minute(step['recorded_at'])}  {step['status'].replace('_', ' ')}{to}{who}{why}")
        for said in self.words:
            lines.append(f"  {_minute(said['given_at'])}  {said['by']} said to {said['verdict']}: {said['note']}")
        return "\n".join(lines)


def _in_short(payload: dict[str, Any]) -> str:
    """Return what a payload says without its lists, which the reasons tell in words."""
    short = {name: value for name, value in payload.items() if not isinstance(value, list)}
    more = ", ".join(name for name in payload if name not in short)
    return json.dumps(short) + (f" and {more}: see --json" if more else "")


def _minute(at: Any) -> str:
    return "" if at is None else at.isoformat(timespec="seconds")


def proposal_story(settings: Settings, proposal_id: UUID) -> Story:
    """Return one proposal with its steps.

    Raises:
        NotFound: no such proposal.

    """
    found = _query(
        settings,
        "select p.*, e.name as about from mart.proposals p"
        " left join public.employees e on p.subject = 'employee:' || e.id where p.proposal_id = %s",
        proposal_id,
    )
    if not found:
        raise NotFound(f"there is no proposal {proposal_id}; rollcall proposals list shows them")
    steps = _query(
        settings,
        "select d.status, d.role, e.name as by, d.reason, d.recorded_at, d.decision_id, d.reverses, d.payload,"
        " d.expires_at, d.contest, d.contest_until, cardinality(d.seats) as needed,"
        " cardinality(d.approvals) as approvals, d.binding, d.difference"
        " from mart.decisions d left join public.employees e on e.id = d.reviewer_id"
        " where d.proposal_id = %s order by d.cause_offset, d.log_offset",
        proposal_id,
    )
    words = _query(
        settings,
        "select replace(r.verdict, '_', ' ') as verdict, e.name as by, r.note, r.given_at from public.review_commands r"
        " join public.employees e on e.id = r.reviewer_id where r.proposal_id = %s and r.note <> ''"
        " order by r.given_at",
        proposal_id,
    )
    return Story(found[0], steps, words)
