-- What the applier looks at in the transaction of an effect, what it remembers of it, and effects that wait for their time.

-- Held until the end of the transaction: whoever pauses an agent, or takes a role away, waits for effects under way, and
-- after that commit there are no others. The applier itself may not change these rows, so it may not lock them either.
create function rollcall.mode_for_effect(p_agent text) returns text
language sql volatile security definer set search_path = '' as $$
    select mode from public.agent_modes where agent = p_agent for share
$$;

-- What was lent counts if it was lent when the decision was made, nobody has ended it early, and it is still the lender's.
create function rollcall.may_still_decide(p_person uuid, p_roles text[], p_subject text, p_since timestamptz) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
    site uuid := (select location_id from public.employees where p_subject = 'employee:' || id);
begin
    if exists (select from public.employees where id = p_person and ended_on < (rollcall.now() at time zone 'UTC')::date) then
        return false;
    end if;
    perform 1 from public.person_roles
        where employee_id = p_person and role = any (p_roles) and (location_id is null or location_id = site) for share;
    if found then
        return true;
    end if;
    perform 1 from public.delegations lent join public.person_roles own on own.employee_id = lent.delegator_id
            and own.role = lent.role and (own.location_id is null or own.location_id = site)
        where lent.delegate_id = p_person and lent.role = any (p_roles)
          and (lent.location_id is null or lent.location_id = site) and lent.starts_at <= rollcall.now()
          and lent.ends_at > p_since and (lent.ended_by is null or lent.ends_at > rollcall.now()) for share;
    return found or p_person = (
        select (document ->> 'external_approver')::uuid from public.policies
        where name = 'routing' and effective_at <= rollcall.now() order by effective_at desc, version desc limit 1);
end $$;

-- Whether one of these policies says something else now than it did then.
create function rollcall.policy_has_changed(p_tenant text, p_names text[], p_since timestamptz) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
declare
    named text;
begin
    foreach named in array p_names loop
        perform pg_advisory_xact_lock_shared(hashtext('rollcall.policies'), hashtext(p_tenant || ':' || named));
        if rollcall.policy_at(p_tenant, named, p_since) is distinct from rollcall.policy_at(p_tenant, named, rollcall.now()) then
            return true;
        end if;
    end loop;
    return false;
end $$;

create function rollcall.policy_at(p_tenant text, p_name text, p_at timestamptz) returns jsonb
language sql stable security definer set search_path = '' as $$
    select document from public.policies where tenant_id = p_tenant and name = p_name and effective_at <= p_at
    order by effective_at desc, version desc limit 1
$$;

-- Refused at the statement, as before; a preview may put the question off, for it is rolled back before it is asked.
drop trigger require_human on public.attendance_flags;
create constraint trigger require_human after insert on public.attendance_flags deferrable initially immediate
    for each row execute function rollcall.require_human();

-- The rows that an effect changes, before and after, as the table has them: noted while somebody asks for it, in this
-- transaction alone. What an effect says of itself is not asked.
create function rollcall.note_change() returns trigger
language plpgsql set search_path = '' as $$
begin
    perform set_config('rollcall.touched', (current_setting('rollcall.touched')::jsonb || jsonb_build_array(jsonb_build_object(
        'table', tg_table_schema || '.' || tg_table_name, 'before', to_jsonb(old), 'after', to_jsonb(new))))::text, true);
    return null;
end $$;

create function rollcall.watch(watched regclass) returns void
language plpgsql set search_path = '' as $$
begin
    execute format('create trigger note_change after insert or update or delete on %s for each row '
                   'when (current_setting(''rollcall.touched'', true) <> '''') execute function rollcall.note_change()', watched);
end $$;
comment on function rollcall.watch is 'Called by the migration that lets the applier write a table.';
select rollcall.watch('public.attendance');
select rollcall.watch('public.attendance_flags');

-- Tables that effects could change unseen: there are none, or nothing is applied.
create view rollcall.unwatched as
select c.oid::regclass::text as name from pg_catalog.pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.oid <> 'public.applications'::regclass
  and has_any_column_privilege('rollcall_applier', c.oid, 'insert, update')
  and not exists (select from pg_catalog.pg_trigger t where t.tgrelid = c.oid and t.tgname = 'note_change');

alter table rollcall.ledger add column changes jsonb;
comment on column rollcall.ledger.changes is
    'Rows before and after, as tables have them; $decision and $now stand for this decision''s id and the moment.';
alter table rollcall.held add column due_at timestamptz;
comment on column rollcall.held.due_at is 'An effect that cannot be taken back waits until then and can be stopped; null: no wait.';

grant update (due_at) on rollcall.held to rollcall_applier;
grant select on rollcall.unwatched to rollcall_applier, rollcall_console;
