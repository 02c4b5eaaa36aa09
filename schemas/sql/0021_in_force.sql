-- What counts as approved, looked at where people have said it; books of the applier that only go forward, whoever holds its
-- credentials; and what has moved when an effect does not fit the world any more.

-- Approvals ---------------------------------------------------------------------------------------------------------

grant select (proposal_id, subject, verdict, reviewer_id, seen, payload, given_at) on public.review_commands
    to rollcall_applier;

-- What the supervisor remembers of a subject, which it writes before it says anything: what is not there it has not decided.
create function rollcall.supervisor_state(p_partition integer, p_subject text)
returns table (version integer, state bytea, rebuilt boolean)
language sql stable security definer set search_path = '' as $$
    select s.version, s.state, exists (
        select from rollcall.carriers c where c.agent = 'supervisor' and c.topic = 'rollcall.proposals.v1'
            and c.partition = p_partition and (c.reader is null or c.reader like 'backfill.%'))
    from (select) one left join rollcall.states s
        on s.topic = 'rollcall.proposals.v1' and s.partition = p_partition and s.agent = 'supervisor' and s.key = p_subject
$$;
comment on function rollcall.supervisor_state is '`rebuilt`: it is being read from the log again, and not all is there yet.';

-- As before, and who decides nothing, or nothing about this subject, does not count either, nor does what such people lend.
create or replace function rollcall.may_still_decide(p_person uuid, p_roles text[], p_subject text, p_since timestamptz)
returns boolean language plpgsql volatile security definer set search_path = '' as $$
declare
    named constant uuid := substring(p_subject from '^(?:employee|location):([0-9a-f-]{36})$')::uuid;
    subject constant uuid := case when p_subject like 'employee:%' then named end;
    site constant uuid := case when p_subject like 'location:%' then named
                               else (select location_id from public.employees where id = subject) end;
begin
    if p_person = subject or rollcall.reports_to(p_person, subject) then
        return false;
    end if;
    if exists (select from public.employees where id = p_person and ended_on < (rollcall.now() at time zone 'UTC')::date) then
        return false;
    end if;
    perform 1 from public.person_roles where employee_id = p_person and role in ('auditor', 'service') for share;
    if found then
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
          and lent.delegator_id is distinct from subject and not rollcall.reports_to(lent.delegator_id, subject)
          and (lent.location_id is null or lent.location_id = site) and lent.starts_at <= rollcall.now()
          and lent.ends_at > p_since and (lent.ended_by is null or lent.ends_at > rollcall.now()) for share;
    return found or p_person = (
        select (document ->> 'external_approver')::uuid from public.policies
        where name = 'routing' and effective_at <= rollcall.now() order by effective_at desc, version desc limit 1);
end $$;

-- Whether two of them have acted for each other in that time: then they are one pair of eyes.
create function rollcall.acted_for_each_other(p_people uuid[], p_since timestamptz, p_until timestamptz) returns boolean
language sql stable security definer set search_path = '' as $$
    select exists (select from public.delegations
        where delegator_id = any (p_people) and delegate_id = any (p_people) and starts_at <= p_until and ends_at > p_since)
$$;

-- The books -----------------------------------------------------------------------------------------------------------
-- A row of the ledger moves on from `held` once, and is taken back once, by a decision that the ledger has and that says so.

revoke update on rollcall.ledger from rollcall_applier;
grant update (outcome, reason, before, changes, reverted_by) on rollcall.ledger to rollcall_applier;
alter table rollcall.ledger
    add constraint a_decision_reverses_one unique (decision_id, reverses),
    add constraint taken_back_by_a_decision_that_says_so foreign key (reverted_by, decision_id)
        references rollcall.ledger (decision_id, reverses) deferrable initially deferred not valid;

create function rollcall.keep_ledger() returns trigger
language plpgsql set search_path = '' as $$
begin
    if (old.reverted_by is not null and new.reverted_by is distinct from old.reverted_by)
       or (new.outcome = old.outcome and (new.reason, new.changes) is distinct from (old.reason, old.changes))
       or (old.outcome <> 'held' and new.outcome <> old.outcome)
       or (new.outcome = old.outcome and new.before is distinct from old.before and not exists (
            -- what it had replaced is taken back meanwhile: it would bring back what that one has replaced
            select from rollcall.ledger between_them
            where between_them.decision_id = (old.before ->> 'decision_id')::uuid
              and between_them.before is not distinct from new.before))
    then
        raise exception 'what has become of the decision % is written down: it stays so', old.decision_id
            using errcode = 'restrict_violation', hint = 'Take it back: rollcall proposals revert.';
    end if;
    return new;
