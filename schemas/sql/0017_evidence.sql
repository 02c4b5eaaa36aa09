-- Who edited what a proposal rests on, and who has proposed it: they do not decide on it alone, or at all.

alter table mart.proposals
    add column editors uuid[],
    add column proposer uuid;
comment on column mart.proposals.editors is 'Who has edited, to the subject''s disadvantage, what it rests on.';
comment on column mart.proposals.proposer is 'The person whose proposal it is; null: an agent''s own.';
