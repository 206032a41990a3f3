//! Cards at the counter: opened once, asked about when an answer is lost, captured, called off and given back, also by a
//! till that was switched off in between.

use std::sync::Arc;

use engine::{CardCommand, Command, EngineError, Reply};
use ledger::Account;
use money::{Currency, Money};
use payment::card::{CaptureMode, CardEnd, CardLevel, CardReport, CardWay};
use payment::payout::{PartKind, PayoutPart, PayoutReading, PayoutStatus};
use payment::sale::{CardPayment, Refund, RefundState, Refused};
use payment::{InvoiceId, PaymentId, RailId, State, Timestamp};
use store::DueCard;

use crate::shop::{Shop, eur};
use crate::terminal::{Call, Slip, Terminal};

/// A sale that is to be paid by card.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carded {
    pub(crate) invoice: InvoiceId,
    pub(crate) payment: PaymentId,
}

impl Shop {
    pub(crate) async fn starts_card(&self, capture: CaptureMode) -> Carded {
        let (invoice, payment) = (self.open_sale(450).await.id, self.next_payment());
        self.ask(self.card_command(Carded { invoice, payment }, capture)).await.unwrap();
        Carded { invoice, payment }
    }

    fn card_command(&self, Carded { invoice, payment }: Carded, capture: CaptureMode) -> Command {
        let way = CardWay::Reader("tmr_1".to_owned());
        Command::Card(CardCommand::Start { invoice, payment, rail: RailId::STRIPE, way, capture })
    }

    pub(crate) async fn state_until(&self, carded: Carded, state: State) {
        self.until_state(carded.invoice, state).await;
    }

    /// Waits until the payment is so.
    async fn card_until(&self, carded: Carded, wish: &str, is_so: impl Fn(&CardPayment) -> bool) {
        self.until(carded.invoice, wish, |sale| is_so(sale.card(carded.payment).unwrap())).await;
    }

    /// As [`Shop::card_until`], while time passes at once. It asks the engine: the reader's pool would give up.
    async fn card_in_time(&self, carded: Carded, is_so: impl Fn(&CardPayment) -> bool) {
        let mut changes = self.engine.feed().subscribe();
        tokio::time::pause();
        let due = DueCard { invoice: carded.invoice, payment: carded.payment };
        loop {
            match self.ask(Command::Card(CardCommand::Look(due))).await.unwrap() {
                Reply::Tended(tended) if is_so(&tended.card) => break,
                _ => drop(changes.recv().await),
            }
        }
        tokio::time::resume();
    }

    async fn asks_refund(&self, carded: Carded, cents: i64) -> Result<(), EngineError> {
        let Carded { invoice, payment } = carded;
        let (refund, reason) = (self.next_refund(), "cold".to_owned());
        let (amount, reader) = (eur(cents), None);
        self.ask(Command::Card(CardCommand::Refund { invoice, payment, refund, amount, reason, reader }))
            .await
            .map(|_| ())
    }

    /// Paid by card.
    async fn card_paid(&self, terminal: &Terminal) -> Carded {
        let carded = self.starts_card(CaptureMode::AtOnce).await;
        self.state_until(carded, State::Waiting).await;
        self.taps(terminal, carded).await;
        self.state_until(carded, State::Paid).await;
        carded
    }

    pub(crate) async fn taps(&self, terminal: &Terminal, carded: Carded) {
        let sale = self.sale(carded.invoice).await;
        terminal.taps(carded.payment, &sale.card(carded.payment).unwrap().terms);
    }

    async fn clearing(&self) -> i64 {
        self.balance(Account::CardClearing, eur(0).currency()).await
    }
}

pub(crate) async fn shop_with(slips: impl IntoIterator<Item = Slip>) -> (Shop, Arc<Terminal>) {
    let terminal = Terminal::new(slips);
    (Shop::open_with_cards(terminal.setup()).await, terminal)
}

