-- Card payments through a processor: which ones are under way, which are held or disputed, and how far the processor's
-- events were read.
--
-- A card payment is a payment of a sale, and its events are the sale's; these rows are what lists, watches and the start
-- need of it without folding the sale.

create table card_payment (
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

create index card_payment_errand on card_payment (rail, payment_id) where has_errand = 1;

create index card_payment_held on card_payment (held_until) where state = 'held';

create index card_payment_reference on card_payment (rail, reference);

create table dispute (
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

create index dispute_due on dispute (due_by) where status in ('warning_needs_response', 'needs_response');

-- How far a rail's events were read. It is no journal: what it says may be forgotten, and events are read again.
create table rail_cursor (
  rail text primary key,
  cursor text not null,
  -- When the processor said so.
  as_of integer not null
) strict, without rowid;
