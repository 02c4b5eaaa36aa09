-- Who may decide in whose place: roles that decide nothing, and roles that are lent for a while.

alter table public.person_roles
    drop constraint person_roles_role_check,
    add constraint person_roles_role_check check (role in ('manager', 'hr', 'admin', 'auditor', 'service'));
comment on column public.person_roles.role is
    'auditor: reads everything and decides nothing; service: no human, decides nothing whatever else it holds.';

create table public.delegations (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    delegator_id uuid not null references public.employees,
    delegate_id uuid not null references public.employees,
    role text not null check (role in ('manager', 'hr', 'admin')),
    location_id uuid references public.locations,
    starts_at timestamptz not null check (isfinite(starts_at)),
    ends_at timestamptz not null check (isfinite(ends_at)),
    reason text not null check (reason <> ''),
    ended_by uuid references public.employees,
    created_at timestamptz not null default rollcall.now(),
    constraint nobody_delegates_to_themself check (delegator_id <> delegate_id),
    constraint a_delegation_begins_before_it_ends check (ends_at >= starts_at),
    constraint a_delegation_lasts_30_days_at_most check (ends_at <= starts_at + interval '30 days')
);
create index on public.delegations (delegate_id, ends_at);
create index on public.delegations (delegator_id, ends_at);
comment on table public.delegations is 'Somebody lets another person use one of their roles; ended early by ends_at, never deleted.';
comment on column public.delegations.location_id is 'Null: wherever the delegator holds the role.';
comment on column public.delegations.starts_at is 'Now, where it is not said.';
comment on column public.delegations.ends_at is 'Excluded.';
comment on column public.delegations.reason is 'Free text: not captured.';
comment on column public.delegations.ended_by is 'Who has ended it early.';

create function rollcall.check_delegation() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    at constant timestamptz := rollcall.now();
    wrong text;
begin
    wrong := case
        when new.starts_at < at then
            format('a delegation cannot begin at %s: that is past, it is %s', new.starts_at, at)
        when new.ends_at <= coalesce(new.starts_at, at) then
            'a delegation ends after it begins'
        when new.ends_at > coalesce(new.starts_at, at) + interval '30 days' then
            'a delegation lasts 30 days at most'
        when new.delegate_id = new.delegator_id then
            'nobody delegates to themself'
        when not exists (select from public.person_roles where employee_id = new.delegator_id and role = new.role
                         and (location_id is null or new.location_id is null or location_id = new.location_id)) then
            format('%s does not hold the role %s there themself: what was delegated is not passed on',
                   new.delegator_id, new.role)
        when exists (select from public.delegations where delegator_id = new.delegator_id
                     and delegate_id = new.delegate_id and role = new.role
                     and (location_id is null or new.location_id is null or location_id = new.location_id)
                     and tstzrange(starts_at, ends_at) && tstzrange(coalesce(new.starts_at, at), new.ends_at)) then
            format('%s has delegated the role %s to %s in that time already: end that one first',
                   new.delegator_id, new.role, new.delegate_id)
    end;
    if wrong is not null then
        raise exception '%', wrong using errcode = 'check_violation';
    end if;
    new.starts_at := coalesce(new.starts_at, at);
    new.ended_by := null;
    return new;
end $$;
create trigger check_delegation before insert on public.delegations
    for each row execute function rollcall.check_delegation();

-- What was decided under a delegation stays so: it is ended from now on, and by nobody who is not concerned.
create function rollcall.end_delegation() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    at constant timestamptz := rollcall.now();
    wrong text;
begin
    wrong := case
        when (new.delegator_id, new.delegate_id, new.role, new.location_id, new.starts_at, new.tenant_id, new.id)
             is distinct from
             (old.delegator_id, old.delegate_id, old.role, old.location_id, old.starts_at, old.tenant_id, old.id) then
            'of a delegation only its end can be changed: end it, and give another one'
        when new.ends_at > old.ends_at then 'a delegation is not made longer: give another one when it is over'
        when old.ends_at <= at then format('the delegation %s is over since %s', old.id, old.ends_at)
        when new.ended_by is null then 'say who ends it: ended_by'
        when new.ended_by not in (old.delegator_id, old.delegate_id) and not exists (
             select from public.person_roles where employee_id = new.ended_by and role = 'admin') then
            format('%s does not end the delegation: its delegator, its delegate and admins do', new.ended_by)
    end;
    if wrong is not null then
        raise exception '%', wrong using errcode = 'check_violation';
    end if;
    new.ends_at := greatest(new.starts_at, least(old.ends_at, greatest(new.ends_at, at)));
    return new;
end $$;
create trigger end_delegation before update on public.delegations
    for each row execute function rollcall.end_delegation();
create trigger refuse_delete before delete on public.delegations
    for each statement execute function rollcall.refuse_change();

select rollcall.capture('public.delegations', '{reason,ended_by}');
grant insert on public.delegations to rollcall_console;
grant update (ends_at, ended_by) on public.delegations to rollcall_console;
grant select on public.delegations to rollcall_applier;
grant select (id, tenant_id, delegator_id, delegate_id, role, location_id, starts_at, ends_at, ended_by, created_at)
    on public.delegations to rollcall_analyst;