#[tokio::test]
async fn a_card_payment_is_opened_once_and_paid_when_the_customer_taps() {
    let (shop, terminal) = shop_with([]).await;
    let carded = shop.card_paid(&terminal).await;
    let again = shop.ask(shop.card_command(carded, CaptureMode::AtOnce)).await;
    assert!(again.is_ok(), "the same wish again: {again:?}");
    assert_eq!((terminal.sent(), shop.clearing().await), (vec![Call::Opened], 450));
    shop.check_books().await;
}

#[tokio::test]
async fn an_answer_that_is_lost_after_the_reader_was_asked_is_asked_about_and_nothing_is_opened_again() {
    let (shop, terminal) = shop_with([Slip::LostAfter]).await;
    let carded = shop.starts_card(CaptureMode::AtOnce).await;
    shop.state_until(carded, State::Waiting).await;
    shop.taps(&terminal, carded).await;
    shop.state_until(carded, State::Paid).await;
    assert_eq!(terminal.sent(), [Call::Opened]);
}

#[tokio::test]
async fn what_never_arrived_is_sent_again_and_only_then() {
    let (shop, terminal) = shop_with([Slip::LostBefore]).await;
    let carded = shop.starts_card(CaptureMode::AtOnce).await;
    shop.state_until(carded, State::Waiting).await;
    assert_eq!((terminal.sent(), terminal.reads() >= 1), (vec![Call::Opened; 2], true));
}

#[tokio::test]
async fn while_the_processor_is_silent_the_screen_says_unknown_and_no_other_way_to_pay_opens() {
    let (shop, terminal) = shop_with([]).await;
    let carded = shop.starts_card(CaptureMode::AtOnce).await;
    shop.state_until(carded, State::Waiting).await;
    *terminal.is_mute.lock().unwrap() = true;
    shop.taps(&terminal, carded).await;
    shop.state_until(carded, State::Unknown).await;
    let (invoice, payment) = (carded.invoice, shop.next_payment());
    let cash = shop.ask(Command::TakeCash { invoice, payment, tendered: eur(450) }).await;
    assert_eq!(cash.unwrap_err(), Refused::CardOpen.into());
    *terminal.is_mute.lock().unwrap() = false;
    shop.state_until(carded, State::Paid).await;
    assert_eq!(terminal.sent(), [Call::Opened]);
}

#[tokio::test]
async fn a_processor_that_can_not_be_reached_charges_nothing_and_the_till_says_so() {
    let (shop, terminal) = shop_with([Slip::NotSent; 6]).await;
    let carded = shop.starts_card(CaptureMode::AtOnce).await;
    shop.card_in_time(carded, |card| card.failure.is_some()).await;
    shop.state_until(carded, State::Failed).await;
    assert_eq!((terminal.sent().len(), terminal.has(carded.payment)), (6, false));
}

#[tokio::test]
async fn held_money_is_captured_once_although_the_answer_is_lost() {
    let (shop, terminal) = shop_with([]).await;
    let carded = shop.starts_card(CaptureMode::Later).await;
    shop.state_until(carded, State::Waiting).await;
    shop.taps(&terminal, carded).await;
    shop.state_until(carded, State::Detected).await;
    terminal.slips.lock().unwrap().push_back(Slip::LostAfter);
    let Carded { invoice, payment } = carded;
    shop.ask(Command::Card(CardCommand::Capture { invoice, payment, amount: eur(450) })).await.unwrap();
    shop.state_until(carded, State::Paid).await;
    assert_eq!(terminal.sent(), [Call::Opened, Call::Captured(450)]);
}

#[tokio::test]
async fn a_payment_that_is_called_off_takes_nothing_and_frees_the_sale() {
    let (shop, terminal) = shop_with([]).await;
    let carded = shop.starts_card(CaptureMode::AtOnce).await;
    shop.state_until(carded, State::Waiting).await;
    let Carded { invoice, payment } = carded;
    shop.ask(Command::Card(CardCommand::Cancel { invoice, payment })).await.unwrap();
    shop.card_until(carded, "called off", |card| card.end() == Some(&CardEnd::Cancelled)).await;
    let payment = shop.next_payment();
    shop.ask(Command::TakeCash { invoice, payment, tendered: eur(450) }).await.unwrap();
    assert_eq!(terminal.sent(), [Call::Opened, Call::Cancelled]);
}

