//! Readers at the counter, driven by the server.

use stripe::StripeError;
use stripe_core::payment_intent::{CreatePaymentIntent, RetrievePaymentIntent};
use stripe_core::refund::CreateRefund;
use stripe_shared::{
    ApiErrorsCode, PaymentIntentAllowedPaymentMethodTypes, PaymentIntentCaptureMethod, PaymentIntentStatus,
};
use stripe_simulator::ReaderTrouble;
use stripe_terminal::terminal_connection_token::CreateTerminalConnectionToken;
use stripe_terminal::terminal_location::{CreateTerminalLocation, ListTerminalLocation};
use stripe_terminal::terminal_reader::{
    CancelActionTerminalReader, CreateTerminalReader, ListTerminalReader, PresentPaymentMethodTerminalReader,
    PresentPaymentMethodTerminalReaderType, ProcessPaymentIntentTerminalReader, RefundPaymentTerminalReader,
    SetReaderDisplayTerminalReader, SetReaderDisplayTerminalReaderCart,
    SetReaderDisplayTerminalReaderCartLineItems, SetReaderDisplayTerminalReaderType,
};
use stripe_terminal::{
    TerminalReader, TerminalReaderReaderResourceReaderAction,
    TerminalReaderReaderResourceReaderActionStatus as ActionStatus, TerminalReaderStatus,
};
use stripe_types::Currency;

use crate::shop::Shop;

struct Counter {
    shop: Shop,
    reader: String,
}

impl Counter {
    async fn open() -> Self {
        let shop = Shop::open();
        let reader =
            CreateTerminalReader::new("simulated-wpe").label("Counter").send(&shop.client).await.unwrap();
        Self { reader: reader.id.as_str().to_owned(), shop }
    }

    async fn intent(&self, amount: i64) -> String {
        let types = vec![PaymentIntentAllowedPaymentMethodTypes::CardPresent];
        let intent = CreatePaymentIntent::new(amount, Currency::EUR).allowed_payment_method_types(types);
        intent.send(&self.shop.client).await.unwrap().id.as_str().to_owned()
    }

    async fn process(&self, intent: &str) -> Result<TerminalReader, StripeError> {
        ProcessPaymentIntentTerminalReader::new(self.reader.as_str(), intent).send(&self.shop.client).await
    }

    async fn present(&self) -> Result<TerminalReader, StripeError> {
        PresentPaymentMethodTerminalReader::new(self.reader.as_str()).send(&self.shop.client).await
    }

    async fn look(&self) -> TerminalReader {
        let readers = ListTerminalReader::new().send(&self.shop.client).await.unwrap();
        readers.data.into_iter().next().unwrap()
    }

    async fn status(&self, intent: &str) -> PaymentIntentStatus {
        RetrievePaymentIntent::new(intent).send(&self.shop.client).await.unwrap().status
    }
}

fn action(reader: &TerminalReader) -> &TerminalReaderReaderResourceReaderAction {
    reader.action.as_ref().unwrap()
}

