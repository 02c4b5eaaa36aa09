-- What people are told, in the application. The sink of notices inserts each once and can do no more; the row is
-- captured, so that whoever folds knows what was delivered, and when.

create table public.notices (
    id uuid primary key,
    tenant_id text not null default 'default',
    recipient text not null check (recipient ~ '^(employee|role):.+$'),
    kind text not null check (kind <> ''),
    employee_id uuid not null,
    shift_id uuid,
    proposal_id uuid,
    details jsonb not null default '{}' check (jsonb_typeof(details) = 'object'),
    requested_at timestamptz not null check (isfinite(requested_at)),
    expires_at timestamptz not null check (isfinite(expires_at)),
    delivered_at timestamptz,
    read_at timestamptz,
    event_id uuid not null,
    correlation_id uuid not null,
    topic text not null,
    partition integer not null,
    log_offset bigint not null
);
create index on public.notices (recipient, requested_at);
create index on public.notices (employee_id, requested_at);
comment on column public.notices.recipient is 'employee:<id>, or role:<role>: whoever holds it.';
comment on column public.notices.employee_id is 'Whom it is about; no foreign key: what was said stays said.';
comment on column public.notices.details is 'Codes, numbers and instants for the words it is shown in: not captured.';
comment on column public.notices.delivered_at is 'When it could be seen; null: it had expired before it came here.';

-- Being here is being delivered: nobody says so but this table.
create function rollcall.deliver_notice() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    now timestamptz := rollcall.now();
begin
    new.delivered_at := case when new.expires_at > now then now end;
    new.read_at := null;
    return new;
end $$;
create trigger deliver_notice before insert on public.notices
    for each row execute function rollcall.deliver_notice();
create trigger refuse_delete before delete on public.notices
    for each statement execute function rollcall.refuse_change();

-- It is read once, and nothing else of it changes.
create function rollcall.read_notice() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if to_jsonb(new) - 'read_at' is distinct from to_jsonb(old) - 'read_at' then
        raise exception 'notice % is a record of what was said: nothing of it changes but that it was read', old.id
            using errcode = 'restrict_violation';
    end if;
    new.read_at := coalesce(old.read_at, rollcall.now());
    return new;
end $$;
create trigger read_notice before update on public.notices
    for each row execute function rollcall.read_notice();

select rollcall.capture('public.notices', '{details}');

grant insert on public.notices to rollcall_sinks;
grant update (read_at) on public.notices to rollcall_console;
grant select (id, tenant_id, recipient, kind, employee_id, shift_id, proposal_id, requested_at, expires_at, delivered_at,
    read_at, event_id, correlation_id, topic, partition, log_offset) on public.notices to rollcall_analyst;
