-- The audit trail: append-only, each row sealed together with the hash of the row before (docs/audit.md).
-- It holds ids, codes and hashes: no names, no free text. So these can be erased where they are, and the chain still holds.

create table rollcall.audit (
    sequence bigint primary key check (sequence > 0),
    entry text not null check (entry is json object),
    previous bytea not null,
    hash bytea not null
);
comment on table rollcall.audit is 'Every proposal, decision, answer, effect, mode, policy and role, in the order of arrival.';
comment on column rollcall.audit.entry is 'Canonical JSON; the hash is taken of this very text.';
comment on column rollcall.audit.hash is 'SHA-256 of the previous hash, the number in 8 bytes (big-endian) and the entry in UTF-8.';
create index on rollcall.audit ((entry::jsonb ->> 'proposal_id'));
create index on rollcall.audit ((entry::jsonb ->> 'subject'));

create table rollcall.audit_head (
    only_row boolean primary key default true check (only_row),
    chain uuid not null default gen_random_uuid(),
    sequence bigint not null default 0,
    hash bytea not null default decode(repeat('00', 32), 'hex')
);
comment on table rollcall.audit_head is 'The last row of the chain, beside the chain. Published to rollcall.audit.v1.';
insert into rollcall.audit_head default values;

-- Whoever may insert says what; where it stands in the chain is not for them to say.
create function rollcall.chain_audit() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    perform pg_advisory_xact_lock(hashtext('rollcall.audit'), 0);  -- one after the other: no gaps, no forks
    select sequence, hash into new.sequence, new.previous from rollcall.audit order by sequence desc limit 1;
    new.sequence := coalesce(new.sequence, 0) + 1;
    new.previous := coalesce(new.previous, decode(repeat('00', 32), 'hex'));
    new.hash := sha256(new.previous || int8send(new.sequence) || convert_to(new.entry, 'UTF8'));
    return new;
end $$;
create trigger chain_audit before insert on rollcall.audit
    for each row execute function rollcall.chain_audit();

create function rollcall.move_audit_head() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    update rollcall.audit_head head set sequence = last.sequence, hash = last.hash
        from (select sequence, hash from rollcall.audit order by sequence desc limit 1) last;
    return null;
end $$;
create trigger move_audit_head after insert on rollcall.audit
    for each statement execute function rollcall.move_audit_head();

create trigger append_only before update or delete or truncate on rollcall.audit
    for each statement execute function rollcall.refuse_change();

-- The auditor adds, and reads nothing of it; nobody else may write.
grant usage on schema rollcall to rollcall_auditor;
grant insert (entry) on rollcall.audit to rollcall_auditor;
grant select on rollcall.audit_head, rollcall.epoch to rollcall_auditor, rollcall_console, rollcall_analyst;
grant select on rollcall.audit to rollcall_console, rollcall_analyst;
grant select, insert, update, delete on rollcall.positions, rollcall.marks, rollcall.outbox to rollcall_auditor;
grant select, insert, update on rollcall.burials to rollcall_auditor;
grant select on rollcall.burial_quotas to rollcall_auditor;