#[tokio::test]
async fn a_refund_whose_answer_is_lost_gives_back_once() {
    for slip in [Slip::LostAfter, Slip::LostBefore] {
        let (shop, terminal) = shop_with([]).await;
        let carded = shop.card_paid(&terminal).await;
        terminal.slips.lock().unwrap().push_back(slip);
        shop.asks_refund(carded, 200).await.unwrap();
        shop.card_until(carded, "given back", |card| card.refunds.iter().any(Refund::is_off)).await;
        assert_eq!((terminal.gave_back(carded.payment), shop.clearing().await), (200, 250), "{slip:?}");
        let too_much = shop.asks_refund(carded, 251).await;
        assert_eq!(too_much, Err(Refused::RefundTooHigh(eur(250)).into()));
        shop.check_books().await;
    }
}

#[tokio::test]
async fn what_was_read_before_a_refund_does_not_say_that_it_never_arrived() {
    let (shop, terminal) = shop_with([]).await;
    let carded = shop.card_paid(&terminal).await;
    let before = terminal.reading(carded.payment).unwrap();
    *terminal.is_mute.lock().unwrap() = true;
    terminal.slips.lock().unwrap().push_back(Slip::LostAfter);
    shop.asks_refund(carded, 200).await.unwrap();
    let is_in_doubt = |card: &CardPayment| matches!(card.refunds[0].state, RefundState::Doubted(_));
    shop.card_until(carded, "nobody knows", is_in_doubt).await;
    let report = CardReport { readings: vec![(carded.payment, before)], ..CardReport::default() };
    shop.ask(Command::Card(CardCommand::TakeReport { rail: RailId::STRIPE, report })).await.unwrap();
    assert!(is_in_doubt(shop.sale(carded.invoice).await.card(carded.payment).unwrap()));
    *terminal.is_mute.lock().unwrap() = false;
    shop.card_until(carded, "given back", |card| card.refunds.iter().any(Refund::is_off)).await;
    assert_eq!(terminal.sent(), [Call::Opened, Call::Refunded(200)]);
}

#[tokio::test]
async fn another_amount_than_was_asked_for_posts_nothing_and_alarms() {
    let (shop, terminal) = shop_with([Slip::Lies(4_500)]).await;
    let carded = shop.starts_card(CaptureMode::AtOnce).await;
    shop.state_until(carded, State::Unknown).await;
    assert_eq!((shop.alerts().await, shop.clearing().await), (vec!["mismatch".to_owned()], 0));
    assert_eq!(terminal.sent(), [Call::Opened]);
}

#[tokio::test]
async fn a_till_that_was_switched_off_asks_about_its_cards_before_it_sends_anything() {
    let (mut shop, terminal) = shop_with([]).await;
    let carded = shop.starts_card(CaptureMode::AtOnce).await;
    shop.state_until(carded, State::Waiting).await;
    shop.taps(&terminal, carded).await;
    let reads = terminal.reads();
    shop.restart().await;
    shop.state_until(carded, State::Paid).await;
    terminal.until_read(reads + 1).await;
    assert_eq!(terminal.sent(), [Call::Opened]);
    shop.check_books().await;
}

#[tokio::test]
async fn what_a_processor_does_not_take_is_refused_before_anything_is_stored() {
    let (shop, terminal) = shop_with([]).await;
    let (invoice, payment) = (shop.open_sale(49).await.id, shop.next_payment());
    let refused = shop.ask(shop.card_command(Carded { invoice, payment }, CaptureMode::AtOnce)).await;
    assert!(refused.unwrap_err().to_string().contains("cards start at 0.50 EUR"));
    *terminal.is_down.lock().unwrap() = true;
    let (invoice, payment) = (shop.open_sale(450).await.id, shop.next_payment());
    let refused = shop.ask(shop.card_command(Carded { invoice, payment }, CaptureMode::AtOnce)).await;
    assert!(refused.unwrap_err().to_string().contains("offline"));
    assert_eq!(terminal.sent(), []);
}

