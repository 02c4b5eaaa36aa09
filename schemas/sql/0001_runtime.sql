-- What every reader of a log keeps, moved in the transaction of its results: position, claim, marks, outbox.
-- Each statement that moves a position raises RC001 when the writer has been fenced, inside SQL, so that whatever else
-- stands in the transaction aborts with it: looking at a row count after COMMIT would be too late.

create schema if not exists rollcall;

create table rollcall.epoch (
    only_row boolean primary key default true check (only_row),
    epoch integer not null check (epoch >= 1)
);
comment on table rollcall.epoch is
    'Raised by hand after this database was restored: sequences are then given out a second time.';
insert into rollcall.epoch (epoch) values (1);

create table rollcall.positions (
    reader text collate "C" not null,
    topic text collate "C" not null,
    partition integer not null,
    topic_id text not null,
    partitions integer not null check (partitions > partition),
    next_offset bigint not null default 0 check (next_offset >= 0),
    next_sequence bigint not null default 1,
    writer text not null default '',
    memory bytea,
    primary key (reader, topic, partition)
) with (fillfactor = 20);
comment on column rollcall.positions.writer is 'Fresh with every claim: fences zombies, and one''s own late COMMITs.';
comment on column rollcall.positions.memory is 'What the reader itself must remember; opaque here.';

create table rollcall.marks (
    reader text collate "C" not null,
    topic text collate "C" not null,
    partition integer not null,
    emitter text collate "C" not null,
    epoch integer not null,
    sequence bigint not null,
    primary key (reader, topic, partition, emitter)
) with (fillfactor = 50);
comment on table rollcall.marks is 'The highest place seen of each emitter in each input partition: what is not above it is a repeat.';

create table rollcall.outbox (
    reader text collate "C" not null,
    topic text collate "C" not null,
    partition integer not null,
    epoch integer not null,
    sequence bigint not null,
    blob bytea not null,
    primary key (reader, topic, partition, epoch, sequence)
);
-- Written once, read only after a crash: not worth compressing.
alter table rollcall.outbox alter column blob set storage external;
comment on column rollcall.outbox.sequence is 'Of the first record in the blob; the others follow on.';

create function rollcall.fenced(p_reader text, p_topic text, p_partition integer) returns void
language plpgsql as $$
begin
    raise exception 'somebody else has claimed % of %-%', p_reader, p_topic, p_partition using errcode = 'RC001';
end $$;

-- Holds the position for the rest of the transaction, before its work begins.
create function rollcall.hold(
    p_reader text, p_topic text, p_partition integer, p_writer text, p_offset bigint
) returns void language plpgsql as $$
begin
    perform 1 from rollcall.positions
        where reader = p_reader and topic = p_topic and partition = p_partition
          and writer = p_writer and next_offset = p_offset
        for update;
    if not found then
        perform rollcall.fenced(p_reader, p_topic, p_partition);
    end if;
end $$;

-- One call moves everything: position, marks, outbox. Null leaves memory and outbox as they are.
create function rollcall.advance(
    p_reader text, p_topic text, p_partition integer, p_writer text, p_offset bigint,
    p_next_offset bigint, p_epoch integer, p_sequence bigint, p_emitted integer, p_memory bytea, p_blob bytea,
    p_emitters text[], p_epochs integer[], p_sequences bigint[], p_acked_epochs integer[], p_acked bigint[]
) returns void language plpgsql as $$
begin
    update rollcall.positions
        set next_offset = p_next_offset, next_sequence = p_sequence + p_emitted, memory = coalesce(p_memory, memory)
        where reader = p_reader and topic = p_topic and partition = p_partition
          and writer = p_writer and next_offset = p_offset and next_sequence = p_sequence;
    if not found then
        perform rollcall.fenced(p_reader, p_topic, p_partition);
    end if;
    if cardinality(p_emitters) > 0 then
        insert into rollcall.marks as known (reader, topic, partition, emitter, epoch, sequence)
            select p_reader, p_topic, p_partition, seen.* from unnest(p_emitters, p_epochs, p_sequences) seen
            on conflict (reader, topic, partition, emitter)
            do update set epoch = excluded.epoch, sequence = excluded.sequence;
    end if;
    if p_blob is not null then
        insert into rollcall.outbox values (p_reader, p_topic, p_partition, p_epoch, p_sequence, p_blob);
    end if;
    perform rollcall.acknowledge(p_reader, p_topic, p_partition, p_acked_epochs, p_acked);
