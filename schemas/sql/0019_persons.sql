-- What is kept about somebody can be given out, and their names, contacts, notes and other free text be erased. Ids stay, as
-- pseudonyms: so the log and the audit trail, which hold nothing else, hold as before.

create table rollcall.personal (
    table_name text not null,
    column_name text not null,
    person_column text not null,
    erased text,
    primary key (table_name, column_name, person_column)
);
comment on table rollcall.personal is
    'Columns with words about or of a person: `person_column` says whose (an employee id, or employee:<id>), `erased` what is '
    'put there. A migration that adds such a column adds it here too.';
insert into rollcall.personal values
    ('public.employees', 'name', 'id', 'erased'),
    ('public.employees', 'contact', 'id', null),
    ('public.leave_requests', 'kind', 'employee_id', 'leave'),
    ('public.review_commands', 'note', 'reviewer_id', 'erased'),
    ('public.review_commands', 'note', 'subject', 'erased'),
    ('public.attendance_exceptions', 'reason', 'employee_id', 'erased'),
    ('public.attendance_exceptions', 'reason', 'given_by', 'erased'),
    ('public.delegations', 'reason', 'delegator_id', 'erased'),
    ('public.delegations', 'reason', 'delegate_id', 'erased'),
    ('public.closures', 'reason', 'declared_by', 'erased');

-- Records of what was said stay as they are, apart from such words; and only the owner of the tables may change even these.
create function rollcall.refuse_change_but_erasure() returns trigger
language plpgsql set search_path = '' as $$
begin
    if to_jsonb(new) - tg_argv[0] is distinct from to_jsonb(old) - tg_argv[0] or to_jsonb(new) ->> tg_argv[0] <> 'erased' then
        raise exception '% is a record of what was said: its rows are not changed or deleted, another one is added', tg_table_name
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
drop trigger append_only on public.review_commands;
create trigger append_only before delete on public.review_commands
    for each statement execute function rollcall.refuse_change();
create trigger only_erased before update on public.review_commands
    for each row execute function rollcall.refuse_change_but_erasure('note');
drop trigger end_delegation on public.delegations;
create trigger end_delegation before update on public.delegations
    for each row when (old.reason = new.reason) execute function rollcall.end_delegation();
create trigger only_erased before update on public.delegations
    for each row when (old.reason <> new.reason) execute function rollcall.refuse_change_but_erasure('reason');

-- Why this person may not do that, or null.
create function rollcall.objection_to_data(p_by uuid, p_person uuid) returns text
language sql stable security definer set search_path = '' as $$
    select case
        when not exists (select from public.employees where id = p_person) then format('nobody has the employee id %s', p_person)
        when not exists (select from public.person_roles where employee_id = p_by and role in ('hr', 'admin'))
             or exists (select from public.person_roles where employee_id = p_by and role = 'service')
            then format('%s holds neither the role hr nor admin: they alone give out or erase what is kept', p_by)
    end
$$;

create function rollcall.erase_person(p_person uuid, p_by uuid, p_forced boolean) returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
    wrong text := rollcall.objection_to_data(p_by, p_person);
    subject constant text := 'employee:' || p_person;
    still constant bigint := (
        select count(*) from mart.proposal_status s where s.subject = 'employee:' || p_person and s.status not in (
            'shadow', 'rejected', 'expired', 'withdrawn', 'applied', 'failed', 'reverted')
    );
    each rollcall.personal;
    changed bigint;
    counts jsonb := '{}';
begin
    if wrong is null and still > 0 and not p_forced then
        wrong := format('%s proposals about %s are open: decide them first, or force it', still, p_person);
    end if;
    if wrong is not null then
        raise exception '%', wrong using errcode = 'check_violation';
    end if;
    for each in select * from rollcall.personal order by table_name, column_name, person_column loop
        execute format('update %s set %I = %L where %I::text in ($1, $2) and %I is distinct from %L and %I::text <> ''''',
                       each.table_name, each.column_name, each.erased, each.person_column,
                       each.column_name, each.erased, each.column_name)
            using p_person::text, subject;
        get diagnostics changed = row_count;
        counts := jsonb_set(counts, array[each.table_name || '.' || each.column_name],
                            to_jsonb(changed + coalesce((counts ->> (each.table_name || '.' || each.column_name))::bigint, 0)));
    end loop;
    insert into rollcall.audit (entry) values (jsonb_build_object(
        'event', 'rollcall.audit.PersonErased', 'event_id', gen_random_uuid(), 'subject', subject, 'reviewer_id', p_by,
        'forced', p_forced, 'open', still, 'recorded_at', rollcall.now(), 'counts', counts)::text);
    return counts;
end $$;

-- Wherever their id stands, in whatever column: nothing has to be listed for it to be found.
create function rollcall.export_person(p_person uuid, p_by uuid) returns table (place text, kept jsonb)
language plpgsql security definer set search_path = '' as $$
declare
    wrong constant text := rollcall.objection_to_data(p_by, p_person);
begin
    if wrong is not null then
        raise exception '%', wrong using errcode = 'check_violation';
    end if;
    insert into rollcall.audit (entry) values (jsonb_build_object(
        'event', 'rollcall.audit.PersonExported', 'event_id', gen_random_uuid(), 'subject', 'employee:' || p_person,
        'reviewer_id', p_by, 'recorded_at', rollcall.now())::text);
    for place in
        select format('%I.%I', n.nspname, c.relname) from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'rollcall', 'mart') and c.relkind in ('r', 'p')
          and c.relname not in ('states', 'worlds', 'outbox', 'positions', 'marks', 'migrations', 'personal') order by 1
    loop
        return query execute format(
            'select %L::text, to_jsonb(t) from %s t where to_jsonb(t)::text like %L', place, place, '%' || p_person || '%');
    end loop;
end $$;

revoke execute on function rollcall.erase_person, rollcall.export_person from public;
grant execute on function rollcall.erase_person, rollcall.export_person to rollcall_console;
