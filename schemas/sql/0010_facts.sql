-- What attendance must know besides shifts, punches and leave: who edited them, terms of employment, calls, exceptions,
-- closures, and signs of life of clocks. Ids and instants travel; why somebody decided so does not.

-- Who has changed a row last. Null: nobody, or the system that wrote it does not say.
alter table public.shifts
    add column edited_by uuid references public.employees,
    add column handed_over_at timestamptz check (isfinite(handed_over_at));
comment on column public.shifts.edited_by is 'Who has changed the plan last; null: nobody, or not known.';
comment on column public.shifts.handed_over_at is
    'When it was given to whoever has it now; null: it was theirs from the beginning. Set by the table itself.';
grant select (edited_by, handed_over_at) on public.shifts to rollcall_ingest;

alter table public.time_punches
    add column edited_by uuid references public.employees,
    add column voided boolean not null default false;
comment on table public.time_punches is 'Corrected by update; voided by `voided`, or by delete, which does not say by whom.';
comment on column public.time_punches.edited_by is 'Who has entered, corrected or voided it; null: it is as a clock made it.';
grant select (edited_by, voided) on public.time_punches to rollcall_ingest;

alter table public.leave_requests add column edited_by uuid references public.employees;
comment on column public.leave_requests.edited_by is 'Who has decided or changed it last; null: not known.';
grant select (edited_by) on public.leave_requests to rollcall_ingest, rollcall_analyst;

alter table public.employees
    add column suspended_from date check (isfinite(suspended_from)),
    add column suspended_until date check (isfinite(suspended_until)),
    add column clocking text not null default 'required' check (clocking in ('required', 'exempt')),
    add constraint a_suspension_begins_before_it_ends
        check (suspended_until is null or (suspended_from is not null and suspended_until >= suspended_from));
comment on column public.employees.suspended_until is 'The last day; null: until further notice.';
comment on column public.employees.clocking is 'exempt: is not asked to punch.';
grant select (suspended_from, suspended_until, clocking) on public.employees to rollcall_ingest, rollcall_analyst;

-- A plan that somebody else had is news to whoever has it now: it was not planned for them before.
create function rollcall.hand_over() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    new.handed_over_at := rollcall.now();
    return new;
end $$;
create trigger hand_over before update of employee_id on public.shifts
    for each row when (old.employee_id <> new.employee_id) execute function rollcall.hand_over();

-- What people say of a shift ----------------------------------------------------------------------------------------
-- No foreign key to the shift: it may be deleted afterwards, and what was said of it stays said.

create table public.absence_calls (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    employee_id uuid not null references public.employees,
    shift_id uuid not null,
    announced_at timestamptz not null default rollcall.now() check (isfinite(announced_at)),
    taken_by uuid not null references public.employees,
    created_at timestamptz not null default rollcall.now()
);
create index on public.absence_calls (employee_id, announced_at);
comment on table public.absence_calls is 'Somebody has told that they do not come to a shift.';
comment on column public.absence_calls.employee_id is 'Whose shift it is; found from the shift where it is not said.';
comment on column public.absence_calls.taken_by is 'Who was told; the employee, who has told the system alone.';

create table public.attendance_exceptions (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    employee_id uuid not null references public.employees,
    shift_id uuid,
    kind text not null,
    minutes integer,
    given_by uuid not null references public.employees,
    reason text not null default '',
    given_at timestamptz not null default rollcall.now() check (isfinite(given_at))
);
create index on public.attendance_exceptions (employee_id, given_at);
comment on table public.attendance_exceptions is 'What a person says of a shift that a clock cannot know; taken back by delete.';
comment on column public.attendance_exceptions.kind is
    'excused; come_late, leave_early: permission, for `minutes`; worked: the punches are missing; acknowledged: a change of '
    'the plan; absence_confirmed; unprotected: an absence that was called; contacted: the employee was reached, of no shift.';
comment on column public.attendance_exceptions.reason is 'Free text: not captured.';

create function rollcall.check_shift_of_employee() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    holder uuid := (select employee_id from public.shifts where id = new.shift_id);
begin
    if holder is null then
        raise exception 'there is no shift %', new.shift_id using errcode = 'check_violation';
    end if;
    new.employee_id := coalesce(new.employee_id, holder);
    if new.employee_id <> holder then
        raise exception 'shift % is not of employee % but of %', new.shift_id, new.employee_id, holder
            using errcode = 'check_violation', hint = 'Leave employee_id out: it is found from the shift.';
    end if;
    return new;
end $$;
create trigger check_shift_of_employee before insert or update of shift_id, employee_id on public.absence_calls
    for each row execute function rollcall.check_shift_of_employee();

-- A shift that was taken from somebody is not theirs any more, or gone: that they may still acknowledge.
create trigger check_shift_of_employee before insert or update of shift_id, employee_id on public.attendance_exceptions
    for each row when (new.shift_id is not null and new.kind <> 'acknowledged')
    execute function rollcall.check_shift_of_employee();

