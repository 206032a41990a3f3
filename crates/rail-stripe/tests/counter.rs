//! A card at the reader: paid, declined, left, called off, held, given back, and every way to lose an answer.

use payment::RailError;
use payment::card::{
    Capture, CaptureMode, CardEnd, CardLevel, CardMemory, CardRail, ReaderStep, RefundAttempt, RefundStatus,
    ShownLine,
};
use rail_stripe::StripeConfig;
use stripe_simulator::{Fault, Often, ReaderTrouble, SECRET_KEY, Target};

use crate::shop::{Shop, captured, config, eur, known, open};

const AT_ONCE: CaptureMode = CaptureMode::AtOnce;

#[tokio::test]
async fn a_card_that_is_tapped_is_captured_and_its_receipt_and_fee_are_read() {
    let shop = Shop::open().await;
    let attempt = shop.at_reader(450, AT_ONCE);
    let opened = shop.rail.open(&attempt).await.unwrap();
    assert_eq!(opened.level, CardLevel::Waiting { link: None });
    let attempt = known(&attempt, &opened);
    assert_eq!(shop.read(&attempt).await.level, CardLevel::Waiting { link: None });
    assert!(shop.simulator.present_card(&shop.reader, "visa"));
    let paid = shop.read(&attempt).await;
    assert_eq!((paid.level.clone(), paid.number > opened.number), (captured(450), true));
    let charge = paid.charge.unwrap();
    assert_eq!((charge.brand.as_str(), charge.last4.as_deref()), ("visa", Some("4242")));
    assert!(charge.receipt.iter().any(|(name, _)| name == "authorization_code"), "{:?}", charge.receipt);
    let fee = shop.read(&attempt).await.charge.unwrap().fee.unwrap();
    assert!(fee.is_positive() && shop.taken() == 450, "{fee}");
}

#[tokio::test]
async fn a_declined_card_ends_the_payment_and_nothing_can_be_charged_under_it() {
    let shop = Shop::open().await;
    // The last digits of the amount make the bank say no.
    let attempt = shop.at_reader(1_005, AT_ONCE);
    let opened = shop.rail.open(&attempt).await.unwrap();
    assert!(shop.simulator.present_card(&shop.reader, "visa"));
    let ended = shop.read(&known(&attempt, &opened)).await;
    assert!(
        matches!(&ended.level, CardLevel::Ended(CardEnd::Declined(why)) if why.contains("declined")),
        "{ended:?}"
    );
    assert_eq!(shop.taken(), 0);
    assert!(!shop.simulator.present_card(&shop.reader, "visa"), "the reader waits for nobody");
}

#[tokio::test]
async fn nobody_comes_and_the_payment_is_over() {
    let shop = Shop::open().await;
    let attempt = shop.at_reader(450, AT_ONCE);
    let opened = shop.rail.open(&attempt).await.unwrap();
    shop.simulator.time_out_reader(&shop.reader);
    let ended = shop.read(&known(&attempt, &opened)).await;
    assert!(matches!(ended.level, CardLevel::Ended(_)), "{ended:?}");
}

#[tokio::test]
async fn a_reader_that_is_busy_or_offline_charges_nothing_and_says_so() {
    let shop = Shop::open().await;
    let first = shop.at_reader(450, AT_ONCE);
    shop.rail.open(&first).await.unwrap();
    let second = shop.rail.open(&shop.at_reader(300, AT_ONCE)).await.unwrap();
    assert!(
        matches!(&second.level, CardLevel::Ended(CardEnd::Declined(why)) if why.contains("busy")),
        "{second:?}"
    );
    shop.simulator.trouble_reader(&shop.reader, ReaderTrouble::Silence);
    shop.simulator.advance(180);
    let third = shop.rail.open(&shop.at_reader(300, AT_ONCE)).await.unwrap();
    assert!(
        matches!(&third.level, CardLevel::Ended(CardEnd::Declined(why)) if why.contains("offline")),
        "{third:?}"
    );
    assert_eq!(shop.taken(), 0);
}

#[tokio::test]
async fn a_time_out_of_the_reader_is_not_known_and_the_tap_after_it_is_found() {
    let shop = Shop::open().await;
    let attempt = shop.at_reader(450, AT_ONCE);
    shop.simulator.trouble_reader(&shop.reader, ReaderTrouble::AnswerIsLost);
    let lost = shop.rail.open(&attempt).await.unwrap_err();
    assert!(matches!(lost, RailError::Unknown(_)), "{lost:?}");
    assert!(shop.simulator.present_card(&shop.reader, "visa"));
    assert_eq!((shop.read(&attempt).await.level, shop.taken()), (captured(450), 450));
}

