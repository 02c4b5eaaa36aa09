-- What the supervisor decides by its policies, the tables refuse too where they know enough: a review by somebody who may
-- not, a consequence without a human, an effect without its decision.

create function rollcall.objection(person uuid, about text) returns text
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
    if exists (
        with recursive above(id) as (
            select manager_id from public.employees where id = person
            union select e.manager_id from public.employees e join above a on e.id = a.id
        ) select from above where id = subject
    ) then
        return 'nobody decides about somebody they report to';
    end if;
    if exists (select from public.employees where id = person
               and ended_on < ((at - interval '12 hours') at time zone 'UTC')::date) then
        return 'who does not work here any more decides nothing';
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
          and d.starts_at <= at and d.ends_at > at and (d.location_id is null or d.location_id = site)
    ) and person is distinct from (
        select (document ->> 'external_approver')::uuid from public.policies
        where name = 'routing' and effective_at <= at order by effective_at desc, version desc limit 1
    ) then
        return 'the reviewer does not hold a role where the subject works, nor by delegation';
    end if;
    return null;
end $$;
comment on function rollcall.objection is
    'Why a person may not decide about a subject now, as far as these tables know; null: they do not object.';

create function rollcall.check_reviewer() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    wrong constant text := rollcall.objection(new.reviewer_id, new.subject);
begin
    if wrong is not null then
        raise exception '%', wrong using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger check_reviewer before insert on public.review_commands
    for each row when (new.verdict in ('approve', 'reject', 'edit', 'request_changes'))
    execute function rollcall.check_reviewer();

-- An employment consequence has the approval of people who are not its subject: of two where two were asked (S0-P12, X21).
create function rollcall.require_human() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    people constant bigint := (
        select count(distinct reviewer_id) from public.review_commands
        where proposal_id = new.proposal_id and verdict in ('approve', 'edit') and reviewer_id <> new.employee_id
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
create trigger require_human before insert on public.attendance_flags
    for each row execute function rollcall.require_human();

-- No effect without its decision in the ledger, written in the same transaction.
alter table public.attendance_flags
    add constraint an_effect_has_its_decision foreign key (decision_id) references rollcall.ledger
        deferrable initially deferred not valid;
alter table public.attendance
    add constraint an_effect_has_its_decision foreign key (decision_id) references rollcall.ledger
        deferrable initially deferred not valid;

-- What a routing rule has stopped: nobody has rejected it, and nothing was wrong with it.
create view mart.violations as
    select proposal_id, subject, agent, kind, rule, reason, recorded_at
    from mart.decisions where status = 'rejected' and reviewer_id is null and rule <> '';
comment on view mart.violations is 'Proposals that a rule of the policy `routing` has blocked.';
grant select on mart.violations to rollcall_console, rollcall_analyst;
