//! Payouts as the stand-in makes them.

use payment::card::{CaptureMode, CardLevel, CardRail, CardWay, RefundAttempt};
use payment::payout::{PartKind, PayoutReading, PayoutStatus};
use stripe_simulator::Defect;

use crate::books::reports;
use crate::shop::{Shop, eur};

const DAY: i64 = 86_400;

/// A shop that sold twice, gave something back, and was paid out.
async fn paid_out(shop: &Shop) -> Vec<PayoutReading> {
    for cents in [450, 1_000] {
        let attempt = shop.attempt(cents, CardWay::Phone, CaptureMode::AtOnce);
        let opened = shop.rail.open(&attempt).await.unwrap();
        let CardLevel::Waiting { link: Some(url) } = &opened.level else { panic!("{opened:?}") };
        let _page = shop.simulator.pay_on_page(url, "pm_card_visa");
        if cents == 1_000 {
            let reference = opened.reference.clone();
            let refund = RefundAttempt {
                refund: shop.refund(),
                payment: attempt.payment,
                reference,
                amount: eur(200),
            };
            shop.rail.refund(&refund).await.unwrap();
        }
    }
    shop.simulator.advance(3 * DAY);
    shop.simulator.pay_out("eur").unwrap();
    shop.simulator.advance(3 * DAY);
    reports(&shop.rail).await.into_iter().flat_map(|report| report.payouts).collect()
}

#[tokio::test]
async fn the_parts_of_a_payout_add_up_to_the_cent() {
    let shop = Shop::open().await;
    let payouts = paid_out(&shop).await;
    let [payout] = payouts.as_slice() else { panic!("{payouts:?}") };
    assert_eq!(payout.status, PayoutStatus::Paid);
    assert_eq!(payout.difference(), Ok(None), "{payout:?}");
    let parts = payout.parts.as_ref().unwrap();
    let of = |kind| parts.iter().filter(|part| part.kind == kind).map(|part| part.gross.minor()).sum::<i64>();
    assert_eq!((of(PartKind::Payment), of(PartKind::Refund)), (1_450, -200));
    let fees: i64 = parts.iter().map(|part| part.fee.minor()).sum();
    assert_eq!(payout.amount, eur(1_250 - fees));
}

#[tokio::test]
async fn a_payout_that_is_a_cent_short_shows_the_cent() {
    let shop = Shop::open().await;
    shop.simulator.plant(Defect::PaysOutTooLittle);
    let payouts = paid_out(&shop).await;
    let [payout] = payouts.as_slice() else { panic!("{payouts:?}") };
    assert_eq!(payout.difference(), Ok(Some(eur(-1))));
}