#[tokio::test]
async fn a_card_that_ends_at_the_processor_is_seen_without_anybody_asking() {
    let (shop, terminal) = shop_with([]).await;
    let carded = shop.starts_card(CaptureMode::AtOnce).await;
    shop.state_until(carded, State::Waiting).await;
    let declined = CardEnd::Declined("insufficient funds".to_owned());
    terminal.becomes(carded.payment, CardLevel::Ended(declined));
    shop.state_until(carded, State::Declined).await;
    assert_eq!(shop.clearing().await, 0);
}

#[tokio::test]
async fn what_a_processor_refuses_is_done_nowhere() {
    let (shop, terminal) = shop_with([]).await;
    let carded = shop.card_paid(&terminal).await;
    terminal.slips.lock().unwrap().push_back(Slip::Declined);
    shop.asks_refund(carded, 200).await.unwrap();
    let is_refused = |card: &CardPayment| matches!(card.refunds[0].state, RefundState::Refused(_));
    shop.card_until(carded, "refused", is_refused).await;
    assert_eq!((terminal.gave_back(carded.payment), shop.clearing().await), (0, 450));
    shop.asks_refund(carded, 450).await.unwrap();
    shop.card_until(carded, "given back", |card| card.refunds.iter().any(Refund::is_off)).await;
    assert_eq!((terminal.gave_back(carded.payment), shop.clearing().await), (450, 0));
}

#[tokio::test]
async fn what_happens_at_the_processor_later_is_told_by_its_events_and_the_place_is_kept() {
    let (mut shop, terminal) = shop_with([]).await;
    let carded = shop.card_paid(&terminal).await;
    terminal.gives_back_by_itself(carded.payment, 100);
    terminal.tells_of(carded.payment);
    shop.card_until(carded, "given back", |card| card.refunds.iter().any(Refund::is_off)).await;
    assert_eq!(shop.clearing().await, 350);
    let mut cursor = None;
    shop.restart_after(|writer| cursor = writer.rail_cursor(RailId::STRIPE).unwrap()).await;
    assert_eq!(cursor.map(|cursor| cursor.cursor).as_deref(), Some("evt_1"));
    shop.check_books().await;
}

#[tokio::test]
async fn a_payment_that_these_books_do_not_have_is_a_finding() {
    let (shop, terminal) = shop_with([]).await;
    let carded = shop.starts_card(CaptureMode::AtOnce).await;
    shop.state_until(carded, State::Waiting).await;
    let stranger = shop.next_payment();
    terminal.opens_elsewhere(stranger);
    terminal.tells_of(stranger);
    shop.until_alert("unknown_payment").await;
}

#[tokio::test]
async fn a_card_number_that_a_processor_tells_is_masked_before_it_is_kept() {
    let (shop, terminal) = shop_with([]).await;
    let carded = shop.starts_card(CaptureMode::AtOnce).await;
    shop.state_until(carded, State::Waiting).await;
    terminal.becomes(
        carded.payment,
        CardLevel::Ended(CardEnd::Declined("4242 4242 4242 4242 is stolen".to_owned())),
    );
    shop.state_until(carded, State::Declined).await;
    let sale = shop.sale(carded.invoice).await;
    let told = CardEnd::Declined("•••• 4242 is stolen".to_owned());
    assert_eq!(sale.card(carded.payment).unwrap().end(), Some(&told));
}

#[tokio::test]
async fn looking_at_a_customer_who_takes_his_time_writes_nothing() {
    let (shop, terminal) = shop_with([]).await;
    let carded = shop.starts_card(CaptureMode::AtOnce).await;
    shop.state_until(carded, State::Waiting).await;
    terminal.until_read(1).await;
    let commits = shop.engine.meters().totals().commits;
    terminal.until_read(3).await;
    assert_eq!(shop.engine.meters().totals().commits, commits);
}

