//! What arrives, in every way that money can come, and what only pretends to.

use counterparties::{Batch, Token, TokenKind, U256};
use payment::{Level, Mark, Rail};

use crate::till::{Till, ether, node};

const ONE: U256 = U256::from_limbs([1_500_000_000_000_007, 0, 0, 0]);

fn units(number: u64) -> U256 {
    U256::from(number)
}

#[test]
fn ether_and_a_token_are_seen_to_the_last_base_unit_on_one_address() {
    let node = node();
    let usdc = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    let till = Till::over(&node, &[("USDC", &usdc, 6)]);
    let address = till.show();
    node.pay(&address, ONE).unwrap();
    usdc.pay(&address, units(12_340_000)).unwrap();
    node.mine(1).unwrap();
    till.books
        .wait_until_standing(&address, &[("1500000000000007", "ETH.42161"), ("12340000", "USDC.42161")]);
    let came = till.books.came_to(&address);
    let amount =
        |code: &str| came.iter().find(|one| one.amount.currency().code() == code).unwrap().amount.minor();
    assert_eq!((amount("ETH.42161"), amount("USDC.42161")), (1_500_000, 12_340_000), "at the ledger's scale");
    assert!(came.iter().all(|one| one.reference.as_str().starts_with("42161:0x")));
}

#[test]
fn confirmations_and_the_chains_own_promises_are_reported() {
    let node = node();
    let till = Till::over(&node, &[]);
    let address = till.show();
    node.pay(&address, ONE).unwrap();
    node.mine(3).unwrap();
    let is_at = |wanted: u32, promised: Mark| {
        move |came: &[payment::Observation]| {
            came.iter().any(|one| matches!(one.level, Level::Confirmed { confirmations, mark, .. } if confirmations == wanted && mark == promised))
        }
    };
    till.books.wait_for("three confirmations", &address, is_at(3, Mark::Head));
    node.mine(50).unwrap();
    till.books.wait_for("it is safe", &address, is_at(53, Mark::Safe));
    node.mine(50).unwrap();
    till.books.wait_for("it is final", &address, is_at(103, Mark::Finalized));
}

#[test]
fn every_habit_of_tokens_is_told_from_what_arrived() {
    let node = node();
    let deploy = |kind, symbol| Token::deploy(&node, kind, symbol, 6).unwrap();
    let (silent, toll, hollow) = (
        deploy(TokenKind::Silent, "USDT"),
        deploy(TokenKind::Toll, "TOLL"),
        deploy(TokenKind::Hollow, "HOLLOW"),
    );
    let till = Till::over(&node, &[("USDT", &silent, 6), ("TOLL", &toll, 6), ("HOLLOW", &hollow, 6)]);
    let address = till.show();
    silent.pay(&address, units(5)).unwrap();
    toll.pay(&address, units(1_000)).unwrap();
    hollow.pay(&address, units(77)).unwrap();
    node.mine(1).unwrap();
    till.books
        .wait_until_standing(&address, &[("5", "USDT.42161"), ("990", "TOLL.42161"), ("0", "HOLLOW.42161")]);
}

#[test]
fn tokens_of_any_number_of_decimals_arrive_in_whole_base_units() {
    let node = node();
    let tokens = [0, 6, 8, 18, 77].map(|decimals| {
        (decimals, Token::deploy(&node, TokenKind::Plain, &format!("T{decimals}"), decimals).unwrap())
    });
    let symbols = tokens.each_ref().map(|(decimals, _)| format!("T{decimals}"));
    let listed: Vec<_> = tokens
        .iter()
        .zip(&symbols)
        .map(|((decimals, token), symbol)| (symbol.as_str(), token, *decimals))
        .collect();
    let till = Till::over(&node, &listed);
    let address = till.show();
    let huge = U256::from(u128::MAX) + U256::from(9_u64);
    for (_, token) in &tokens {
        token.pay(&address, huge).unwrap();
    }
    node.mine(1).unwrap();
    let text = huge.to_string();
    let expected: Vec<_> = symbols.iter().map(|symbol| (text.clone(), format!("{symbol}.42161"))).collect();
    let expected: Vec<_> = expected.iter().map(|(amount, code)| (amount.as_str(), code.as_str())).collect();
    till.books.wait_until_standing(&address, &expected);
    let came = till.books.came_to(&address);
    let minor =
        |code: &str| came.iter().find(|one| one.amount.currency().code() == code).unwrap().amount.minor();
    assert_eq!(minor("T0.42161"), 0, "more than the ledger can hold is not booked");
    assert_eq!(minor("T77.42161"), 0, "less than the ledger's smallest unit neither");
}

