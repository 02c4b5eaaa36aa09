"""Count, from the tables, whether everything arrived, and once. What should be is derived from source rows alone."""

from dataclasses import dataclass

from schemas.topics import CDC, DOMAIN
from streams.database import Connection
from streams.lag import ends
from streams.settings import Settings

SOURCES = ("locations", "job_positions", "employees", "person_roles", "shifts", "time_punches", "leave_requests",
           "policies", "agent_modes", "review_commands")  # fmt: skip

# Lateness by the source rows: first in-punch from four hours before the start to the end, whole minutes, over five.
# What was before attendance was live is judged, and nothing is proposed of it.
LATE = """
select s.id as shift_id, floor(extract(epoch from min(p.at) - s.starts_at) / 60)::int as minutes
from public.shifts s join public.time_punches p
  on p.employee_id = s.employee_id and p.direction = 'in'
  and p.at >= s.starts_at - interval '4 hours' and p.at < s.ends_at
  and s.starts_at >= (select set_at from public.agent_modes where agent = 'attendance')
group by s.id having floor(extract(epoch from min(p.at) - s.starts_at) / 60) > 5
"""
LOST = f"select count(*) from ({LATE}) due left join public.attendance a using (shift_id) where a.minutes_late is distinct from due.minutes"  # noqa: E501, S608
TOO_MANY = (
    f"select count(*) from public.attendance a left join ({LATE}) due using (shift_id) where due.shift_id is null"  # noqa: S608
)
PROPOSALS = "select kind, count(*) from mart.proposals where {} group by 1 order by 1"
JUDGED = """
select count(*) from public.shifts s left join mart.attendance m on m.shift_id = s.id and m.employee_id = s.employee_id
where m.shift_id is null and s.starts_at + interval '2 hours' < rollcall.now()
"""
DOUBLED = """
select count(*) from (
    select cause from mart.decisions join mart.proposals using (proposal_id)
    where status in ('applied', 'reverted') group by mart.proposals.kind, cause
    having count(*) filter (where status = 'applied') - count(*) filter (where status = 'reverted') > 1
) twice
"""
# Breaks by the source rows: since the morning began, six hours of work without a punch since an in-punch.
BREAKS = """
select count(*) from (
    select id from (
        select id, direction, at, lead(at) over (partition by employee_id order by at, direction desc) as until
        from public.time_punches
    ) stint
    where direction = 'in' and at + interval '6 hours' between %s and coalesce(until, rollcall.now())
) due full join (select cause::uuid as id from mart.proposals where kind = 'break_suggestion') made using (id)
where due.id is null or made.id is null
"""
LATENCY = """
select percentile_cont(array[0.5, 0.95, 0.99]) within group (order by milliseconds), count(*) from (
    select extract(epoch from pg_xact_commit_timestamp(a.xmin) - pg_xact_commit_timestamp(p.xmin)) * 1000 milliseconds
    from public.attendance a join public.shifts s on s.id = a.shift_id
    join public.time_punches p on p.employee_id = s.employee_id and p.direction = 'in'
      and p.at between s.starts_at and s.ends_at
    where s.starts_at >= %s
) each
"""


@dataclass(frozen=True, slots=True)
class Count:
    """The books of a morning."""

    rows: int
    records: dict[str, int]
    judgements: dict[str, int]
    proposals: dict[str, int]
    shadows: dict[str, int]
    """Proposals of agents in shadow: recorded, and nothing comes of them."""
    decisions: dict[str, int]
    effects: dict[str, int]
    lost: int
    doubled: int
    latency: tuple[float, float, float] | None
    """p50, p95 and p99 in milliseconds from the commit of a late punch to the commit of its effect."""
    measured: int

    @property
    def adds_up(self) -> bool:
        """Nothing lost, nothing doubled, and something happened."""
        return self.lost == self.doubled == 0 and all((self.judgements, self.proposals, self.effects, self.measured))


def count(connection: Connection, settings: Settings, morning: object) -> Count:
    """Read the books; `morning` is the instant from which latency is measured and breaks are due."""
    topics = ends(settings, {(topic.name, each) for topic in (CDC, *DOMAIN) for each in range(topic.partitions)})
    latency, measured = connection.execute(LATENCY, (morning,)).fetchone() or (None, 0)
    return Count(
        rows=sum(_one(connection, f"select count(*) from public.{table}") for table in SOURCES),  # noqa: S608
        records={
            topic.name: sum(end for (name, _), end in topics.items() if name == topic.name) for topic in (CDC, *DOMAIN)
        },
        judgements=_groups(connection, "select verdict, count(*) from mart.attendance group by 1 order by 1"),
        proposals=_groups(connection, PROPOSALS.format("not shadow")),
        shadows=_groups(connection, PROPOSALS.format("shadow")),
        decisions=_groups(connection, "select status, count(*) from mart.decisions group by 1 order by 1"),
        effects=_groups(connection, "select outcome, count(*) from public.applications group by 1 order by 1"),
        lost=_one(connection, LOST) + _one(connection, JUDGED) + _one(connection, BREAKS, morning),
        doubled=_one(connection, DOUBLED) + _one(connection, TOO_MANY),
        latency=tuple(latency) if latency else None,
        measured=measured,
    )


def past_is_judged(connection: Connection) -> bool:
    """Whether every shift that is over has its judgement."""
    return not _one(connection, JUDGED)


def _one(connection: Connection, query: str, *arguments: object) -> int:
    ((number,),) = connection.execute(query, arguments).fetchall()
    return int(number)


def _groups(connection: Connection, query: str) -> dict[str, int]:
    return dict(connection.execute(query).fetchall())
