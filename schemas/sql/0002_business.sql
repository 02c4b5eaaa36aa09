-- Business tables, command tables and the business clock: all of them captured, so that every fact has one door.
-- A later migration adds a captured table by creating it and calling rollcall.capture(...), once, in its own words.

-- The business clock ------------------------------------------------------------------------------------------------

create table public.business_clock (
    id smallint primary key default 1 check (id = 1),
    anchor_business timestamptz not null,
    anchor_real timestamptz not null,
    rate double precision not null check (rate >= 0 and rate < 'infinity'),
    check (isfinite(anchor_business) and isfinite(anchor_real))
);
comment on table public.business_clock is
    'At the real instant anchor_real it was anchor_business; since then business time runs at rate.';
insert into public.business_clock (anchor_business, anchor_real, rate)
    select real, real, 1 from (select clock_timestamp()) now (real);

-- Whoever may stamp a row may read the clock, and nothing else with it.
create function rollcall.now() returns timestamptz
language sql volatile security definer set search_path = '' as $$
    select anchor_business + (clock_timestamp() - anchor_real) * rate from public.business_clock
$$;
comment on function rollcall.now() is 'The one source of time: stamps heartbeats, defaults and constraints.';

create table public.heartbeat (
    id smallint primary key default 1 check (id = 1),
    beat_at timestamptz not null default rollcall.now()
);
comment on table public.heartbeat is 'Beaten by the connector; a change of its minute is the tick of everything.';
insert into public.heartbeat default values;

-- Reference facts ---------------------------------------------------------------------------------------------------

create table public.policies (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    name text not null check (name <> ''),
    version integer not null check (version >= 1),
    document jsonb not null check (jsonb_typeof(document) = 'object'),
    effective_at timestamptz not null,
    author text not null check (author <> ''),
    reason text not null check (reason <> ''),
    published_at timestamptz not null,
    unique (tenant_id, name, version),
    check (effective_at >= published_at)
);
comment on column public.policies.reason is 'Free text: not captured.';

create table public.agent_modes (
    agent text primary key check (agent <> ''),
    tenant_id text not null default 'default',
    mode text not null default 'paused' check (mode in ('disabled', 'paused', 'shadow', 'live')),
    author text not null check (author <> ''),
    set_at timestamptz not null default rollcall.now()
);
comment on table public.agent_modes is 'An agent without a row is paused.';

create table public.locations (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    name text not null check (name <> ''),
    zone text not null,
    created_at timestamptz not null default rollcall.now()
);
comment on column public.locations.name is 'Free text: not captured.';
comment on column public.locations.zone is 'IANA time zone.';

create table public.job_positions (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    code text not null check (code <> ''),
    created_at timestamptz not null default rollcall.now(),
    unique (tenant_id, code)
);

create table public.employees (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    name text not null check (name <> ''),
    contact text,
    manager_id uuid references public.employees check (manager_id <> id),
    location_id uuid not null references public.locations,
    job_position_id uuid references public.job_positions,
    hired_on date not null check (isfinite(hired_on)),
    ended_on date check (isfinite(ended_on) and ended_on >= hired_on),
    created_at timestamptz not null default rollcall.now()
);
comment on column public.employees.name is 'Not captured.';
comment on column public.employees.contact is 'Not captured.';

create table public.person_roles (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    employee_id uuid not null references public.employees,
    role text not null check (role in ('manager', 'hr', 'admin')),
    location_id uuid references public.locations,
    created_at timestamptz not null default rollcall.now(),
    unique nulls not distinct (employee_id, role, location_id)  -- X13
);
comment on column public.person_roles.location_id is 'Null: at every location.';

-- Work --------------------------------------------------------------------------------------------------------------

create table public.shifts (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    employee_id uuid not null references public.employees,
    location_id uuid not null references public.locations,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    created_at timestamptz not null default rollcall.now(),
    check (isfinite(starts_at) and isfinite(ends_at) and ends_at > starts_at)
);
create index on public.shifts (employee_id, starts_at);

