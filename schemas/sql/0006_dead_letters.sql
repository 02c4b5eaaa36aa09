-- A dead letter is open until somebody has it given again, or parks it: both are rows, so both are audited.

alter table public.dlq_commands
    add column action text not null default 'retry' check (action in ('retry', 'park')),
    add column letter text check (letter <> '');
comment on table public.dlq_commands is
    'What somebody wants done with a dead record: given to its reader again, byte for byte, or parked.';
comment on column public.dlq_commands.letter is 'Its place, <dead-letter topic>-<partition>-<offset>; null: from before there was one.';
grant select (action, letter) on public.dlq_commands to rollcall_ingest;
create index on public.dlq_commands (letter, given_at);

-- Free text does not travel. A column of a captured table would, until the connector is told to leave it out.
create table rollcall.dlq_notes (
    command_id uuid primary key references public.dlq_commands (id),
    note text not null check (note <> '')
);
comment on table rollcall.dlq_notes is 'Why somebody parked a dead letter, or had it given again. Not captured.';
grant select, insert on rollcall.dlq_notes to rollcall_console;
