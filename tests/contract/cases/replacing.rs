//! The customer's transaction is replaced before it is in a block.

use ledger::Account;
use payment::transfer::WithdrawnReason;
use payment::{Level, Sale, State};

use crate::contract::shop::{QUOTE_LIFE, Shop, eur, quote_ended, state, transfers};
use crate::contract::town::WaitingTown;

pub async fn double_spend_before_a_confirmation_never_pays(town: impl WaitingTown) {
    let shop = Shop::open(town).await;
    let code = shop.charge(450).await;
    shop.town.pay(&code.address, code.coins);
    shop.until_state(code.invoice, State::Detected).await;
    shop.town.double_spend(&code.address);
    let sale = shop.until_state(code.invoice, State::Waiting).await;
    assert!(!sale.was_safe);
    shop.town.mine(2);
    shop.check_books_at_rest().await;
    assert_eq!(shop.wallet().await, 0);
    assert_eq!(shop.balance(Account::Sales, eur(0).currency()).await, 0);
    assert!(shop.alerts().await.is_empty(), "nothing was handed over");
}

/// A dearer transaction that comes after the quote has ended is late, as any money is that comes then.
pub async fn payment_whose_fee_was_raised_is_paid_exactly_once(town: impl WaitingTown) {
    let shop = Shop::open(town).await;
    for (round, quote_is_over) in [(1, false), (2, true)] {
        let code = shop.charge(450).await;
        shop.town.pay(&code.address, code.coins);
        shop.until_state(code.invoice, State::Detected).await;
        if quote_is_over {
            shop.turn(QUOTE_LIFE);
            shop.until(code.invoice, "its quote is over", |sale| quote_ended(sale, code.payment)).await;
        }
        shop.town.raise_fee(&code.address);
        let sale = shop
            .until(code.invoice, "the dearer one counts instead", |sale| {
                state(sale) == State::Detected && replaced(sale) == 1
            })
            .await;
        assert_eq!(transfers(&sale).count(), 2);
        let pending = shop.pending().await;
        assert_eq!(pending, code.coins.minor(), "the cheaper one is withdrawn in the books");

        shop.town.mine(1);
        let wished = if quote_is_over { State::Late } else { State::Paid };
        let sale = shop.until_state(code.invoice, wished).await;
        assert_eq!((sale.receipt, replaced(&sale)), (Some(round), 1));
        assert_eq!(sale.coverage().unwrap().safe, eur(450), "nothing is doubled");
        let sold = shop.balance(Account::Sales, eur(0).currency()).await;
        assert_eq!(sold, -375 * i64::from(round));
        let wallet = shop.wallet().await;
        assert_eq!(wallet, code.coins.minor() * i64::from(round), "the rate has not moved");
        shop.check_books_at_rest().await;
    }
    assert_eq!(shop.engine.reader().strays().await.unwrap(), []);
    assert!(shop.alerts().await.is_empty(), "nothing was lost");
}

fn replaced(sale: &Sale) -> usize {
    let by_another = Level::Withdrawn { reason: WithdrawnReason::Replaced };
    transfers(sale).filter(|transfer| transfer.latest.level == by_another).count()
}
