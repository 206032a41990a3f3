-- Settlements of payers' tabs: what gathers there is charged, and every part of a charge is found again.
--
-- A tab is now one payer's by one method: `tab` is made anew, without a copy, because no rail that charges could be used
-- before, so that no shop has a row in it. A settlement is a subject with events like a sale's; `settlement` is its
-- current state, for lists and for the start. Which settlement took a micropayment needs no column: of its tab's
-- settlements it is the first that reaches as far.
--
-- `event` is made anew a last time for the sake of its check: the kinds of subject are rows from here on.

create table subject_kind (
  name text primary key
) strict, without rowid;

insert into subject_kind (name) values ('parcel'), ('sale'), ('settlement'), ('stray');

create trigger subject_kind_is_never_changed before update on subject_kind
begin select raise(abort, 'kinds of subject are never changed'); end;

create trigger subject_kind_is_never_deleted before delete on subject_kind
begin select raise(abort, 'kinds of subject are never deleted'); end;

create table event_of_any_kind (
  event_id integer primary key,
  subject_kind text not null constraint event_subject_kind references subject_kind,
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

insert into event_of_any_kind select event_id, subject_kind, subject_id, subject_version, kind, encoding, payload, source,
  recorded_at, hash from event order by event_id;

drop table event;

alter table event_of_any_kind rename to event;

create trigger event_is_never_changed before update on event
begin select raise(abort, 'events are never changed'); end;

create trigger event_is_never_deleted before delete on event
begin select raise(abort, 'events are never deleted'); end;

create trigger event_is_only_appended before insert on event
when new.event_id <> (select coalesce(max(event_id), 0) + 1 from event)
  or exists (select 1 from event where subject_id = new.subject_id and subject_version = new.subject_version)
begin select raise(abort, 'events are only appended'); end;

drop table tab;

-- What a payer owes by one method on a rail in a currency, and where the links through its parts begin.
create table tab (
  payer text not null,
  rail text not null,
  method text not null,
  currency text not null,
  scale integer not null,
  minor integer not null,
  -- Micropayments on it that no settlement has taken.
  parts integer not null,
  -- The last one ever put on it.
  last_micropayment integer not null,
  -- When the first of them was taken; null without any.
  since integer,
  -- The settlement that is under way or set aside: while there is one, no other begins.
  settlement_id blob,
  primary key (payer, rail, method, currency),
  constraint tab_parts check (parts >= 0 and (parts = 0) = (minor = 0) and (parts = 0) = (since is null))
) strict, without rowid;

-- Tabs that may be settled, the one that waits longest first. It has no column that changes while a tab gathers.
create index tab_waiting on tab (rail, since, payer, method, currency)
  where since is not null and settlement_id is null;

-- The current state of a settlement. `number` is the running number, in the order of opening.
create table settlement (
  number integer primary key,
  settlement_id blob not null constraint settlement_once unique
    constraint settlement_id check (length(settlement_id) = 16),
  -- Its newest event.
  last_event integer not null constraint settlement_event references event,
  payer text not null,
  rail text not null,
  method text not null,
  currency text not null,
  scale integer not null,
  amount_minor integer not null constraint settlement_amount_positive check (amount_minor > 0),
  -- How many micropayments it takes: the last one, and as many before it on the tab as are missing.
  parts integer not null constraint settlement_parts_positive check (parts > 0),
  last_micropayment integer not null constraint settlement_last_micropayment references micropayment,
  attempt integer not null constraint settlement_attempt_positive check (attempt > 0),
  state text not null
    constraint settlement_state check (state in ('charging', 'asking', 'charged', 'set_aside')),
  -- The class of the failure of one that is set aside.
  trouble text,
  -- Why it is asked about or set aside.
  reason text,
  -- The rail's own name for the charge, and what the rail keeps of it, once it is charged.
  reference text,
  fee_minor integer,
  opened_at integer not null,
  constraint settlement_of_tab unique (payer, rail, method, currency, last_micropayment)
) strict;

create index settlement_under_way on settlement (rail, number) where state in ('charging', 'asking');

create index settlement_set_aside on settlement (number) where state = 'set_aside';
