//! Money that comes after its quote has ended counts, and is flagged, whatever else it is.

use std::time::Duration;

use payment::State;

use crate::contract::shop::{QUOTE_LIFE, Shop, part, quote_ended, state};
use crate::contract::town::Town;

const A_MINUTE: Duration = Duration::from_secs(60);

pub async fn payment_after_the_quote_ended_is_late_but_covers(town: impl Town) {
    let shop = Shop::open(town).await;
    // Percent of the quote that came in time, percent that came in all, and the word when it is safe.
    for (in_time, in_all, wished) in
        [(0, 100, State::Late), (40, 100, State::Late), (0, 150, State::Overpaid), (0, 40, State::Expired)]
    {
        let code = shop.charge(450).await;
        let first = part(code.coins, in_time);
        if first.is_positive() {
            shop.town.pay(&code.address, first);
            let sale = shop.until_state(code.invoice, State::Partial).await;
            assert!(!sale.coverage().unwrap().is_late);
        }
        shop.turn(QUOTE_LIFE);
        shop.until_state(code.invoice, State::Expired).await;
        shop.turn(A_MINUTE);
        shop.town.pay(&code.address, part(code.coins, in_all).checked_sub(first).unwrap());
        shop.until(code.invoice, "late", |sale| sale.coverage().unwrap().is_late).await;
        shop.town.mine(1);
        let sale = shop
            .until(code.invoice, "all of it is safe", |sale| {
                let coverage = sale.coverage().unwrap();
                coverage.is_late && coverage.safe == coverage.present
            })
            .await;
        assert_eq!(state(&sale), wished, "{in_time} % in time, {in_all} % in all");
        assert_eq!(sale.receipt.is_some(), in_all >= 100);
        shop.check_books().await;
    }
}

pub async fn late_money_beside_a_newer_code_is_flagged_on_a_sale_that_stays_open(town: impl Town) {
    let shop = Shop::open(town).await;
    let old = shop.charge(450).await;
    shop.turn(QUOTE_LIFE);
    shop.until_state(old.invoice, State::Expired).await;
    let new = shop.show_code(old.invoice).await;
    assert_eq!(state(&shop.sale(new.invoice).await), State::Waiting);
    shop.turn(A_MINUTE);
    shop.town.pay(&old.address, part(old.coins, 40));
    let sale = shop.until_state(new.invoice, State::Partial).await;
    let coverage = sale.coverage().unwrap();
    assert!(coverage.is_late && coverage.remaining.is_positive(), "late and short: {coverage:?}");
    assert!(!quote_ended(&sale, new.payment));

    shop.town.pay(&new.address, new.coins);
    shop.until(new.invoice, "it covers", |sale| sale.coverage().unwrap().is_covered).await;
    shop.town.mine(1);
    let sale = shop.until_state(new.invoice, State::Overpaid).await;
    let coverage = sale.coverage().unwrap();
    assert!(coverage.is_late && coverage.excess.is_positive(), "late and over: {coverage:?}");
    assert_eq!(sale.receipt, Some(1));
    shop.check_books_at_rest().await;
}
