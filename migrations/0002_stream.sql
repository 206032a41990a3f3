-- The payment stream: micropayments by the million, each a row of its own in the journal, booked in parcels.
--
-- A parcel is one event with one entry for each rail and currency; its micropayments are rows of `micropayment`, chained
-- by hashes that end in the event's. They only ever gain rows, as event, entry and posting do. No index scatters on
-- their way: the ids of the newest are looked up in memory, those of older ones in sorted runs with a filter each.
--
-- `event` is made anew because SQLite can't widen a check: its rows are copied as they are.

create table event_with_parcels (
  event_id integer primary key,
  subject_kind text not null constraint event_subject_kind check (subject_kind in ('sale', 'stray', 'parcel')),
  subject_id blob not null constraint event_subject_id check (length(subject_id) = 16),
  subject_version integer not null constraint event_subject_version_positive check (subject_version > 0),
  kind text not null,
  -- Version of the encoding of `payload`.
  encoding integer not null constraint event_encoding check (encoding > 0),
  payload text not null,
  -- Who said so.
  source text not null,
  recorded_at integer not null,
  -- SHA-256 over the hash before, this row, its entries and their postings, as they are stored.
  hash blob not null constraint event_hash check (length(hash) = 32),
  constraint event_subject_version unique (subject_id, subject_version)
) strict;

insert into event_with_parcels select event_id, subject_kind, subject_id, subject_version, kind, encoding, payload, source,
  recorded_at, hash from event order by event_id;

drop table event;

alter table event_with_parcels rename to event;

create trigger event_is_never_changed before update on event
begin select raise(abort, 'events are never changed'); end;

create trigger event_is_never_deleted before delete on event
begin select raise(abort, 'events are never deleted'); end;

create trigger event_is_only_appended before insert on event
when new.event_id <> (select coalesce(max(event_id), 0) + 1 from event)
  or exists (select 1 from event where subject_id = new.subject_id and subject_version = new.subject_version)
begin select raise(abort, 'events are only appended'); end;

create table micropayment (
  -- The running number, from 1, without gaps.
  micropayment_id integer primary key,
  -- The parcel.
  event_id integer not null constraint micropayment_event references event,
  -- The caller's id of the instruction: the idempotency key.
  instruction text not null,
  -- Half of the SHA-256 of the whole instruction.
  digest blob not null constraint micropayment_digest check (length(digest) = 16),
  amount_minor integer not null constraint micropayment_amount_positive check (amount_minor > 0),
  currency text not null,
  scale integer not null constraint micropayment_scale check (scale between 0 and 9),
  method text not null,
  rail text not null,
  -- The number of the route that matched, from 1; 0 for the built-in one.
  route integer not null constraint micropayment_route check (route >= 0),
  -- Why the route's fallback was taken.
  route_note text,
  fee_minor integer not null,
  payer text,
  memo text,
  -- A JSON object of texts.
  metadata text,
  -- The micropayment before this one on the same payer's tab.
  previous_on_tab integer constraint micropayment_previous_on_tab check (previous_on_tab < micropayment_id),
  -- SHA-256 over the hash of the row before in the parcel (for the first: of the event before) and this row.
  hash blob not null constraint micropayment_hash check (length(hash) = 32)
) strict;

create trigger micropayment_is_never_changed before update on micropayment
begin select raise(abort, 'micropayments are never changed'); end;

create trigger micropayment_is_never_deleted before delete on micropayment
begin select raise(abort, 'micropayments are never deleted'); end;

create trigger micropayment_is_only_appended before insert on micropayment
when new.micropayment_id <> (select coalesce(max(micropayment_id), 0) + 1 from micropayment)
begin select raise(abort, 'micropayments are only appended'); end;

-- The ids of micropayments that have left the memory of the writer, sorted within their generation.
create table instruction_run (
  generation integer not null,
  instruction text not null,
  micropayment_id integer not null,
  primary key (generation, instruction)
) strict, without rowid;

-- What says of most ids that a generation does not have them, so that it need not be read.
create table instruction_filter (
  generation integer primary key,
  -- The last micropayment of the generation.
  last_micropayment integer not null,
  -- The last of its ids in the order of their bytes.
  highest text not null,
  filter blob not null
) strict;

-- What a payer owes on a rail in a currency, and where the chain of its parts begins.
create table tab (
  payer text not null,
  rail text not null,
  currency text not null,
  scale integer not null,
  minor integer not null,
  -- Micropayments on it that no settlement has taken.
  parts integer not null,
  last_micropayment integer not null,
  primary key (payer, rail, currency)
) strict, without rowid;

-- Instructions that could not be carried out although nothing is wrong with them: kept until somebody decides.
create table dead_letter (
  dead_letter_id integer primary key,
  instruction text not null constraint dead_letter_instruction unique,
  digest blob not null constraint dead_letter_digest check (length(digest) = 16),
  -- The instruction, as JSON.
  payload text not null,
  reason text not null,
  attempts integer not null constraint dead_letter_attempts check (attempts > 0),
  found_at integer not null,
  -- The micropayment it became when it was tried again.
  micropayment_id integer constraint dead_letter_micropayment references micropayment
) strict;

create index dead_letter_open on dead_letter (dead_letter_id) where micropayment_id is null;
