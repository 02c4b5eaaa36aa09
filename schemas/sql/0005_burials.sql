-- A quota on burying: a bad deploy must not dead-letter a whole topic (docs/adr/0006-burial-quota.md).

create table rollcall.burials (
    reader text collate "C" not null,
    topic text collate "C" not null,
    hour timestamptz not null,
    count integer not null check (count > 0),
    primary key (reader, topic, hour)
) with (fillfactor = 50);
comment on table rollcall.burials is
    'Dead letters by reader, input topic and hour of this server''s own clock, counted in the transaction that buries.';

create table rollcall.burial_quotas (
    id bigint generated always as identity primary key,
    topic text collate "C" not null check (topic <> ''),
    reader text collate "C" check (reader <> ''),
    per_hour integer not null check (per_hour >= 0),
    until timestamptz,
    author text not null check (author <> ''),
    note text not null,
    set_at timestamptz not null default clock_timestamp()
);
create index on rollcall.burial_quotas (topic, id desc);
comment on table rollcall.burial_quotas is 'What somebody has allowed instead of the default; the newest that still holds counts.';
comment on column rollcall.burial_quotas.reader is 'Null: every reader of the topic.';
comment on column rollcall.burial_quotas.until is 'Null: until somebody says otherwise.';

create function rollcall.burial_hour() returns timestamptz
language sql volatile as $$ select date_trunc('hour', clock_timestamp(), 'UTC') $$;

create function rollcall.burial_quota(p_reader text, p_topic text, p_default integer) returns integer
language sql volatile as $$
    select coalesce(
        (select per_hour from rollcall.burial_quotas
         where topic = p_topic and (reader = p_reader or reader is null)
           and (until is null or until > clock_timestamp())
         order by id desc limit 1),
        p_default)
$$;

-- Counts, and says how much that makes of how much; the caller gives the transaction up when it is too much.
create function rollcall.charge_burials(
    p_reader text, p_topic text, p_count integer, p_default integer, out buried integer, out quota integer
) language plpgsql as $$
begin
    insert into rollcall.burials as known (reader, topic, hour, count)
        values (p_reader, p_topic, rollcall.burial_hour(), p_count)
        on conflict (reader, topic, hour) do update set count = known.count + excluded.count
        returning known.count into buried;
    quota := rollcall.burial_quota(p_reader, p_topic, p_default);
end $$;

grant select, insert, update on rollcall.burials
    to rollcall_agents, rollcall_translator, rollcall_sinks, rollcall_applier;
grant select on rollcall.burial_quotas to rollcall_agents, rollcall_translator, rollcall_sinks, rollcall_applier;
grant select on rollcall.burials to rollcall_console;
grant select, insert on rollcall.burial_quotas to rollcall_console;
