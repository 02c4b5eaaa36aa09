-- Read models for people and analysts: written by sinks alone, never captured, can be filled again from the log.
--
-- Each row says where in the log it comes from (topic, partition, log_offset), when it happened (occurred_at) and when
-- it was recorded (recorded_at). Ids of people are random and stand for a person only together with public.employees,
-- whose names analysts cannot read: to them these ids are pseudonyms, and erasing the name there erases it here.
-- Reasons and rules are codes and sentences of agents; nothing that a person has typed comes here.

create schema mart;

create table mart.attendance (
    shift_id uuid not null,
    employee_id uuid not null,
    location_id uuid not null,
    starts_at timestamptz not null,
    version integer not null,
    verdict text not null,
    minutes integer not null,
    policy_version integer not null,
    tenant_id text not null,
    topic text not null,
    partition integer not null,
    log_offset bigint not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    primary key (shift_id, employee_id)
);
comment on table mart.attendance is
    'The current judgement per shift and employee; a shift that went to somebody else is cancelled for the first.';
create index on mart.attendance (employee_id, starts_at);
create index on mart.attendance (location_id, starts_at);

create table mart.proposals (
    proposal_id uuid primary key,
    subject text not null,
    agent text not null,
    kind text not null,
    shadow boolean not null,
    tenant_id text not null,
    topic text not null,
    partition integer not null,
    agent_version integer,
    cause text,
    raised integer,
    payload jsonb,
    risk text,
    evidence uuid[],
    rules text[],
    policy_version integer,
    subject_version timestamptz,
    expires_at timestamptz,
    log_offset bigint,
    occurred_at timestamptz,
    recorded_at timestamptz,
    withdrawn_reason text,
    withdrawn_evidence uuid[],
    withdrawn_log_offset bigint,
    withdrawn_occurred_at timestamptz,
    withdrawn_recorded_at timestamptz
);
comment on table mart.proposals is
    'What agents propose; shadow ones are compared, never decided. Without log_offset only the withdrawal is known yet.';
create index on mart.proposals (subject);
create index on mart.proposals (agent, recorded_at);

create table mart.decisions (
    event_id uuid primary key,
    proposal_id uuid not null,
    subject text not null,
    status text not null,
    reason text not null,
    reviewer_id uuid,
    causation_id uuid not null,
    correlation_id uuid not null,
    tenant_id text not null,
    cause_offset bigint,
    topic text not null,
    partition integer not null,
    log_offset bigint not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null,
    decision_id uuid,
    review_id uuid,
    agent text,
    kind text,
    role text,
    risk text,
    policy_version integer,
    reverses uuid,
    expires_at timestamptz
);
comment on table mart.decisions is 'Every step of every proposal''s life; review_refused moves no proposal.';
comment on column mart.decisions.cause_offset is 'Where in the proposals'' log the supervisor stood: orders the steps.';
create index on mart.decisions (proposal_id, cause_offset, log_offset);
create index on mart.decisions (decision_id);
create index on mart.decisions (status, recorded_at);

create table mart.agent_run_counts (
    agent text not null,
    topic text not null,
    partition integer not null,
    minute timestamptz not null,
    emitted_to text not null,
    emitted_partition integer not null,
    last_offset bigint not null,
    emissions bigint not null,
    proposals bigint not null,
    withdrawals bigint not null,
    decisions bigint not null,
    auto_approved bigint not null,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    primary key (agent, topic, partition, minute, emitted_to, emitted_partition)
);
comment on column mart.agent_run_counts.last_offset is
    'The last record counted, of this partition of emitted_to: what is not above it has been counted before.';

create view mart.agent_runs as
select agent, topic, partition, minute,
       sum(emissions)::bigint as emissions, sum(proposals)::bigint as proposals_created,
       sum(withdrawals)::bigint as proposals_withdrawn, sum(decisions)::bigint as decisions,
       sum(auto_approved)::bigint as proposals_auto_approved,
       min(started_at) as started_at, max(finished_at) as finished_at
from mart.agent_run_counts
group by agent, topic, partition, minute;
comment on view mart.agent_runs is
    'A run is an agent''s work in one minute (of record time) of one partition that it folds, if it emitted something.';

create view mart.proposal_status as
select proposal.*,
       case when newest.status is not null then newest.status
            when proposal.withdrawn_recorded_at is not null then 'withdrawn'
            when proposal.shadow then 'shadow'
            else 'pending' end as status,
       newest.reason as status_reason, newest.decision_id, newest.role, newest.reviewer_id,
       newest.occurred_at as decided_at, newest.recorded_at as decision_recorded_at
from mart.proposals proposal
left join lateral (
    select * from mart.decisions decision
    where decision.proposal_id = proposal.proposal_id and decision.status <> 'review_refused'
    order by decision.cause_offset desc nulls last, decision.log_offset desc
    limit 1
) newest on true;
comment on view mart.proposal_status is 'Each proposal with its newest decision.';

grant usage on schema mart to rollcall_sinks, rollcall_console, rollcall_analyst;
grant select, insert, update on all tables in schema mart to rollcall_sinks;
grant select on all tables in schema mart to rollcall_console, rollcall_analyst;