create table public.time_punches (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    employee_id uuid not null references public.employees,
    direction text not null check (direction in ('in', 'out')),
    at timestamptz not null check (isfinite(at)),
    source text not null default 'terminal' check (source <> ''),
    device text,
    location_id uuid references public.locations,
    created_at timestamptz not null default rollcall.now()
);
create index on public.time_punches (employee_id, at);
comment on table public.time_punches is 'Corrected by update, voided by delete.';

create table public.leave_requests (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    employee_id uuid not null references public.employees,
    kind text not null default 'leave' check (kind <> ''),
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    protected boolean not null default false,
    status text not null default 'requested' check (status in ('requested', 'approved', 'refused', 'cancelled')),
    created_at timestamptz not null default rollcall.now(),
    check (isfinite(starts_at) and isfinite(ends_at) and ends_at > starts_at)
);
create index on public.leave_requests (employee_id, starts_at);
comment on column public.leave_requests.kind is 'Why somebody is away: not captured.';

-- Effects of decisions ----------------------------------------------------------------------------------------------
-- No foreign key to the shift: a shift may be cancelled after it was judged, and then the inverse decides what becomes
-- of its entry.

create table public.attendance (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    shift_id uuid not null unique,
    employee_id uuid not null references public.employees,
    minutes_late integer not null check (minutes_late >= 0),
    decision_id uuid not null,
    recorded_at timestamptz not null default rollcall.now()
);

create table public.attendance_flags (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    employee_id uuid not null references public.employees,
    proposal_id uuid not null unique,
    decision_id uuid not null unique,
    shift_ids uuid[] not null check (cardinality(shift_ids) > 0),
    first_start timestamptz not null,
    last_start timestamptz not null check (last_start >= first_start),
    raised_at timestamptz not null default rollcall.now()
);
create index on public.attendance_flags (employee_id);

-- Commands of people, and what applying came to ---------------------------------------------------------------------

create table public.review_commands (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    proposal_id uuid not null,
    subject text not null check (subject ~ '^[a-z_]+:.+$'),
    verdict text not null check (verdict in ('approve', 'reject')),
    reviewer_id uuid not null references public.employees,
    note text not null default '',
    given_at timestamptz not null default rollcall.now()
);
create index on public.review_commands (proposal_id);
comment on column public.review_commands.note is 'Free text: not captured.';

create table public.dlq_commands (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    reader text not null check (reader <> ''),
    topic text not null check (topic <> ''),
    partition integer not null check (partition >= 0),
    source_offset bigint not null check (source_offset >= 0),
    key bytea,
    value bytea,
    headers jsonb not null default '[]' check (jsonb_typeof(headers) = 'array'),
    woken text,
    author text not null check (author <> ''),
    given_at timestamptz not null default rollcall.now()
);
comment on table public.dlq_commands is 'A dead record, byte for byte, that its reader is to be given again.';
comment on column public.dlq_commands.headers is 'Pairs of name and base64 value, in order.';
comment on column public.dlq_commands.woken is 'Key whose wake-up had failed, when it was not the record''s own.';

create table public.applications (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    decision_id uuid not null unique,
    proposal_id uuid not null,
    subject text not null check (subject ~ '^[a-z_]+:.+$'),
    outcome text not null check (outcome in ('applied', 'failed', 'stale', 'reverted')),
    reason text not null default '',
    causation_id uuid not null,
    correlation_id uuid not null,
    at timestamptz not null default rollcall.now()
);
comment on column public.applications.causation_id is 'Event id of the decision that asked for it.';
comment on column public.applications.correlation_id is 'Event id of the first cause.';
comment on column public.applications.reason is 'A code, not a sentence: it is captured.';

-- What must hold that a column's own check cannot say ---------------------------------------------------------------

