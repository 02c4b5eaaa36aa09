-- What the applier remembers: each decision once, and the effects that wait for their agent to be live.

create table rollcall.ledger (
    decision_id uuid primary key,
    proposal_id uuid not null,
    subject text not null,
    agent text not null,
    kind text not null,
    outcome text not null check (outcome in ('held', 'applied', 'failed', 'stale', 'reverted')),
    reason text not null default '',
    reverses uuid,
    reverted_by uuid,
    before jsonb,
    topic text not null,
    partition integer not null,
    log_offset bigint not null,
    written_at timestamptz not null default rollcall.now()
);
comment on table rollcall.ledger is
    'One row per decision that asked for something, written in the transaction of its effect: it cannot happen twice.';
comment on column rollcall.ledger.before is 'What the effect has replaced, for its inverse; null: nothing.';
comment on column rollcall.ledger.reverted_by is 'The decision that took this one''s effect back.';
create index on rollcall.ledger (proposal_id);
create index on rollcall.ledger (((before ->> 'decision_id')::uuid)) where before is not null;

create table rollcall.held (
    decision_id uuid primary key references rollcall.ledger,
    agent text not null,
    event jsonb not null,
    held_at timestamptz not null default rollcall.now()
);
comment on table rollcall.held is 'Approved effects of agents that are not live; applied when they are live again.';
create index on rollcall.held (agent, held_at);

-- A flag that was taken back stays, with who took it back: that it was raised is part of its history.
alter table public.attendance_flags
    add column lifted_at timestamptz,
    add column lifted_decision_id uuid,
    add check ((lifted_at is null) = (lifted_decision_id is null));
grant select (lifted_at, lifted_decision_id) on public.attendance_flags to rollcall_ingest;

grant select, insert, update on rollcall.ledger to rollcall_applier;
grant select, insert, delete on rollcall.held to rollcall_applier;
grant select on rollcall.ledger, rollcall.held to rollcall_console;
