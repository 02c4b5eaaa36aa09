-- What the tables refuse, closer than before: an effect on a decision that came to nothing or was taken back, approvals
-- that were given for somebody else, and answers by auditors and by delegates of somebody whom the matter concerns.

create function rollcall.reports_to(person uuid, boss uuid) returns boolean
language sql stable security definer set search_path = '' as $$
    with recursive above(id) as (
        select manager_id from public.employees where id = person
        union select e.manager_id from public.employees e join above a on e.id = a.id
    ) select exists (select from above where id = boss)
$$;

create or replace function rollcall.objection(person uuid, about text) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
    at constant timestamptz := rollcall.now();
    named constant uuid := substring(about from '^(?:employee|location):([0-9a-f-]{36})$')::uuid;
    subject constant uuid := case when about like 'employee:%' then named end;
    site constant uuid := case when about like 'location:%' then named
                               else (select location_id from public.employees where id = subject) end;
begin
    if not exists (select from public.employees where id = person) then
        return format('nobody has the employee id %s', person);
    end if;
    if person = subject then
        return 'nobody decides about themself';
    end if;
    if rollcall.reports_to(person, subject) then
        return 'nobody decides about somebody they report to';
    end if;
    if exists (select from public.employees where id = person
               and ended_on < ((at - interval '12 hours') at time zone 'UTC')::date) then
        return 'who does not work here any more decides nothing';
    end if;
    if exists (select from public.person_roles where employee_id = person and role = 'auditor') then
        return 'an auditor reads and decides nothing';
    end if;
    if exists (select from public.person_roles where employee_id = person and role = 'service') then
        return 'a service is no human, and decides nothing';
    end if;
    if not exists (
        select from public.person_roles r
        where r.employee_id = person and r.role in ('manager', 'hr', 'admin')
          and (r.location_id is null or r.location_id = site)
        union all
        select from public.delegations d join public.person_roles r
            on r.employee_id = d.delegator_id and r.role = d.role and (r.location_id is null or r.location_id = site)
        where d.delegate_id = person and d.delegator_id is distinct from subject
          and not rollcall.reports_to(d.delegator_id, subject)
          and d.starts_at <= at and d.ends_at > at and (d.location_id is null or d.location_id = site)
    ) and person is distinct from (
        select (document ->> 'external_approver')::uuid from public.policies
        where name = 'routing' and effective_at <= at order by effective_at desc, version desc limit 1
    ) then
        return 'the reviewer does not hold a role where the subject works, nor by delegation';
    end if;
    return null;
end $$;

-- An approval counts for whom it was given: who has said that it is about somebody else was not asked about this one.
create or replace function rollcall.require_human() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    people constant bigint := (
        select count(distinct reviewer_id) from public.review_commands
        where proposal_id = new.proposal_id and verdict in ('approve', 'edit')
          and subject = 'employee:' || new.employee_id and reviewer_id <> new.employee_id
    );
    needed constant integer := coalesce(
        (select max(cardinality(seats)) from mart.decisions where proposal_id = new.proposal_id), 1);
begin
    if people < needed then
        raise exception 'proposal % has the approval of % of % people: it has no effect without', new.proposal_id,
            people, needed using errcode = 'check_violation';
    end if;
    return new;
end $$;

-- At the end of the transaction, by what the row then is: the ledger has its decision, applied and not taken back.
create function rollcall.require_applied() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    baseless uuid;
begin
    execute format(
        'select e.decision_id from %s e left join rollcall.ledger l on l.decision_id = e.decision_id'
        ' and l.outcome = ''applied'' and l.subject = ''employee:'' || e.employee_id'
        ' and l.kind = coalesce(to_jsonb(e) ->> ''kind'', ''lateness_entry'')'
        ' and l.proposal_id::text = coalesce(to_jsonb(e) ->> ''proposal_id'', l.proposal_id::text)'
        ' and (l.reverted_by is null or to_jsonb(e) ->> ''lifted_at'' is not null)'
        ' where e.id = $1 and l.decision_id is null', tg_relid::regclass)
        into baseless using new.id;
    if baseless is not null then
        raise exception 'the decision % is not in force: nothing holds by it', baseless using errcode = 'check_violation';
    end if;
    return null;
end $$;
create constraint trigger require_applied after insert or update on public.attendance
    deferrable initially deferred for each row execute function rollcall.require_applied();
create constraint trigger require_applied after insert or update on public.attendance_flags
    deferrable initially deferred for each row execute function rollcall.require_applied();
