//! Whatever comes to an address of the shop is booked to its sale, or is in the inbox with what it is, or is no money.

use counterparties::{Batch, Token, TokenKind, U256};
use ledger::Account;
use payment::{State, StrayReason};

use super::town::{EvmTown, Ground};
use crate::contract::shop::{Shop, part, transfers};
use crate::contract::town::Town;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_coin_of_the_shop_on_the_same_or_another_chain_is_booked_as_stray_in_its_own_currency() {
    for is_other_chain in [false, true] {
        let grounds = vec![Ground::start(8_453, &["USDC", "USDT"]), Ground::start(56, &["USDC"])];
        let shop = Shop::open(EvmTown::on(grounds, "USDC")).await;
        let code = shop.charge(450).await;
        let ground = &shop.town.grounds[usize::from(is_other_chain)];
        let coin = ground.coin(if is_other_chain { "USDC" } else { "USDT" });
        ground.pay(&code.address, money::Money::new(5_000_000, coin));
        ground.node.mine(2).unwrap();
        let stray = shop.until_stray("it is safe", payment::Stray::is_safe).await;
        assert_eq!(stray.finding.reason, StrayReason::OtherCoin);
        assert_eq!(stray.finding.shown_by, Some((code.invoice, code.payment)));
        assert_eq!(shop.balance(Account::StrayPayments, coin).await, -5_000_000);
        assert_eq!(shop.balance(Account::EvmWallet, coin).await, 5_000_000);
        assert_eq!((shop.wallet().await, shop.pending().await), (0, 0), "the sale was not paid");
        shop.check_books().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_that_only_calls_itself_usdc_is_listed_and_never_booked() {
    let shop = Shop::open(EvmTown::start(8_453, "USDC")).await;
    let code = shop.charge(450).await;
    let node = &shop.town.ground().node;
    let fake = Token::deploy(node, TokenKind::Plain, "USDC", 6).unwrap();
    fake.pay(&code.address, fake.units(1_000)).unwrap();
    node.mine(1).unwrap();
    let stray = shop.until_stray("it is found", |_| true).await;
    assert_eq!(stray.finding.reason, StrayReason::UnlistedToken);
    let exact = stray.transfer.latest.exact.unwrap();
    assert!(exact.contract.unwrap().eq_ignore_ascii_case(fake.address()));
    assert_eq!((exact.base_units.as_str(), exact.chain_id), ("1000000000", 8_453));
    shop.town.pay(&code.address, code.coins);
    shop.town.mine(1);
    shop.until_state(code.invoice, State::Paid).await;
    assert_eq!(shop.wallet().await, code.coins.minor(), "the real one alone");
    shop.check_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batched_and_several_transfers_are_each_found_and_nothing_at_all_is_ignored() {
    let shop = Shop::open(EvmTown::start(56, "USDT")).await;
    let code = shop.charge(450).await;
    let ground = shop.town.ground();
    let token = ground.token("USDT").unwrap();
    let batch = Batch::deploy(&ground.node).unwrap();
    token.poison(batch.address(), &code.address).unwrap();
    let third =
        U256::from(u64::try_from(part(code.coins, 40).minor()).unwrap()) * U256::from(1_000_000_000_u64);
    let twice = [(code.address.clone(), third), (code.address.clone(), third)];
    batch.send_tokens(token, &twice).unwrap();
    shop.town.pay(&code.address, part(code.coins, 40));
    shop.town.mine(1);
    let sale = shop.until_state(code.invoice, State::Overpaid).await;
    assert_eq!(transfers(&sale).count(), 3);
    assert_eq!(shop.wallet().await, 3 * part(code.coins, 40).minor());
    assert_eq!(shop.engine.reader().strays().await.unwrap(), []);
    shop.check_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coins_that_come_by_an_internal_transfer_pay_the_sale() {
    let shop = Shop::open(EvmTown::start(8_453, "ETH")).await;
    let code = shop.charge(450).await;
    let ground = shop.town.ground();
    let batch = Batch::deploy(&ground.node).unwrap();
    let wei = U256::from(u64::try_from(code.coins.minor()).unwrap()) * U256::from(1_000_000_000_u64);
    batch.send_coins(&[(code.address.clone(), wei)]).unwrap();
    shop.town.mine(1);
    shop.until_seen(code.invoice).await;
    shop.town.mine(1);
    let sale = shop.until_state(code.invoice, State::Paid).await;
    assert_eq!(transfers(&sale).count(), 1);
    assert_eq!(shop.wallet().await, code.coins.minor());
    shop.check_books_at_rest().await;
}
