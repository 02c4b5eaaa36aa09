-- How long something has been committed and not confirmed by Kafka: what an operator asks of an outbox.

alter table rollcall.outbox add column written_at timestamptz not null default now();
comment on column rollcall.outbox.written_at is 'By this server''s own clock: business time may run faster.';

-- Not the blobs: who looks at the state of things need not see what people are told.
grant select (reader, topic, partition, epoch, sequence, written_at) on rollcall.outbox to rollcall_console;
