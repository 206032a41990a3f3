//! Blocks are replaced, with the customer's transaction in them.

use ledger::Account;
use payment::{Level, Sale, State};
use store::Subject;

use crate::contract::shop::{Charged, Shop, eur, state, transfers};
use crate::contract::town::{Fate, Town};

const DEPTHS: [u32; 3] = [1, 2, 6];

pub async fn reorganised_payment_that_is_mined_again_is_still_paid_once(town: impl Town) {
    let shop = Shop::open(town).await;
    let mut wallet = 0;
    for depth in DEPTHS {
        let sales_before = shop.balance(Account::Sales, eur(0).currency()).await;
        let (code, paid) = paid_at_depth(&shop, depth).await;
        let block = block_of(&paid);
        shop.town.reorganise(depth, Fate::MinedAgain);
        let sale = shop
            .until(code.invoice, "credited against another block", |sale| {
                state(sale) == State::Paid && block_of(sale) != block
            })
            .await;
        assert_eq!(sale.receipt, paid.receipt, "one receipt");
        assert_eq!(transfers(&sale).count(), 1, "the same transfer");
        assert_eq!(shop.balance(Account::Sales, eur(0).currency()).await, sales_before - 375);
        wallet += code.coins.minor();
        assert_eq!(shop.wallet().await, wallet);
        shop.check_books_at_rest().await;
    }
    assert!(shop.alerts().await.is_empty());
}

pub async fn reorganised_payment_that_is_gone_is_reversed_and_the_owner_is_told(town: impl Town) {
    let shop = Shop::open(town).await;
    let mut told = Vec::new();
    for depth in DEPTHS {
        let (code, _) = paid_at_depth(&shop, depth).await;
        shop.town.reorganise(depth, Fate::Gone);
        shop.until_state(code.invoice, State::Reversed).await;
        assert_eq!(shop.wallet().await, 0);
        assert_eq!(shop.balance(Account::Sales, eur(0).currency()).await, 0);
        assert_eq!(shop.balance(Account::TaxPayable, eur(0).currency()).await, 0);
        told.insert(0, ("reversed".to_owned(), Some(Subject::Sale(code.invoice))));
        assert_eq!(shop.alerts().await, told, "one alert for each loss, the newest first");
        shop.check_books_at_rest().await;
    }
}

/// A sale paid by a transaction as deep as the blocks that will be replaced.
async fn paid_at_depth(shop: &Shop<impl Town>, depth: u32) -> (Charged, Sale) {
    let code = shop.charge(450).await;
    shop.town.pay(&code.address, code.coins);
    shop.until_seen(code.invoice).await;
    shop.town.mine(depth);
    let deep = |sale: &Sale| transfers(sale).all(|transfer| transfer.latest.level.confirmations() >= depth);
    let is_so = |sale: &Sale| deep(sale) && state(sale) == State::Paid;
    let paid = shop.until(code.invoice, "paid, and as deep as it will be replaced", is_so).await;
    (code, paid)
}

fn block_of(sale: &Sale) -> Option<String> {
    transfers(sale).find_map(|transfer| match &transfer.latest.level {
        Level::Confirmed { block_hash, .. } => Some(block_hash.clone()),
        Level::Unconfirmed { .. } | Level::Withdrawn { .. } => None,
    })
}