create function rollcall.number_policy() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    newest integer;
begin
    perform pg_advisory_xact_lock(hashtext('rollcall.policies'), hashtext(new.tenant_id || ':' || new.name));
    select coalesce(max(version), 0) into newest
        from public.policies where tenant_id = new.tenant_id and name = new.name;
    new.version := coalesce(new.version, newest + 1);
    if new.version <> newest + 1 then
        raise exception 'policy % has version %: the next is %, not %', new.name, newest, newest + 1, new.version
            using errcode = 'check_violation';
    end if;
    new.published_at := rollcall.now();
    new.effective_at := coalesce(new.effective_at, new.published_at);
    if new.effective_at < new.published_at then
        raise exception 'policy % cannot take effect at %: that is past, it is %', new.name, new.effective_at, new.published_at
            using errcode = 'check_violation', hint = 'Leave effective_at out to let it take effect now.';
    end if;
    return new;
end $$;
create trigger number_policy before insert on public.policies
    for each row execute function rollcall.number_policy();

create function rollcall.check_zone() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if new.zone !~ '^(UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$'
       or not exists (select from public.locations where zone = new.zone)  -- asking for all names takes a tenth of a second
       and not exists (select from pg_catalog.pg_timezone_names where name = new.zone) then
        raise exception '% is not an IANA time zone', new.zone
            using errcode = 'check_violation', hint = 'For example America/New_York.';
    end if;
    return new;
end $$;
create trigger check_zone before insert or update of zone on public.locations
    for each row execute function rollcall.check_zone();

create function rollcall.refuse_change() returns trigger
language plpgsql set search_path = '' as $$
begin
    raise exception '% is a record of what was said: its rows are not changed or deleted, another one is added', tg_table_name
        using errcode = 'restrict_violation';
end $$;
create trigger append_only before update or delete on public.policies
    for each statement execute function rollcall.refuse_change();
create trigger append_only before update or delete on public.review_commands
    for each statement execute function rollcall.refuse_change();
create trigger append_only before update or delete on public.dlq_commands
    for each statement execute function rollcall.refuse_change();
create trigger append_only before update or delete on public.applications
    for each statement execute function rollcall.refuse_change();

-- Capture -----------------------------------------------------------------------------------------------------------

create table rollcall.captures (
    table_name text primary key,
    confirmed_at timestamptz
);
comment on column rollcall.captures.confirmed_at is 'Set by `rollcall connectors apply`; until then the table refuses writes.';

create function rollcall.require_capture() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if not exists (select from rollcall.captures where table_name = tg_table_name and confirmed_at is not null) then
        raise exception '% does not take rows yet: its changes are not captured', tg_table_name
            using errcode = 'object_not_in_prerequisite_state', hint = 'Mend: rollcall connectors apply';
    end if;
    return null;
end $$;

create function rollcall.refuse_truncate() returns trigger
language plpgsql set search_path = '' as $$
begin
    raise exception '% is captured: TRUNCATE would leave no trace in the change log', tg_table_name
        using errcode = 'restrict_violation', hint = 'Delete the rows.';
end $$;

-- The connector reads all columns but the excluded ones: a wrong configuration cannot take names along either.
create function rollcall.capture(captured regclass, excluded text[] default '{}') returns void
language plpgsql set search_path = '' as $$
declare
    table_name text := (select relname from pg_catalog.pg_class where oid = captured);
    readable text := (
        select string_agg(quote_ident(attname), ', ' order by attnum) from pg_catalog.pg_attribute
        where attrelid = captured and attnum > 0 and not attisdropped and attname <> all (excluded)
    );
begin
    execute format('alter table %s replica identity full', captured);
    execute format('create trigger refuse_truncate before truncate on %s '
                   'for each statement execute function rollcall.refuse_truncate()', captured);
    execute format('alter publication rollcall add table %s', captured);
    execute format('grant select (%s) on %s to rollcall_ingest', readable, captured);
    execute format('grant select on %s to rollcall_console', captured);
    insert into rollcall.captures values (table_name, null);
    if table_name not in ('heartbeat', 'business_clock') then  -- these two have had their row from the beginning
        execute format('create trigger require_capture before insert or update or delete on %s '
                       'for each statement execute function rollcall.require_capture()', captured);
    end if;
