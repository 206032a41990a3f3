-- What all migrations together make. Written by the schema test, not by hand.

CREATE TABLE alert (
  alert_id integer primary key,
  kind text not null,
  event_id integer constraint alert_event references event,
  finding_id integer constraint alert_finding references finding,
  raised_at integer not null,
  acknowledged_at integer,
  constraint alert_origin check ((event_id is null) <> (finding_id is null))
) strict;

CREATE INDEX alert_unread on alert (alert_id) where acknowledged_at is null;

CREATE TABLE balance (
  account text not null,
  currency text not null,
  scale integer not null,
  minor integer not null,
  -- The newest entry that touched it: where an account statement begins.
  last_entry integer not null,
  primary key (account, currency)
) strict, without rowid;

CREATE TABLE card_movement (
  payment_id blob not null constraint card_movement_payment references card_payment,
  -- The processor's name for a charge, a refund or a dispute of the payment.
  reference text not null,
  primary key (payment_id, reference)
) strict, without rowid;

CREATE INDEX card_movement_reference on card_movement (reference);

CREATE TABLE card_payment (
  payment_id blob primary key constraint card_payment_id check (length(payment_id) = 16),
  invoice_id blob not null constraint card_payment_invoice_id check (length(invoice_id) = 16),
  rail text not null,
  state text not null constraint card_payment_state
    check (state in ('opening', 'waiting', 'processing', 'held', 'captured', 'ended', 'failed', 'unknown')),
  -- The processor's name for it, once it has it.
  reference text,
  amount_minor integer not null constraint card_payment_amount_positive check (amount_minor > 0),
  currency text not null,
  scale integer not null,
  -- Until when the money is held.
  held_until integer,
  -- Something is to be asked of the processor.
  has_errand integer not null constraint card_payment_has_errand check (has_errand in (0, 1))
) strict, without rowid;

CREATE INDEX card_payment_errand on card_payment (rail, payment_id) where has_errand = 1;

CREATE INDEX card_payment_held on card_payment (held_until) where state = 'held';

CREATE INDEX card_payment_reference on card_payment (rail, reference);