end $$;

-- Forgets what Kafka has confirmed. Needs no claim: whoever sent it, it has been sent.
create function rollcall.acknowledge(
    p_reader text, p_topic text, p_partition integer, p_epochs integer[], p_sequences bigint[]
) returns void language plpgsql as $$
begin
    if cardinality(p_sequences) > 0 then
        delete from rollcall.outbox o using unnest(p_epochs, p_sequences) sent (epoch, sequence)
            where o.reader = p_reader and o.topic = p_topic and o.partition = p_partition
              and o.epoch = sent.epoch and o.sequence = sent.sequence;
    end if;
end $$;

-- What folds keep. One row per agent and key of a partition.
create table rollcall.states (
    agent text collate "C" not null,
    topic text collate "C" not null,
    partition integer not null,
    key text collate "C" not null,
    version integer not null,
    state bytea,
    wake_at timestamptz,
    raised bytea,
    primary key (topic, partition, agent, key)
) with (fillfactor = 50);
comment on column rollcall.states.raised is 'The mode in which each standing proposal was raised; null: none.';

create table rollcall.worlds (
    reader text collate "C" not null,
    topic text collate "C" not null,
    partition integer not null,
    world bytea not null,
    primary key (reader, topic, partition)
);

-- Which reader's position an agent goes by. Null: nobody's since `silent_until`; it is rebuilt before it folds again.
create table rollcall.carriers (
    agent text collate "C" not null,
    topic text collate "C" not null,
    partition integer not null,
    version integer not null,
    reader text collate "C",
    silent_until bigint not null default 0,
    primary key (agent, topic, partition)
);
comment on column rollcall.carriers.silent_until is
    'This version has emitted what follows from the records below this offset: a rebuild does not emit it again.';

-- An agent that has been rebuilt goes over to its host, at the very offset at which both stand.
create function rollcall.join_host(
    p_agent text, p_topic text, p_partition integer, p_offset bigint,
    p_host text, p_host_writer text, p_backfill text, p_backfill_writer text
) returns void language plpgsql as $$
begin
    perform rollcall.hold(p_host, p_topic, p_partition, p_host_writer, p_offset);
    perform rollcall.hold(p_backfill, p_topic, p_partition, p_backfill_writer, p_offset);
    update rollcall.carriers set reader = p_host
        where agent = p_agent and topic = p_topic and partition = p_partition and reader = p_backfill;
    if not found then
        perform rollcall.fenced(p_backfill, p_topic, p_partition);
    end if;
    -- The caller has waited until Kafka had confirmed all of it; nobody would send it any more.
    delete from rollcall.outbox where reader = p_backfill and topic = p_topic and partition = p_partition;
    delete from rollcall.worlds where reader = p_backfill and topic = p_topic and partition = p_partition;
    delete from rollcall.marks where reader = p_backfill and topic = p_topic and partition = p_partition;
end $$;

grant usage on schema rollcall
    to rollcall_agents, rollcall_translator, rollcall_sinks, rollcall_applier, rollcall_console;
grant select on rollcall.epoch to rollcall_agents, rollcall_translator, rollcall_sinks, rollcall_applier;
grant select, insert, update, delete on rollcall.positions, rollcall.marks, rollcall.outbox
    to rollcall_agents, rollcall_translator, rollcall_sinks, rollcall_applier;
grant select, insert, update, delete on rollcall.states, rollcall.worlds, rollcall.carriers to rollcall_agents;
grant select on rollcall.positions, rollcall.carriers to rollcall_console;
