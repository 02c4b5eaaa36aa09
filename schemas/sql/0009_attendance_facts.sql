-- What a shift is for, that it was cancelled, and punches of devices that do not ask whether somebody comes or goes.

alter table public.shifts
    add column kind text not null default 'work' check (kind in ('work', 'on_call', 'training')),
    add column cancelled boolean not null default false;
comment on column public.shifts.kind is 'Nobody has to come for on_call.';
comment on column public.shifts.cancelled is 'Judged no more, and not deleted: it was planned.';
grant select (kind, cancelled) on public.shifts to rollcall_ingest;

alter table public.time_punches
    drop constraint time_punches_direction_check,
    add constraint time_punches_direction_check check (direction in ('in', 'out', 'unknown'));
comment on column public.time_punches.direction is 'unknown: the device does not say; they are taken in turns.';

-- What is said about a shift since its end is judged too. Rows from before stay as they were said.
alter table mart.attendance
    add column minutes_early integer not null default 0,
    add column credit integer,
    add column settled boolean not null default false,
    add column inferred boolean not null default false;
comment on column mart.attendance.minutes is 'Whole minutes late; 0 within the grace.';
comment on column mart.attendance.minutes_early is 'Whole minutes that somebody left early; 0 within the grace.';
comment on column mart.attendance.credit is 'What the shift counts for, in hundredths; null: it does not count.';
comment on column mart.attendance.settled is 'Judged to its end; new truth can still judge it again.';
comment on column mart.attendance.inferred is 'Rests on a punch of a device that does not say if it was in or out.';
