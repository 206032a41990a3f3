//! Blocks are replaced by as many others, however deep, up to the last final one: judged by what is in the books.

use ledger::Account;
use payment::{Policy, State};

use super::town::EvmTown;
use crate::contract::shop::{Shop, eur, is_final, state, transfers};
use crate::contract::town::Town;

/// Deep reorganisations end well below what is final.
const DEPTHS: [u32; 4] = [1, 3, 12, 64];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payment_is_reversed_by_a_reorganisation_of_any_depth_and_booked_again_when_it_is_handed_in_again() {
    let shop = Shop::open(EvmTown::start(8_453, "USDC").with_policy(Policy::of_blocks(1, 500))).await;
    let mut wallet = 0;
    for depth in DEPTHS {
        let sold = shop.balance(Account::Sales, eur(0).currency()).await;
        let code = shop.charge(450).await;
        let ground = shop.town.ground();
        let paid = ground.pay(&code.address, code.coins);
        let signed = ground.node.signed(&paid).unwrap();
        shop.town.mine(depth);
        let sale = shop.until_state(code.invoice, State::Paid).await;
        assert!(!is_final(&sale));
        assert_eq!(shop.wallet().await, wallet + code.coins.minor());

        ground.node.reorg(depth, counterparties::Fate::Gone).unwrap();
        shop.until_state(code.invoice, State::Reversed).await;
        assert_eq!((shop.wallet().await, shop.pending().await), (wallet, 0), "{depth} blocks, gone");
        assert_eq!(shop.balance(Account::Sales, eur(0).currency()).await, sold);
        shop.check_books_at_rest().await;

        ground.node.send_raw(&signed).unwrap();
        shop.town.mine(1);
        let sale =
            shop.until(code.invoice, "it is booked again", |sale| sale.coverage().unwrap().is_covered).await;
        assert_eq!(transfers(&sale).count(), 1, "the same transfer");
        shop.until_state(code.invoice, State::Paid).await;
        wallet += code.coins.minor();
        assert_eq!(shop.wallet().await, wallet);
        assert_eq!(shop.balance(Account::Sales, eur(0).currency()).await, sold - 375);
        shop.check_books_at_rest().await;
    }
    assert_eq!(shop.alerts().await.len(), DEPTHS.len(), "one alert for each loss");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payment_that_is_in_another_block_of_the_new_chain_stays_booked_once() {
    let shop = Shop::open(EvmTown::start(56, "BNB").with_policy(Policy::of_blocks(1, 500))).await;
    let mut wallet = 0;
    for depth in DEPTHS {
        let code = shop.charge(450).await;
        shop.town.ground().pay(&code.address, code.coins);
        shop.town.mine(depth);
        let paid = shop.until_state(code.invoice, State::Paid).await;
        shop.town.ground().node.reorg(depth, counterparties::Fate::MinedAgain).unwrap();
        let is_elsewhere = |sale: &payment::Sale| {
            state(sale) == State::Paid
                && transfers(sale)
                    .map(|transfer| &transfer.latest.level)
                    .ne(transfers(&paid).map(|transfer| &transfer.latest.level))
        };
        let sale = shop.until(code.invoice, "credited against another block", is_elsewhere).await;
        assert_eq!((transfers(&sale).count(), sale.receipt), (1, paid.receipt));
        wallet += code.coins.minor();
        assert_eq!(shop.wallet().await, wallet, "{depth} blocks");
        shop.check_books_at_rest().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn head_that_goes_back_says_nothing_until_other_blocks_take_the_place_of_those_that_were_there() {
    let shop = Shop::open(EvmTown::start(8_453, "USDC")).await;
    let code = shop.charge(450).await;
    shop.town.pay(&code.address, code.coins);
    shop.town.mine(2);
    shop.until_state(code.invoice, State::Paid).await;
    shop.town.ground().node.go_back(3).unwrap();
    shop.town.mine(4);
    shop.until_state(code.invoice, State::Reversed).await;
    assert_eq!((shop.wallet().await, shop.pending().await), (0, 0));
    shop.check_books_at_rest().await;
}