end $$;
create trigger keep_ledger before update on rollcall.ledger
    for each row execute function rollcall.keep_ledger();
create trigger append_only before delete or truncate on rollcall.ledger
    for each statement execute function rollcall.refuse_change();

-- The right to change is the right to lock: nothing of it is changed. Who lets go of it says what has become of it.
create trigger append_only before update on rollcall.held
    for each row execute function rollcall.refuse_change();
create function rollcall.require_outcome() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if exists (select from rollcall.ledger where decision_id = old.decision_id and outcome = 'held')
       and not exists (select from rollcall.held where decision_id = old.decision_id) then
        raise exception 'the decision % is held: it is not let go without an outcome', old.decision_id
            using errcode = 'check_violation';
    end if;
    return null;
end $$;
create constraint trigger require_outcome after delete on rollcall.held
    deferrable initially deferred for each row execute function rollcall.require_outcome();

-- Nothing that is in force goes away, or becomes something else, but by a decision that replaces it or takes it back.
revoke update on public.attendance from rollcall_applier;
grant update (employee_id, minutes_late, decision_id, recorded_at) on public.attendance to rollcall_applier;
revoke update, delete on public.attendance_flags from rollcall_applier;
grant update (decision_id, lifted_at, lifted_decision_id) on public.attendance_flags to rollcall_applier;

create function rollcall.require_taken_back() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
    then_was constant jsonb := to_jsonb(old);
    is_now constant jsonb := case when tg_op = 'UPDATE' then to_jsonb(new) else '{}' end;
    taken_back_by constant uuid := (select reverted_by from rollcall.ledger where decision_id = old.decision_id);
begin
    if then_was = is_now then
        return null;
    end if;
    if is_now ->> 'decision_id' = then_was ->> 'decision_id' then  -- only that a flag is lifted, by what takes it back
        if then_was ->> 'lifted_at' is null and (is_now ->> 'lifted_decision_id')::uuid = taken_back_by
           and then_was - '{lifted_at,lifted_decision_id}'::text[] = is_now - '{lifted_at,lifted_decision_id}'::text[] then
            return null;
        end if;
    elsif taken_back_by is not null or exists (
        select from rollcall.ledger where decision_id = (is_now ->> 'decision_id')::uuid
            and before ->> 'decision_id' = then_was ->> 'decision_id')
    then
        return null;
    end if;
    raise exception 'what holds by the decision % is neither replaced nor taken back: it stays as it is', old.decision_id
        using errcode = 'check_violation';
end $$;
create constraint trigger require_taken_back after update or delete on public.attendance
    deferrable initially deferred for each row execute function rollcall.require_taken_back();
create constraint trigger require_taken_back after update or delete on public.attendance_flags
    deferrable initially deferred for each row execute function rollcall.require_taken_back();

-- What has moved --------------------------------------------------------------------------------------------------------

alter table public.applications add column difference jsonb not null default '[]' check (jsonb_typeof(difference) = 'array');
comment on column public.applications.difference is
    'Of a stale one: what it rested on and what is there now, as objects of `of`, `field`, `before` and `now`. Ids and codes.';
grant select (difference) on public.applications to rollcall_ingest;
alter table mart.decisions add column difference jsonb;
comment on column mart.decisions.difference is 'What has moved since it was approved, when it is asked again.';

-- Exceptions --------------------------------------------------------------------------------------------------------------
-- What may be said of a shift that is somebody else's (that one acknowledges it) does not become what may not.

drop trigger check_shift_of_employee on public.attendance_exceptions;
create trigger check_shift_of_employee before insert or update of shift_id, employee_id, kind on public.attendance_exceptions
    for each row when (new.shift_id is not null and new.kind <> 'acknowledged')
    execute function rollcall.check_shift_of_employee();