#[test]
fn one_transaction_that_pays_many_is_seen_by_each_and_several_payments_by_one() {
    let node = node();
    let usdc = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    let batch = Batch::deploy(&node).unwrap();
    let till = Till::over(&node, &[("USDC", &usdc, 6)]);
    let (one, other) = (till.show(), till.show());
    batch
        .send_tokens(&usdc, &[(one.clone(), units(3)), (other.clone(), units(4)), (one.clone(), units(3))])
        .unwrap();
    usdc.pay(&one, units(8)).unwrap();
    node.mine(1).unwrap();
    till.books.wait_until_standing(&one, &[("3", "USDC.42161"), ("3", "USDC.42161"), ("8", "USDC.42161")]);
    till.books.wait_until_standing(&other, &[("4", "USDC.42161")]);
}

#[test]
fn ether_that_a_contract_sends_is_found_by_the_balance_and_counted_once() {
    let node = node();
    let batch = Batch::deploy(&node).unwrap();
    let till = Till::over(&node, &[]);
    let address = till.show();
    batch.send_coins(&[(address.clone(), ONE)]).unwrap();
    node.mine(1).unwrap();
    till.books.wait_until_standing(&address, &[("1500000000000007", "ETH.42161")]);
    node.pay(&address, units(9)).unwrap();
    batch.send_coins(&[(address.clone(), units(2))]).unwrap();
    node.mine(1).unwrap();
    till.books.wait_until_standing(
        &address,
        &[("1500000000000007", "ETH.42161"), ("9", "ETH.42161"), ("2", "ETH.42161")],
    );
}

#[test]
fn a_token_that_only_calls_itself_like_a_real_one_is_worth_nothing() {
    let node = node();
    let real = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    let fake = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    let till = Till::over(&node, &[("USDC", &real, 6)]);
    let address = till.show();
    fake.pay(&address, units(1_000_000)).unwrap();
    node.mine(1).unwrap();
    till.books.wait_until_standing(&address, &[("1000000", "UNLISTED.42161")]);
    let came = till.books.came_to(&address);
    let exact = came[0].exact.as_ref().unwrap();
    assert!(came[0].amount.is_zero());
    assert_eq!((exact.symbol.as_str(), exact.decimals), ("USDC", Some(6)));
    assert_eq!(exact.contract.as_deref().map(str::to_lowercase), Some(fake.address().to_lowercase()));
}

#[test]
fn a_transfer_of_nothing_that_poisons_a_history_is_left_out() {
    let node = node();
    let usdc = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    let till = Till::over(&node, &[("USDC", &usdc, 6)]);
    let address = till.show();
    usdc.poison(&node.customer().unwrap(), &address).unwrap();
    usdc.pay(&address, units(4)).unwrap();
    node.mine(1).unwrap();
    till.books.wait_until_standing(&address, &[("4", "USDC.42161")]);
    assert_eq!(till.books.came_to(&address).len(), 1);
}

#[test]
fn a_link_asks_for_exactly_what_the_ledger_says() {
    let node = node();
    let usdc = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    let till = Till::over(&node, &[("USDC", &usdc, 6)]);
    let address = till.show();
    let link = till.rail.link(&address, money::Money::new(1_500_000, ether()));
    assert_eq!(link.uri, format!("ethereum:{address}@42161?value=1500000000000000"));
    let coins = till.rail.coins();
    let link = till.rail.link(&address, money::Money::new(12_340_000, coins[1]));
    assert!(
        link.uri.ends_with(&format!("@42161/transfer?address={address}&uint256=12340000")),
        "{}",
        link.uri
    );
}

#[test]
fn the_network_fee_is_estimated_in_native_coin_and_a_token_costs_more() {
    let node = node();
    let usdc = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    let till = Till::over(&node, &[("USDC", &usdc, 6)]);
    till.wait_for_tip(&node);
    let fees: Vec<_> = till.rail.coins().into_iter().filter_map(|coin| till.rail.network_fee(coin)).collect();
    let [native, token] = fees[..] else { panic!("{fees:?}") };
    assert_eq!((native.currency(), token.currency()), (ether(), ether()));
    assert!(native.is_positive() && token.minor() > 3 * native.minor(), "{native:?} {token:?}");
}
