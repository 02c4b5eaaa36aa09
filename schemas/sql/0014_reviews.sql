-- What people can say to a proposal besides yes and no, what they have seen when they say it, and for how long.

alter table public.review_commands
    drop constraint review_commands_verdict_check,
    add constraint review_commands_verdict_check check (verdict in (
        'opened', 'comment', 'snooze', 'approve', 'reject', 'edit', 'request_changes', 'contest', 'waive', 'stop',
        'revert', 'adopt')),
    add column seen text,
    add column payload text,
    add column until timestamptz check (isfinite(until)),
    add column batch uuid,
    add column considered integer,
    add constraint a_decision_is_on_what_was_seen
        check (verdict not in ('approve', 'reject', 'edit') or seen is not null) not valid,
    add constraint a_reason_is_given
        check (verdict not in ('comment', 'reject', 'edit', 'request_changes', 'contest', 'stop', 'revert') or note <> '')
        not valid,
    add constraint an_edit_says_what check ((verdict = 'edit') = (payload is not null)),
    add constraint a_snooze_ends check ((verdict = 'snooze') = (until is not null));
comment on column public.review_commands.seen is 'Hash of what the reviewer saw when they opened it: mart.decisions.binding.';
comment on column public.review_commands.payload is 'Of an edit: canonical JSON, as a proposal of the kind carries it.';
comment on column public.review_commands.batch is 'Rows that were said together; at most 20.';
comment on column public.review_commands.considered is
    'Seconds since the reviewer opened it last; null: they have not. Set by the table itself.';
create index on public.review_commands (batch) where batch is not null;
grant select (seen, payload, until, batch, considered) on public.review_commands to rollcall_ingest, rollcall_analyst;

create function rollcall.consider() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    new.considered := (
        select extract(epoch from new.given_at - max(given_at))::integer from public.review_commands
        where proposal_id = new.proposal_id and reviewer_id = new.reviewer_id and verdict = 'opened'
    );
    if new.batch is not null and (select count(*) from public.review_commands where batch = new.batch) >= 20 then
        raise exception 'more than 20 proposals are not answered at once'
            using errcode = 'check_violation', hint = 'Answer them in several batches.';
    end if;
    return new;
end $$;
create trigger consider before insert on public.review_commands
    for each row execute function rollcall.consider();

-- What a decision is bound to, what it would write by now, who has approved, and what the subject says.
alter table mart.decisions
    add column binding text,
    add column payload jsonb,
    add column approvals uuid[],
    add column seats text[],
    add column rule text,
    add column contest text,
    add column contest_until timestamptz;
comment on column mart.decisions.binding is 'What was there to see since this step: a review says which it saw.';
comment on column mart.decisions.seats is 'The roles that are asked, each to be filled by another person.';
comment on column mart.decisions.rule is 'The routing rule by which it went its way; empty: by none.';
comment on column mart.decisions.payload is 'What the proposal says since this step; a reviewer may have edited it.';
