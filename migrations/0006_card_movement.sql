-- What moves the money of card payments, by the processor's names: a payout lists its parts by them, and from each the owner
-- wants to get to its sale.

create table card_movement (
  payment_id blob not null constraint card_movement_payment references card_payment,
  -- The processor's name for a charge, a refund or a dispute of the payment.
  reference text not null,
  primary key (payment_id, reference)
) strict, without rowid;

create index card_movement_reference on card_movement (reference);
