//! The stand-in for Stripe, judged by what Stripe itself publishes; and the judges, judged by planted defects.

use counterparties::{StripeCli, StripeClient};
use stripe_simulator::{Clock, Defect, SECRET_KEY, Setup, Simulator};

/// Each defect with the story that finds it.
const FOUND_BY: &[(Defect, &str)] = &[
    (Defect::ChargesTwice, "a_payment_takes_its_amount_once"),
    (Defect::IgnoresIdempotencyKeys, "one_key_is_carried_out_once"),
    (Defect::ReplaysWhateverIsAsked, "one_key_does_not_say_two_things"),
    (Defect::RefundsAboveTheCharge, "a_refund_gives_back_what_was_taken_and_no_more"),
    (Defect::RefundsWithoutTheCard, "an_interac_card_is_given_back_to_at_the_reader_alone"),
    (Defect::IgnoresUnknownParameters, "a_parameter_that_is_misspelt_is_refused"),
    (Defect::CallsAuthorizedPaid, "held_money_is_not_paid_and_captured_in_part_or_let_go"),
    (Defect::AnswersAnotherAmount, "a_payment_takes_its_amount_once"),
    (Defect::ListsEventsOldestFirst, "events_are_paged_newest_first_and_frozen"),
    (Defect::LosesEvents, "events_are_paged_newest_first_and_frozen"),
    (Defect::ThawsEvents, "events_are_paged_newest_first_and_frozen"),
    (Defect::SignsWithAnotherSecret, "a_webhook_bears_the_signature_of_its_endpoint"),
    (Defect::PaysOutTooLittle, "a_payout_is_the_sum_of_its_parts"),
    (
        Defect::ChargesForgottenCards,
        "a_card_is_saved_on_a_page_charged_while_its_payer_is_away_and_forgotten",
    ),
];

/// Events that the command line can lead to, of every kind of money that moves.
const TRIGGERED: &[&str] = &[
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "payment_intent.amount_capturable_updated",
    "charge.captured",
    "charge.refunded",
    "charge.refund.updated",
    "charge.dispute.created",
    "charge.dispute.closed",
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.voided",
    "payout.created",
    "payout.updated",
];

/// In seconds.
const WEEK: i64 = 7 * 86_400;

/// Its clock runs, because signatures are judged by their age.
fn stand_in() -> Simulator {
    Simulator::start(Setup { clock: Clock::Running { ahead: 0 }, ..Setup::default() }).unwrap()
}

/// What is paid out by itself is paid out at a time of Stripe's choosing, which no client can ask for.
fn take_and_pay_out(client: &StripeClient, simulator: &Simulator) {
    let takings = client.judge(&simulator.url(), SECRET_KEY, &["takings_are_available_at_once"]).unwrap();
    assert_eq!(takings.wrong, []);
    simulator.pay_out("usd").unwrap();
}

#[test]
fn the_official_client_finds_what_it_expects_of_stripe() {
    let simulator = stand_in();
    let client = StripeClient::find().unwrap();
    take_and_pay_out(&client, &simulator);
    let verdict = client.judge(&simulator.url(), SECRET_KEY, &[]).unwrap();
    assert_eq!(verdict.wrong, []);
    for (_, story) in FOUND_BY {
        assert!(verdict.right.iter().any(|told| told == story), "{story} was not played");
    }
}

#[test]
fn each_planted_defect_is_found_by_the_official_client() {
    let client = StripeClient::find().unwrap();
    for (defect, story) in FOUND_BY {
        let simulator = stand_in();
        simulator.plant(*defect);
        take_and_pay_out(&client, &simulator);
        let verdict = client.judge(&simulator.url(), SECRET_KEY, &[*story]).unwrap();
        assert!(
            matches!(verdict.wrong.as_slice(), [(wrong, _)] if wrong == story),
            "{defect:?}: {verdict:?}"
        );
    }
}

#[test]
fn the_official_command_line_leads_to_every_event_it_promises() {
    let cli = StripeCli::find().unwrap();
    for event in TRIGGERED {
        let simulator = stand_in();
        cli.trigger(event, &simulator.url(), SECRET_KEY).unwrap();
        // Bank debits arrive, refunds and payouts come back.
        simulator.advance(WEEK);
        let events = cli.events(&simulator.url(), SECRET_KEY).unwrap();
        let requests = simulator.requests();
        assert!(events.contains(&(*event).to_owned()), "{event} is not among {events:?} after {requests:#?}");
    }
}
