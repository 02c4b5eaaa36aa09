-- Flags follow the reliability score (S0-B3.1..3, S0-T5): what they say, and the score itself.

-- A disciplinary review is a row of the same table: both are what was decided about somebody's attendance.
alter table public.attendance_flags
    add column kind text not null default 'attendance_flag' check (kind in ('attendance_flag', 'disciplinary_review')),
    add column level text check (level in ('manager', 'hr')),
    add column score_tenths integer check (score_tenths between 0 and 1000),
    add column threshold integer,
    add column episodes integer,
    add column action text,
    add column policy_version integer;
comment on column public.attendance_flags.level is 'Who should look; null: a review, or raised before there was a score.';
comment on column public.attendance_flags.score_tenths is 'The score as it was shown, in tenths of a percent.';
comment on column public.attendance_flags.threshold is 'In percent, or in episodes for a review.';
comment on column public.attendance_flags.lifted_at is 'Suspended: since then it is held against nobody.';
grant select (kind, level, score_tenths, threshold, episodes, action, policy_version)
    on public.attendance_flags to rollcall_ingest;

create table mart.reliability (
    employee_id uuid primary key,
    version integer not null,
    tenths integer,
    eligible integer not null,
    since timestamptz not null,
    until timestamptz not null,
    policy_version integer not null,
    tenant_id text not null,
    topic text not null,
    partition integer not null,
    log_offset bigint not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null
);
comment on table mart.reliability is 'The reliability score of each employee, as it was last said.';
comment on column mart.reliability.tenths is 'In tenths of a percent; null: too few shifts count.';

create view mart.attendance_record as
select judged.*, score.tenths / 10.0 as reliability_score,
       coalesce(
           (select jsonb_agg(
                jsonb_build_object('id', flag.id, 'kind', flag.kind, 'level', flag.level, 'raised_at', flag.raised_at)
                order by flag.raised_at, flag.id)
            from public.attendance_flags flag
            where flag.employee_id = judged.employee_id and judged.shift_id = any (flag.shift_ids)
              and flag.lifted_at is null),
           '[]') as agent_flags
from mart.attendance judged
left join mart.reliability score using (employee_id);
comment on view mart.attendance_record is
    'Each shift with the score of its employee, and the flags that are about it and not suspended.';

-- What is shown of several flags: of those on the score only the highest that stands; what one shift has raised together.
create view mart.proposal_cards as
select proposal_id,
       case when kind in ('attendance_flag', 'disciplinary_review') then subject || ' ' || cause
            else proposal_id::text end as card,
       stands and kind = 'attendance_flag' and row_number() over (
           partition by subject, kind, stands
           order by payload ->> 'level' = 'hr' desc nulls last, payload ->> 'last_start' desc, proposal_id) > 1
           as superseded
from (
    select *, status not in ('shadow', 'rejected', 'expired', 'withdrawn', 'failed', 'reversal_approved', 'reverted')
                  as stands
    from mart.proposal_status
) known;
comment on view mart.proposal_cards is
    'How proposals are shown: those of one card together (score and discipline from one shift), superseded ones not.';

grant select, insert, update on mart.reliability to rollcall_sinks;
grant select on mart.reliability, mart.attendance_record, mart.proposal_cards to rollcall_console, rollcall_analyst;