CREATE TABLE dead_letter (
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

CREATE INDEX dead_letter_open on dead_letter (dead_letter_id) where micropayment_id is null;

CREATE TABLE dispute (
  rail text not null,
  -- The processor's name for it.
  reference text not null,
  invoice_id blob not null constraint dispute_invoice_id check (length(invoice_id) = 16),
  payment_id blob not null constraint dispute_payment references card_payment,
  status text not null,
  -- The bank's reason, in the processor's word.
  reason text not null,
  amount_minor integer not null,
  currency text not null,
  scale integer not null,
  -- What was taken back and not returned, without what the dispute costs.
  withdrawn_minor integer not null,
  due_by integer,
  primary key (rail, reference)
) strict, without rowid;

CREATE INDEX dispute_due on dispute (due_by) where status in ('warning_needs_response', 'needs_response');

CREATE TABLE entry (
  entry_id integer primary key,
  event_id integer not null constraint entry_event references event,
  subject_id blob not null constraint entry_subject_id check (length(subject_id) = 16),
  -- Number among the entries of the subject, from 1.
  ordinal integer not null constraint entry_ordinal_positive check (ordinal > 0),
  kind text not null,
  -- Ordinal of the entry of the same subject that this one undoes.
  reverses integer constraint entry_reverses check (reverses < ordinal),
  rate text,
  rate_source text,
  constraint entry_ordinal unique (subject_id, ordinal),
  constraint entry_rate check ((rate is null) = (rate_source is null))
) strict;

CREATE TRIGGER entry_is_never_changed before update on entry
begin select raise(abort, 'entries are never changed'); end;

CREATE TRIGGER entry_is_never_deleted before delete on entry
begin select raise(abort, 'entries are never deleted'); end;

CREATE TRIGGER entry_is_only_appended before insert on entry
when new.entry_id <> (select coalesce(max(entry_id), 0) + 1 from entry)
  or exists (select 1 from entry where subject_id = new.subject_id and ordinal = new.ordinal)
begin select raise(abort, 'entries are only appended'); end;

CREATE TABLE "event" (
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

CREATE TRIGGER event_is_never_changed before update on event
begin select raise(abort, 'events are never changed'); end;

CREATE TRIGGER event_is_never_deleted before delete on event
begin select raise(abort, 'events are never deleted'); end;

CREATE TRIGGER event_is_only_appended before insert on event
when new.event_id <> (select coalesce(max(event_id), 0) + 1 from event)
  or exists (select 1 from event where subject_id = new.subject_id and subject_version = new.subject_version)
begin select raise(abort, 'events are only appended'); end;

CREATE TABLE finding (
  finding_id integer primary key,
  subject text not null,
  kind text not null,
  reason text not null,
  payload text not null,
  found_at integer not null
) strict;

CREATE TABLE instruction_filter (
  generation integer primary key,
  -- The last micropayment of the generation.
  last_micropayment integer not null,
  -- The last of its ids in the order of their bytes.
  highest text not null,
  filter blob not null
) strict;

CREATE TABLE instruction_run (
  generation integer not null,
  instruction text not null,
  micropayment_id integer not null,
  primary key (generation, instruction)
) strict, without rowid;

CREATE TABLE micropayment (
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

CREATE TRIGGER micropayment_is_never_changed before update on micropayment
begin select raise(abort, 'micropayments are never changed'); end;

CREATE TRIGGER micropayment_is_never_deleted before delete on micropayment
begin select raise(abort, 'micropayments are never deleted'); end;

CREATE TRIGGER micropayment_is_only_appended before insert on micropayment
when new.micropayment_id <> (select coalesce(max(micropayment_id), 0) + 1 from micropayment)
begin select raise(abort, 'micropayments are only appended'); end;

CREATE TABLE outbox (
  outbox_id integer primary key,
  event_id integer not null constraint outbox_event references event,
  kind text not null constraint outbox_kind check (kind in ('request_offer')),
  rail text not null,
  invoice_id blob not null,
  payment_id blob not null constraint outbox_payment unique,
  amount_minor integer not null,
  currency text not null,
  scale integer not null,
  -- The event that answered.
  answered_by integer constraint outbox_answer references event
) strict;

CREATE INDEX outbox_due on outbox (outbox_id) where answered_by is null;

CREATE TABLE payment_address (
  rail text not null,
  address text not null,
  invoice_id blob not null,
  payment_id blob not null constraint payment_address_payment unique,
  constraint payment_address_once primary key (rail, address)
) strict, without rowid;

CREATE TABLE payout (
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

CREATE INDEX payout_arrives on payout (arrives_at, payout_id);

CREATE TABLE posting (
  entry_id integer not null constraint posting_entry references entry,
  -- Number within the entry, from 1.
  line integer not null constraint posting_line check (line > 0),
  account text not null,
  currency text not null,
  scale integer not null constraint posting_scale check (scale between 0 and 9),
  -- Debit positive, credit negative.
  minor integer not null constraint posting_minor check (minor <> 0),
  -- The entry before this one that touched the account in this currency: an account statement follows these links,
  -- so that no payment has to keep an index over accounts.
  previous_entry integer constraint posting_previous_entry check (previous_entry < entry_id),
  primary key (entry_id, line)
) strict, without rowid;

CREATE TRIGGER posting_is_never_changed before update on posting
begin select raise(abort, 'postings are never changed'); end;

CREATE TRIGGER posting_is_never_deleted before delete on posting
begin select raise(abort, 'postings are never deleted'); end;

CREATE TRIGGER posting_is_only_appended before insert on posting
when new.entry_id <> (select max(entry_id) from entry)
  or new.line <> (select count(*) + 1 from posting where entry_id = new.entry_id)
begin select raise(abort, 'postings are only appended'); end;

CREATE TABLE rail_change (
  rail_change_id integer primary key,
  rail text not null,
  change_set blob not null
) strict;

CREATE TABLE rail_cursor (
  rail text primary key,
  cursor text not null,
  -- When the processor said so.
  as_of integer not null
) strict, without rowid;

CREATE TABLE rail_state (
  rail text primary key,
  last_observation integer not null constraint rail_state_observation check (last_observation >= 0),
  -- `till.restores` when the rail last finished a full scan.
  scanned_restores integer not null
) strict, without rowid;

CREATE TABLE sale (
  number integer primary key,
  invoice_id blob not null constraint sale_invoice unique,
  version integer not null,
  opened_at integer not null,
  state text not null,
  late integer not null constraint sale_late check (late in (0, 1)),
  over integer not null constraint sale_over check (over in (0, 1)),
  due_minor integer not null,
  currency text not null,
  scale integer not null,
  label text not null,
  -- Ways to pay in the order of their first use, with commas between.
  methods text not null,
  receipt_number integer constraint sale_receipt unique,
  -- A quote still runs or an address is still to come: looked at when the till starts.
  live integer not null constraint sale_live check (live in (0, 1)),
  -- Lower-case text that the search looks into.
  search text not null
) strict;

CREATE INDEX sale_in_flight on sale (number) where live = 1;

CREATE INDEX sale_state on sale (state);

CREATE TABLE setting (
  key text primary key,
  value text not null,
  changed_at integer not null
) strict, without rowid;

CREATE TABLE setting_change (
  setting_change_id integer primary key,
  key text not null,
  before text,
  after text,
  changed_at integer not null
) strict;

CREATE TABLE settlement (
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

CREATE INDEX settlement_set_aside on settlement (number) where state = 'set_aside';

CREATE INDEX settlement_under_way on settlement (rail, number) where state in ('charging', 'asking');

CREATE TABLE stray (
  stray_id blob primary key,
  version integer not null,
  found_at integer not null,
  rail text not null,
  address text not null,
  reason text not null,
  state text not null constraint stray_state check (state in ('open', 'assigned', 'credited', 'withdrawn')),
  amount_minor integer not null,
  currency text not null,
  scale integer not null
) strict, without rowid;

CREATE INDEX stray_undecided on stray (stray_id) where state = 'open';

CREATE TABLE subject_kind (
  name text primary key
) strict, without rowid;

CREATE TRIGGER subject_kind_is_never_changed before update on subject_kind
begin select raise(abort, 'kinds of subject are never changed'); end;

CREATE TRIGGER subject_kind_is_never_deleted before delete on subject_kind
begin select raise(abort, 'kinds of subject are never deleted'); end;

CREATE TABLE sweep (
  sweep_id blob primary key constraint sweep_id check (length(sweep_id) = 16),
  -- EIP-155.
  chain_id integer not null,
  -- Planned and not approved, approved with steps that are not final, or nothing more can happen.
  state text not null constraint sweep_state check (state in ('planned', 'running', 'over')),
  steps integer not null
) strict, without rowid;

CREATE UNIQUE INDEX sweep_running on sweep (chain_id) where state = 'running';

CREATE TABLE tab (
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

CREATE INDEX tab_waiting on tab (rail, since, payer, method, currency)
  where since is not null and settlement_id is null;

CREATE TABLE till (
  till_id integer primary key constraint till_is_alone check (till_id = 1),
  mode text not null constraint till_mode check (mode in ('practice', 'sandbox', 'live')),
  database_id text not null constraint till_database_id check (length(database_id) = 32),
  created_at integer not null,
  -- How often this file was restored from a backup. A rail compares it with its own last full scan.
  restores integer not null default 0 constraint till_restores check (restores >= 0)
) strict;

CREATE TABLE transfer (
  rail text not null,
  reference text not null,
  invoice_id blob,
  payment_id blob,
  stray_id blob,
  level text not null,
  -- Neither final nor gone.
  open integer not null constraint transfer_open check (open in (0, 1)),
  amount_minor integer not null,
  currency text not null,
  scale integer not null,
  constraint transfer_once primary key (rail, reference),
  constraint transfer_payment check ((invoice_id is null) = (payment_id is null)),
  constraint transfer_owner check ((invoice_id is null) <> (stray_id is null))
) strict, without rowid;

CREATE INDEX transfer_in_flight on transfer (rail) where open = 1;
