//! What recovery and rails ask: owners of addresses and transfers, what is still open, what is still to be asked.

use payment::rail::RailFailureClass;
use payment::sale::RailFailure;
use payment::transfer::WithdrawnReason;
use payment::{Level, RailId, SaleEvent, StrayEvent, TransferRef};
use store::{Record, Source, TransferOwner};

use super::shop::*;

const BITCOIN: RailId = RailId::BITCOIN;

#[tokio::test]
async fn an_address_leads_to_the_payment_that_handed_it_out() {
    let mut shop = Shop::open().await;
    let (sale, payment) = shop.bitcoin_sale(450, "bcrt1qone");
    assert_eq!(shop.writer.owner_of_address(BITCOIN, "bcrt1qone").unwrap(), Some((sale.id, payment)));
    assert_eq!(shop.writer.owner_of_address(BITCOIN, "bcrt1qtwo").unwrap(), None);
}

#[tokio::test]
async fn a_transfer_is_open_until_it_is_final_or_gone() {
    let mut shop = Shop::open().await;
    let (sale, payment) = shop.bitcoin_sale(450, "bcrt1qone");
    let (reference, owner) = (TransferRef::new("aa:0"), TransferOwner::Sale(sale.id, payment));
    let sale = shop.see(&sale, payment, unconfirmed("aa:0", "bcrt1qone", 7_798, 1));
    assert_eq!(shop.writer.open_transfers(BITCOIN).unwrap(), [(reference.clone(), owner)]);
    let sale = shop.see(&sale, payment, confirmed("aa:0", "bcrt1qone", 7_798, 2, 6));
    assert_eq!(shop.writer.open_transfers(BITCOIN).unwrap(), []);
    assert_eq!(shop.writer.owner_of_transfer(BITCOIN, &reference).unwrap(), Some(owner));
    let gone = Level::Withdrawn { reason: WithdrawnReason::Dropped };
    shop.see(&sale, payment, seen("aa:0", "bcrt1qone", 7_798, 3, gone));
    assert_eq!(shop.writer.open_transfers(BITCOIN).unwrap(), []);
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn an_assigned_stray_payment_gives_its_transfer_to_the_sale() {
    let mut shop = Shop::open().await;
    let stray = shop.stray_found(confirmed("cc:0", "bcrt1qold", 7_798, 1, 1));
    let reference = TransferRef::new("cc:0");
    let owner = |shop: &Shop| shop.writer.owner_of_transfer(BITCOIN, &reference).unwrap();
    assert_eq!(owner(&shop), Some(TransferOwner::Stray(stray.id)));
    let opened = shop.sale_opened(450, "Tea");
    let sale = shop.write(opened);
    let payment = shop.payment();
    let assigned = shop.stray_record(&stray, StrayEvent::Assigned { invoice: sale.id, payment });
    let adopted = SaleEvent::StrayAdopted {
        payment,
        terms: terms(eur(450)),
        address: "bcrt1qold".to_owned(),
        observation: stray.transfer.latest,
    };
    let adopted = shop.next(&sale, adopted, Source::Till);
    let both = batch([Record::Stray(Box::new(assigned)), Record::Sale(Box::new(adopted))]);
    shop.writer.write(&both).unwrap();
    assert_eq!(owner(&shop), Some(TransferOwner::Sale(sale.id, payment)));
    assert_eq!(shop.reader().strays_open().await.unwrap(), 0);
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn a_sale_is_live_while_its_quote_runs() {
    let mut shop = Shop::open().await;
    shop.cash_sale(450, "Tea");
    let (sale, payment) = shop.bitcoin_sale(450, "bcrt1qone");
    assert_eq!(shop.writer.live_sales().unwrap(), [sale.id]);
    shop.record(&sale, SaleEvent::QuoteEnded { payment });
    assert_eq!(shop.writer.live_sales().unwrap(), []);
}

#[tokio::test]
async fn a_sale_whose_quote_ended_before_its_address_came_is_live_no_more() {
    let mut shop = Shop::open().await;
    let opened = shop.sale_opened(450, "Tea");
    let sale = shop.write(opened);
    let payment = shop.payment();
    let sale = shop.record(&sale, SaleEvent::PaymentStarted { payment, terms: terms(sale.due()) });
    assert_eq!(shop.writer.live_sales().unwrap(), [sale.id], "its address is still to come");
    let sale = shop.record(&sale, SaleEvent::QuoteEnded { payment });
    assert_eq!(shop.writer.live_sales().unwrap(), []);
    shop.record(&sale, SaleEvent::Offered { payment, address: "bcrt1qone".into() });
    assert_eq!(shop.writer.live_sales().unwrap(), [], "also when it comes after all");
    assert_eq!(shop.verify().await.fault, None);
}

#[tokio::test]
async fn an_offer_is_due_until_the_rail_has_answered() {
    let mut shop = Shop::open().await;
    let ask = |shop: &mut Shop| {
        let opened = shop.sale_opened(450, "Tea");
        let sale = shop.write(opened);
        let payment = shop.payment();
        let event = SaleEvent::PaymentStarted { payment, terms: terms(sale.due()) };
        (shop.record(&sale, event), payment)
    };
    let (first, answered) = ask(&mut shop);
    let (second, failed) = ask(&mut shop);
    let due = shop.writer.due_outbox(10).unwrap();
    let asked: Vec<_> = due.iter().map(|offer| (offer.invoice, offer.attempt.payment)).collect();
    assert_eq!(asked, [(first.id, answered), (second.id, failed)]);
    assert_eq!((due[0].rail, due[0].attempt.amount), (BITCOIN, terms(eur(450)).quote.coin));
    assert_eq!(shop.writer.due_outbox(1).unwrap().len(), 1);
    shop.record(&first, SaleEvent::Offered { payment: answered, address: "bcrt1qone".into() });
    let failure = RailFailure { class: RailFailureClass::NotSent, reason: "no server".into() };
    shop.record(&second, SaleEvent::OfferFailed { payment: failed, failure });
    assert_eq!(shop.writer.due_outbox(10).unwrap(), []);
    assert_eq!(shop.verify().await.fault, None);
}