#[tokio::test]
async fn a_paid_sale_about_which_an_event_told_nonsense_is_asked_about_until_it_is_clear() {
    let (shop, terminal) = shop_with([]).await;
    let carded = shop.card_paid(&terminal).await;
    terminal.becomes(carded.payment, CardLevel::Captured { amount: eur(4_500) });
    terminal.tells_of(carded.payment);
    shop.state_until(carded, State::Unknown).await;
    terminal.becomes(carded.payment, CardLevel::Captured { amount: eur(450) });
    shop.card_in_time(carded, |card| card.doubt.is_none()).await;
    let sale = shop.sale(carded.invoice).await;
    assert_eq!(sale.standing().unwrap().state, State::Paid);
}

/// A payout of one captured payment of 4.50, less a fee of 32 cents and what is missing.
fn payout(status: PayoutStatus, missing: i64) -> PayoutReading {
    let part = PayoutPart {
        reference: "txn_1".to_owned(),
        kind: PartKind::Payment,
        of: Some("ch_1".to_owned()),
        gross: eur(450),
        fee: eur(32),
        net: eur(418),
    };
    PayoutReading {
        reference: "po_1".to_owned(),
        made_at: Timestamp::from_millis(0),
        arrives_at: Timestamp::from_millis(172_800_000),
        amount: eur(418 - missing),
        status,
        parts: Some(vec![part]),
    }
}

#[tokio::test]
async fn a_payout_is_booked_once_and_one_that_does_not_add_up_is_found() {
    for (missing, finding) in
        [(0, None), (1, Some("stripe paid -0.01 EUR out that its parts do not account for"))]
    {
        let (shop, terminal) = shop_with([]).await;
        let mut changes = shop.engine.feed().subscribe();
        for status in [PayoutStatus::InTransit, PayoutStatus::Paid, PayoutStatus::Paid] {
            terminal.pays_out(payout(status, missing));
        }
        while shop.balance(Account::Bank, eur(0).currency()).await == 0 {
            let _a_change_or_a_lag = changes.recv().await;
        }
        assert_eq!(shop.balance(Account::Bank, eur(0).currency()).await, 418 - missing);
        assert_eq!(shop.balance(Account::CardClearing, eur(0).currency()).await, missing - 418);
        let findings = shop.engine.reader().findings().await.unwrap();
        assert_eq!(findings.first().map(|found| found.reason.as_str()), finding);
        assert!(findings.len() <= 1, "{findings:?}");
        shop.check_books().await;
    }
}

#[tokio::test]
async fn a_payout_whose_amount_is_told_otherwise_later_is_found() {
    let (shop, terminal) = shop_with([]).await;
    let mut changes = shop.engine.feed().subscribe();
    terminal.pays_out(payout(PayoutStatus::Paid, 0));
    terminal.pays_out(PayoutReading { parts: None, ..payout(PayoutStatus::Paid, 7) });
    while shop.engine.reader().findings().await.unwrap().is_empty() {
        let _a_change_or_a_lag = changes.recv().await;
    }
    assert_eq!(shop.balance(Account::Bank, eur(0).currency()).await, 418);
    shop.check_books().await;
}

#[tokio::test]
async fn a_payout_whose_parts_have_no_sum_is_found_and_holds_up_nothing() {
    let (shop, terminal) = shop_with([]).await;
    let mut changes = shop.engine.feed().subscribe();
    let mut odd = payout(PayoutStatus::Paid, 0);
    let parts = odd.parts.as_mut().unwrap();
    parts.push(PayoutPart { net: Money::new(1, Currency::BTC), ..parts[0].clone() });
    terminal.pays_out(odd);
    terminal.pays_out(PayoutReading { reference: "po_2".to_owned(), ..payout(PayoutStatus::Paid, 0) });
    while shop.balance(Account::Bank, eur(0).currency()).await == 0 {
        let _a_change_or_a_lag = changes.recv().await;
    }
    let findings = shop.engine.reader().findings().await.unwrap();
    assert_eq!(findings.iter().map(|found| found.subject.as_str()).collect::<Vec<_>>(), ["po_1"]);
    shop.check_books().await;
}