-- Fires after the one above, in the order of names: by then the employee is known.
create function rollcall.check_what_is_said() returns trigger
language plpgsql set search_path = '' as $$
declare
    kinds constant text[] :=
        '{excused,come_late,leave_early,worked,acknowledged,absence_confirmed,unprotected,contacted}';
    wrong text;
begin
    if new.kind = 'acknowledged' then
        new.employee_id := coalesce(new.employee_id, new.given_by);
    end if;
    wrong := case
        when new.kind <> all (kinds) then
            format('%s is not a kind of exception; there are: %s', new.kind, array_to_string(kinds, ', '))
        when new.kind = 'contacted' and new.shift_id is not null then
            'contacted is said of somebody, not of a shift: leave shift_id out'
        when new.kind <> 'contacted' and new.shift_id is null then
            format('%s is said of a shift: say which', new.kind)
        when new.kind in ('come_late', 'leave_early') and coalesce(new.minutes, 0) not between 1 and 1440 then
            format('%s needs minutes, from 1 to 1440', new.kind)
        when new.kind not in ('come_late', 'leave_early') and new.minutes is not null then
            format('%s has no minutes: only come_late and leave_early have', new.kind)
        when new.kind in ('excused', 'come_late', 'leave_early', 'unprotected') and new.given_by = new.employee_id then
            format('%s is not for oneself to say: somebody else has to', new.kind)
        when new.kind = 'acknowledged' and new.given_by <> new.employee_id then
            'a change of the plan is acknowledged by the employee, and by nobody else'
        when new.kind not in ('acknowledged', 'contacted') and new.reason = '' then
            format('%s needs a reason', new.kind)
    end;
    if wrong is not null then
        raise exception '%', wrong using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger check_what_is_said before insert or update on public.attendance_exceptions
    for each row execute function rollcall.check_what_is_said();

-- What holds at a place ---------------------------------------------------------------------------------------------

create table public.closures (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    location_id uuid not null references public.locations,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    declared_by uuid references public.employees,
    reason text not null default '',
    created_at timestamptz not null default rollcall.now(),
    constraint a_closure_begins_before_it_ends
        check (isfinite(starts_at) and isfinite(ends_at) and ends_at > starts_at)
);
comment on table public.closures is 'A place is closed, for a storm or a holiday: nobody has to be there.';
comment on column public.closures.declared_by is 'Null: a calendar.';
comment on column public.closures.reason is 'Free text: not captured.';

create table public.clock_outages (
    id uuid primary key default gen_random_uuid(),
    tenant_id text not null default 'default',
    location_id uuid not null references public.locations,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    confirmed_by uuid not null references public.employees,
    created_at timestamptz not null default rollcall.now(),
    constraint an_outage_begins_before_it_ends
        check (isfinite(starts_at) and isfinite(ends_at) and ends_at > starts_at)
);
comment on table public.clock_outages is 'A person says that the clocks of a place did not work.';

create table public.clock_heartbeats (
    device text primary key check (device <> ''),
    tenant_id text not null default 'default',
    location_id uuid not null references public.locations,
    at timestamptz not null default rollcall.now() check (isfinite(at))
);
comment on table public.clock_heartbeats is 'One row a clock, updated with each beat.';

-- Five minutes: clocks differ. What is said of a later time has not happened, and would hide what does.
create function rollcall.refuse_future() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    said timestamptz := to_jsonb(new) ->> tg_argv[0];
begin
    if said > rollcall.now() + interval '5 minutes' then
        raise exception '% % is yet to come: it is %', tg_argv[0], said, rollcall.now()
            using errcode = 'check_violation', hint = 'Check the zone, and the clock that says so.';
    end if;
    return new;
end $$;
create trigger refuse_future before insert or update of announced_at on public.absence_calls
    for each row execute function rollcall.refuse_future('announced_at');
create trigger refuse_future before insert or update of given_at on public.attendance_exceptions
    for each row execute function rollcall.refuse_future('given_at');
create trigger refuse_future before insert or update of at on public.clock_heartbeats
    for each row execute function rollcall.refuse_future('at');

-- Capture and least privilege ---------------------------------------------------------------------------------------

select rollcall.capture('public.closures', '{reason}');
select rollcall.capture('public.clock_outages');
select rollcall.capture('public.absence_calls');
select rollcall.capture('public.attendance_exceptions', '{reason}');
select rollcall.capture('public.clock_heartbeats');

grant insert on public.absence_calls, public.attendance_exceptions, public.closures, public.clock_outages
    to rollcall_console;
grant select on public.absence_calls, public.clock_outages, public.clock_heartbeats
    to rollcall_applier, rollcall_analyst;
grant select (id, tenant_id, employee_id, shift_id, kind, minutes, given_by, given_at) on public.attendance_exceptions
    to rollcall_applier, rollcall_analyst;
grant select (id, tenant_id, location_id, starts_at, ends_at, declared_by, created_at) on public.closures
    to rollcall_applier, rollcall_analyst;