#[tokio::test]
async fn whichever_answer_is_lost_the_payment_is_found_and_charged_once() {
    for path in ["/v1/payment_intents", "/v1/terminal/readers/:id/process_payment_intent"] {
        for fault in
            [Fault::DropBefore, Fault::DropAfter, Fault::BreakWithin, Fault::ErrorBefore, Fault::ErrorAfter]
        {
            let shop = Shop::open().await;
            let attempt = shop.at_reader(450, AT_ONCE);
            shop.simulator.plan(Target::post(path), Often::Next(1), fault);
            let lost = shop.rail.open(&attempt).await.unwrap_err();
            assert!(matches!(lost, RailError::Unknown(_)), "{path} {fault:?}: {lost:?}");
            if shop.rail.find(&attempt).await.unwrap().is_none() {
                shop.rail.open(&attempt).await.unwrap();
            }
            assert!(shop.simulator.present_card(&shop.reader, "visa"), "{path} {fault:?}");
            assert_eq!(
                (shop.read(&attempt).await.level, shop.taken()),
                (captured(450), 450),
                "{path} {fault:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_payment_is_called_off_at_the_reader_unless_it_was_paid_before() {
    let shop = Shop::open().await;
    let attempt = shop.at_reader(450, AT_ONCE);
    let opened = shop.rail.open(&attempt).await.unwrap();
    let ended = shop.rail.cancel(&known(&attempt, &opened)).await.unwrap();
    assert_eq!(ended.level, CardLevel::Ended(CardEnd::Cancelled));
    let attempt = shop.at_reader(450, AT_ONCE);
    let opened = shop.rail.open(&attempt).await.unwrap();
    assert!(shop.simulator.present_card(&shop.reader, "visa"));
    assert_eq!(shop.rail.cancel(&known(&attempt, &opened)).await.unwrap().level, captured(450));
}

#[tokio::test]
async fn held_money_is_not_paid_and_captured_in_part() {
    let shop = Shop::open().await;
    let attempt = shop.at_reader(450, CaptureMode::Later);
    let opened = shop.rail.open(&attempt).await.unwrap();
    assert!(shop.simulator.present_card(&shop.reader, "visa"));
    let held = shop.read(&known(&attempt, &opened)).await;
    assert!(matches!(held.level, CardLevel::Authorized { amount, .. } if amount == eur(450)), "{held:?}");
    assert_eq!(shop.taken(), 0);
    let capture = Capture { payment: attempt.payment, reference: held.reference, amount: eur(300) };
    assert_eq!(shop.rail.capture(&capture).await.unwrap().level, captured(300));
    assert_eq!(shop.rail.capture(&capture).await.unwrap().level, captured(300), "the same again");
    assert_eq!(shop.taken(), 300);
}

#[tokio::test]
async fn money_goes_back_once_for_a_refund_and_no_more_than_came() {
    let shop = Shop::open().await;
    let attempt = shop.at_reader(450, AT_ONCE);
    let reference = shop.rail.open(&attempt).await.unwrap().reference;
    assert!(shop.simulator.present_card(&shop.reader, "visa"));
    let refund =
        RefundAttempt { refund: shop.refund(), payment: attempt.payment, reference, amount: eur(200) };
    shop.simulator.plan(Target::post("/v1/refunds"), Often::Next(1), Fault::DropAfter);
    assert!(matches!(shop.rail.refund(&refund).await, Err(RailError::Unknown(_))));
    let again = shop.rail.refund(&refund).await.unwrap();
    let [told] = again.refunds.as_slice() else { panic!("{again:?}") };
    assert_eq!(
        (told.asked, told.amount, told.status),
        (Some(refund.refund), eur(200), RefundStatus::Succeeded)
    );
    let too_much = RefundAttempt { refund: shop.refund(), amount: eur(251), ..refund };
    assert!(matches!(shop.rail.refund(&too_much).await, Err(RailError::Declined(_))));
}

#[tokio::test]
async fn an_error_that_stripe_keeps_under_a_key_does_not_stop_a_capture_or_a_refund_for_ever() {
    for fault in [Fault::ErrorBefore, Fault::ErrorAfter] {
        let shop = Shop::open().await;
        let attempt = shop.at_reader(450, CaptureMode::Later);
        let reference = shop.rail.open(&attempt).await.unwrap().reference;
        assert!(shop.simulator.present_card(&shop.reader, "visa"));
        let capture = Capture { payment: attempt.payment, reference: reference.clone(), amount: eur(450) };
        shop.simulator.plan(Target::post("/v1/payment_intents/:id/capture"), Often::Next(1), fault);
        assert!(matches!(shop.rail.capture(&capture).await, Err(RailError::Unknown(_))));
        let held = shop.rail.find(&known(&attempt, &shop.read(&attempt).await)).await.unwrap().unwrap();
        if held.level != captured(450) {
            assert_eq!(shop.rail.capture(&capture).await.unwrap().level, captured(450));
        }
        let refund =
            RefundAttempt { refund: shop.refund(), payment: attempt.payment, reference, amount: eur(200) };
        shop.simulator.plan(Target::post("/v1/refunds"), Often::Next(1), fault);
        assert!(matches!(shop.rail.refund(&refund).await, Err(RailError::Unknown(_))));
        if shop.read(&attempt).await.refunds.is_empty() {
            shop.rail.refund(&refund).await.unwrap();
        }
        assert_eq!(shop.read(&attempt).await.refunds.len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_port_that_nobody_listens_on_means_that_nothing_was_sent() {
    let shop = Shop::open().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let elsewhere = Some(format!("http://{free}/"));
    let config = StripeConfig { elsewhere, ..config(&shop.simulator, SECRET_KEY) };
    let rail = open(&config, &CardMemory::default(), &shop.simulator);
    let failed = rail.open(&shop.at_reader(450, AT_ONCE)).await.unwrap_err();
    assert!(matches!(failed, RailError::NotSent(_)), "{failed:?}");
    assert!(!rail.health().is_up());
}

#[tokio::test]
async fn a_key_that_is_not_accepted_is_the_owners_to_mend() {
    let shop = Shop::open().await;
    shop.simulator.revoke(SECRET_KEY);
    let failed = shop.rail.open(&shop.at_reader(450, AT_ONCE)).await.unwrap_err();
    assert!(matches!(failed, RailError::Misconfigured(_)), "{failed:?}");
}

/// What readers were told, in order: the last part of the path with the body.
fn told(shop: &Shop) -> Vec<(String, String)> {
    let requests = shop.simulator.requests().into_iter();
    let told = requests.filter(|seen| seen.method == "POST" && seen.path.contains(&shop.reader));
    told.map(|seen| (seen.path.rsplit('/').next().unwrap().to_owned(), seen.body)).collect()
}

#[tokio::test]
async fn the_cart_is_shown_before_the_card_is_asked_for_and_goes_when_it_is_called_off() {
    let shop = Shop::open().await;
    let mut attempt = shop.at_reader(1_190, AT_ONCE);
    attempt.cart.lines[0] = ShownLine { text: "Coffee".to_owned(), quantity: 2, price: eur(500) };
    attempt.cart.tax = Some(eur(190));
    let process = "/v1/terminal/readers/:id/process_payment_intent";
    shop.simulator.plan(Target::post(process), Often::Next(1), Fault::DropBefore);
    assert!(matches!(shop.rail.open(&attempt).await, Err(RailError::Unknown(_))));
    let shown = told(&shop);
    assert_eq!((shown[0].0.as_str(), shown[1].0.as_str()), ("set_reader_display", "process_payment_intent"));
    for part in ["[amount]=500", "[quantity]=2", "[description]=Coffee", "[tax]=190", "[total]=1190", "=eur"]
    {
        assert!(shown[0].1.contains(part), "{part}: {}", shown[0].1);
    }
    shop.rail.cancel(&attempt).await.unwrap();
    assert_eq!(told(&shop).last().unwrap().0, "cancel_action", "nobody else's cart stays on the reader");
}

#[tokio::test]
async fn a_cart_that_can_not_be_shown_keeps_nobody_from_paying() {
    for fault in [Fault::DropBefore, Fault::DropAfter, Fault::ErrorBefore] {
        let shop = Shop::open().await;
        let attempt = shop.at_reader(450, AT_ONCE);
        let display = "/v1/terminal/readers/:id/set_reader_display";
        shop.simulator.plan(Target::post(display), Often::Next(1), fault);
        let opened = shop.rail.open(&attempt).await.unwrap();
        assert!(shop.simulator.present_card(&shop.reader, "visa"), "{fault:?}");
        assert_eq!(shop.read(&known(&attempt, &opened)).await.level, captured(450));
    }
}

#[tokio::test]
async fn how_far_the_reader_is_is_known_while_the_payment_waits() {
    let shop = Shop::open().await;
    let attempt = shop.at_reader(450, AT_ONCE);
    assert_eq!(shop.rail.step(attempt.payment), None);
    let opened = shop.rail.open(&attempt).await.unwrap();
    assert_eq!(shop.rail.step(attempt.payment), Some(ReaderStep::AsksForCard));
    let attempt = known(&attempt, &opened);
    shop.simulator.trouble_reader(&shop.reader, ReaderTrouble::Silence);
    shop.simulator.advance(180);
    assert_eq!(shop.read(&attempt).await.level, opened.level, "it may be paid yet");
    assert_eq!(shop.rail.step(attempt.payment), Some(ReaderStep::Silent));
    shop.simulator.trouble_reader(&shop.reader, ReaderTrouble::Recovery);
    assert!(shop.simulator.present_card(&shop.reader, "visa"));
    assert_eq!(shop.read(&attempt).await.level, captured(450));
    assert_eq!(shop.rail.step(attempt.payment), None, "it is over");
}