fn code(refused: Result<TerminalReader, StripeError>) -> Option<ApiErrorsCode> {
    match refused {
        Err(StripeError::Stripe(error, _)) => error.code,
        other => panic!("it was not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_card_held_to_the_reader_pays_with_the_fields_a_receipt_needs() {
    let counter = Counter::open().await;
    let intent = counter.intent(1_200).await;
    let begun = counter.process(&intent).await.unwrap();
    assert_eq!(action(&begun).status, ActionStatus::InProgress);
    assert_eq!(counter.status(&intent).await, PaymentIntentStatus::RequiresPaymentMethod);
    let done = counter.present().await.unwrap();
    assert_eq!(action(&done).status, ActionStatus::Succeeded);
    assert_eq!(counter.status(&intent).await, PaymentIntentStatus::Succeeded);
    let charges = counter.shop.get("/v1/charges").await;
    let receipt = &charges.body["data"][0]["payment_method_details"]["card_present"]["receipt"];
    for field in ["application_preferred_name", "authorization_code", "dedicated_file_name", "account_type"] {
        assert!(receipt[field].is_string(), "{field}: {receipt}");
    }
}

#[tokio::test]
async fn the_last_digits_of_an_amount_decide_what_the_bank_says() {
    let counter = Counter::open().await;
    for (amount, words) in
        [(1_001, "declined"), (1_005, "declined"), (1_055, "PIN"), (1_065, "limit"), (1_075, "PIN")]
    {
        let intent = counter.intent(amount).await;
        counter.process(&intent).await.unwrap();
        let reader = counter.present().await.unwrap();
        let failed = action(&reader);
        assert_eq!(failed.status, ActionStatus::Failed);
        let message = failed.failure_message.as_deref().unwrap();
        assert!(message.contains(words), "{amount}: {message}");
        assert_eq!(counter.status(&intent).await, PaymentIntentStatus::RequiresPaymentMethod);
    }
    assert_eq!(counter.shop.simulator.taken("eur"), 0);
}

#[tokio::test]
async fn a_reader_does_one_thing_at_a_time_until_it_is_cancelled() {
    let counter = Counter::open().await;
    let (first, second) = (counter.intent(500).await, counter.intent(600).await);
    counter.process(&first).await.unwrap();
    assert_eq!(code(counter.process(&second).await), Some(ApiErrorsCode::TerminalReaderBusy));
    CancelActionTerminalReader::new(counter.reader.as_str()).send(&counter.shop.client).await.unwrap();
    assert!(counter.look().await.action.is_none());
    counter.process(&second).await.unwrap();
    counter.present().await.unwrap();
    assert!(counter.present().await.is_err());
    assert_eq!(counter.shop.simulator.taken("eur"), 600);
}

#[tokio::test]
async fn a_time_out_can_be_wrong_and_the_card_is_charged_all_the_same() {
    let counter = Counter::open().await;
    let intent = counter.intent(700).await;
    counter.shop.simulator.trouble_reader(&counter.reader, ReaderTrouble::AnswerIsLost);
    assert_eq!(code(counter.process(&intent).await), Some(ApiErrorsCode::TerminalReaderTimeout));
    counter.present().await.unwrap();
    assert_eq!(counter.status(&intent).await, PaymentIntentStatus::Succeeded);
}

#[tokio::test]
async fn nobody_comes_with_a_card_and_the_action_fails() {
    let counter = Counter::open().await;
    let intent = counter.intent(700).await;
    counter.process(&intent).await.unwrap();
    counter.shop.simulator.time_out_reader(&counter.reader);
    let reader = counter.look().await;
    assert_eq!(action(&reader).failure_code.as_deref(), Some("terminal_reader_timeout"));
    assert_eq!(counter.status(&intent).await, PaymentIntentStatus::RequiresPaymentMethod);
    counter.process(&intent).await.unwrap();
}

#[tokio::test]
async fn a_reader_that_is_silent_for_two_minutes_is_offline_until_it_is_heard() {
    let counter = Counter::open().await;
    let simulator = &counter.shop.simulator;
    simulator.trouble_reader(&counter.reader, ReaderTrouble::Silence);
    simulator.advance(119);
    assert_eq!(counter.look().await.status, Some(TerminalReaderStatus::Online));
    simulator.advance(1);
    assert_eq!(counter.look().await.status, Some(TerminalReaderStatus::Offline));
    let intent = counter.intent(700).await;
    assert_eq!(code(counter.process(&intent).await), Some(ApiErrorsCode::TerminalReaderOffline));
    simulator.trouble_reader(&counter.reader, ReaderTrouble::Recovery);
    assert_eq!(counter.look().await.status, Some(TerminalReaderStatus::Online));
    counter.process(&intent).await.unwrap();
}

#[tokio::test]
async fn a_reader_shows_the_cart_and_gives_money_back() {
    let counter = Counter::open().await;
    let item = SetReaderDisplayTerminalReaderCartLineItems::new(300, "Coffee", 2u64);
    let cart = SetReaderDisplayTerminalReaderCart::new(Currency::EUR, vec![item], 600);
    let show = SetReaderDisplayTerminalReader::new(
        counter.reader.as_str(),
        SetReaderDisplayTerminalReaderType::Cart,
    );
    show.cart(cart).send(&counter.shop.client).await.unwrap();
    assert_eq!(action(&counter.look().await).status, ActionStatus::Succeeded);
    let intent = counter.intent(600).await;
    counter.process(&intent).await.unwrap();
    counter.present().await.unwrap();
    let refund = RefundPaymentTerminalReader::new(counter.reader.as_str()).payment_intent(intent).amount(200);
    refund.send(&counter.shop.client).await.unwrap();
    let done = counter.present().await.unwrap();
    assert_eq!(action(&done).status, ActionStatus::Succeeded);
    assert_eq!(counter.shop.simulator.taken("eur"), 400);
}

impl Counter {
    /// Paid with a Canadian debit card.
    async fn interac(&self, amount: i64) -> String {
        let kinds = vec![
            PaymentIntentAllowedPaymentMethodTypes::CardPresent,
            PaymentIntentAllowedPaymentMethodTypes::InteracPresent,
        ];
        // It is captured at once, whatever is asked.
        let intent = CreatePaymentIntent::new(amount, Currency::CAD)
            .allowed_payment_method_types(kinds)
            .capture_method(PaymentIntentCaptureMethod::Manual);
        let intent = intent.send(&self.shop.client).await.unwrap().id.as_str().to_owned();
        self.process(&intent).await.unwrap();
        assert!(self.shop.simulator.present_card(&self.reader, "interac"));
        assert_eq!(self.status(&intent).await, PaymentIntentStatus::Succeeded);
        intent
    }

    async fn give_back(&self, intent: &str, amount: i64) -> Result<TerminalReader, StripeError> {
        let refund = RefundPaymentTerminalReader::new(self.reader.as_str());
        refund.payment_intent(intent).amount(amount).send(&self.shop.client).await
    }
}

#[tokio::test]
async fn an_interac_card_is_given_back_to_at_the_reader_and_nowhere_else() {
    let counter = Counter::open().await;
    let intent = counter.interac(1_200).await;
    let elsewhere = CreateRefund::new().payment_intent(intent.as_str()).send(&counter.shop.client).await;
    assert!(elsewhere.is_err());
    assert!(counter.give_back(&intent, 1_201).await.is_err(), "more than was taken");
    assert_eq!(action(&counter.give_back(&intent, 500).await.unwrap()).status, ActionStatus::InProgress);
    let card = PresentPaymentMethodTerminalReaderType::InteracPresent;
    let present = PresentPaymentMethodTerminalReader::new(counter.reader.as_str()).type_(card);
    let done = present.send(&counter.shop.client).await.unwrap();
    assert_eq!(action(&done).status, ActionStatus::Succeeded);
    assert!(action(&done).refund_payment.as_ref().unwrap().refund.is_some());
    assert_eq!(counter.shop.simulator.taken("cad"), 700);
    let events = counter.shop.get("/v1/events").await.body.to_string();
    for event in ["terminal.reader.action_succeeded", "refund.created", "charge.refunded"] {
        assert!(events.contains(event), "{event}");
    }
}

#[tokio::test]
async fn a_refund_at_the_reader_that_does_not_come_to_its_end_gives_nothing_back() {
    let counter = Counter::open().await;
    let intent = counter.interac(1_200).await;
    let simulator = &counter.shop.simulator;
    counter.give_back(&intent, 500).await.unwrap();
    CancelActionTerminalReader::new(counter.reader.as_str()).send(&counter.shop.client).await.unwrap();
    assert!(!simulator.present_card(&counter.reader, "interac"), "nobody is asked any more");
    counter.give_back(&intent, 500).await.unwrap();
    simulator.time_out_reader(&counter.reader);
    let timed_out = counter.look().await;
    assert_eq!(action(&timed_out).failure_code.as_deref(), Some("terminal_reader_timeout"));
    counter.give_back(&intent, 500).await.unwrap();
    assert!(simulator.present_card(&counter.reader, "visa"), "another card than the one that paid");
    assert_eq!(action(&counter.look().await).status, ActionStatus::Failed);
    assert_eq!(simulator.taken("cad"), 1_200);
}

#[tokio::test]
async fn readers_stand_at_locations() {
    let shop = Shop::open();
    let made =
        shop.post("/v1/terminal/locations", "display_name=Shop&address[country]=DE&address[city]=Ulm").await;
    let location = made.text("id");
    let reader =
        CreateTerminalReader::new("simulated-s700").location(location).send(&shop.client).await.unwrap();
    assert_eq!(reader.location.unwrap().id().as_str(), location);
    assert_eq!(ListTerminalLocation::new().send(&shop.client).await.unwrap().data.len(), 1);
    CreateTerminalConnectionToken::new().location(location).send(&shop.client).await.unwrap();
    assert!(CreateTerminalReader::new("nobody-knows").send(&shop.client).await.is_err());
    assert!(CreateTerminalLocation::new().send(&shop.client).await.is_err());
}

#[tokio::test]
async fn a_customer_holds_a_card_of_any_fate_to_a_reader_that_waits() {
    let counter = Counter::open().await;
    let present = |card| counter.shop.simulator.present_card(&counter.reader, card);
    assert!(!present("visa"));
    let intent = counter.intent(500).await;
    counter.process(&intent).await.unwrap();
    assert!(present("chargeDeclinedInsufficientFunds"));
    let reader = counter.look().await;
    assert_eq!(action(&reader).failure_message.as_deref(), Some("Your card has insufficient funds."));
    counter.process(&intent).await.unwrap();
    assert!(present("mastercard"));
    assert_eq!(counter.status(&intent).await, PaymentIntentStatus::Succeeded);
}