end $$;

-- Through this table the connector is asked for the rows of a table that is captured later, and marks its own reading.
create table rollcall.capture_signals (
    id text primary key,
    type text not null,
    data text
);
grant select, insert, delete on rollcall.capture_signals to rollcall_ingest;

create publication rollcall for table rollcall.capture_signals;
grant usage on schema rollcall to rollcall_ingest, rollcall_analyst;

select rollcall.capture('public.business_clock');
select rollcall.capture('public.policies', '{author,reason}');
select rollcall.capture('public.agent_modes', '{author}');
select rollcall.capture('public.locations', '{name}');
select rollcall.capture('public.job_positions');
select rollcall.capture('public.employees', '{name,contact}');
select rollcall.capture('public.person_roles');
select rollcall.capture('public.shifts');
select rollcall.capture('public.time_punches');
select rollcall.capture('public.leave_requests', '{kind}');
select rollcall.capture('public.attendance');
select rollcall.capture('public.attendance_flags');
select rollcall.capture('public.review_commands', '{note}');
select rollcall.capture('public.dlq_commands', '{author}');
select rollcall.capture('public.applications');
select rollcall.capture('public.heartbeat');

-- The clock is set by naming the time, the rate, or both; it goes on from the moment of the change. Once something has
-- been recorded it does not go back: ticks and record times would contradict each other.
create function rollcall.set_clock() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    real timestamptz := clock_timestamp();
    was timestamptz := old.anchor_business + (real - old.anchor_real) * old.rate;
begin
    if new.anchor_business = old.anchor_business then
        new.anchor_business := was;
    elsif new.anchor_business < was and exists (select from rollcall.captures where confirmed_at is not null) then
        raise exception 'the business clock is at % and does not go back to %', was, new.anchor_business
            using errcode = 'check_violation', hint = 'Before the first `rollcall connectors apply` it can be set freely.';
    end if;
    new.anchor_real := real;
    return new;
end $$;
create trigger set_clock before update on public.business_clock
    for each row execute function rollcall.set_clock();
create trigger refuse_delete before delete on public.business_clock
    for each statement execute function rollcall.refuse_change();
create trigger refuse_delete before delete on public.heartbeat
    for each statement execute function rollcall.refuse_change();

-- Least privilege ---------------------------------------------------------------------------------------------------
-- Agents and the translator have nothing here: what they know comes from the log. Sinks own `mart`, not these tables.

grant update (beat_at) on public.heartbeat to rollcall_ingest;

grant select on public.agent_modes, public.employees, public.person_roles, public.locations, public.shifts,
    public.time_punches, public.leave_requests, public.policies to rollcall_applier;
grant select, insert, update, delete on public.attendance, public.attendance_flags to rollcall_applier;
grant select, insert on public.applications to rollcall_applier;

grant insert on public.policies, public.review_commands, public.dlq_commands to rollcall_console;
grant insert, update on public.agent_modes to rollcall_console;

-- Analysts see ids, codes and instants; no names, no free text, no kind of leave, no dead letters.
grant select on public.business_clock, public.job_positions, public.person_roles, public.shifts, public.time_punches,
    public.attendance, public.attendance_flags, public.applications to rollcall_analyst;
grant select (id, tenant_id, name, version, document, effective_at, published_at) on public.policies to rollcall_analyst;
grant select (agent, tenant_id, mode, set_at) on public.agent_modes to rollcall_analyst;
grant select (id, tenant_id, zone, created_at) on public.locations to rollcall_analyst;
grant select (id, tenant_id, manager_id, location_id, job_position_id, hired_on, ended_on, created_at)
    on public.employees to rollcall_analyst;
grant select (id, tenant_id, employee_id, starts_at, ends_at, protected, status, created_at)
    on public.leave_requests to rollcall_analyst;
grant select (id, tenant_id, proposal_id, subject, verdict, reviewer_id, given_at)
    on public.review_commands to rollcall_analyst;
