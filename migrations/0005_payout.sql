-- What processors paid out to the shop's bank. A payout is a subject of events; these rows are the list of them.

insert into subject_kind (name) values ('payout');

create table payout (
  payout_id blob primary key constraint payout_id check (length(payout_id) = 16),
  rail text not null,
  -- The processor's name for it.
  reference text not null,
  status text not null
    constraint payout_status check (status in ('pending', 'in_transit', 'paid', 'failed', 'cancelled')),
  amount_minor integer not null,
  currency text not null,
  scale integer not null,
  arrives_at integer not null,
  -- How many movements it is made of; unknown where the processor does not list them.
  parts integer,
  -- What it has more than its parts add up to.
  difference_minor integer not null,
  constraint payout_of_rail unique (rail, reference)
) strict, without rowid;

create index payout_arrives on payout (arrives_at, payout_id);
