//! Coins of EVM chains as ways to pay: the chain, what the network takes of the customer, and how soon the goods go.

use std::time::Duration;

use money::{Currency, Money, Rounding};
use payment::{Depth, RailId};

use crate::dto::sale::{TenderChainDto, TenderDto};
use crate::till::Till;
use crate::view::money;

/// The chain of a way to pay; `None` for a coin that is not of one.
pub(super) fn chain(till: &Till, (id, coin): (RailId, Currency), safe: Depth) -> Option<TenderChainDto> {
    let chain_id = coin.chain_id()?;
    let rail = till.engine.rail(id)?.ok()?;
    let fee = rail.network_fee(coin).and_then(|fee| in_shops_currency(till, fee));
    Some(TenderChainDto {
        name: rail.network(coin),
        chain_id: chain_id.to_string(),
        symbol: coin.symbol().to_owned(),
        fee: fee.map(money),
        seconds: rail.block_time(coin).and_then(|block| seconds(block, safe)),
    })
}

/// What a fee in the chain's own coin is worth at the market's price, rounded up.
fn in_shops_currency(till: &Till, fee: Money) -> Option<Money> {
    let now = till.engine.clock().now().wall;
    let settings = till.engine.settings();
    let rate = settings.rate(fee.currency(), settings.shop.currency, now)?;
    fee.convert(&rate.market, Rounding::Up).ok()
}

fn seconds(block: Duration, safe: Depth) -> Option<u32> {
    let until_safe = block.checked_mul(u32::from(safe.confirmations()?))?;
    u32::try_from(until_safe.as_millis().div_ceil(1_000)).ok()
}

/// Where a way to pay stands among the coins: bitcoin first, then the cheapest for the customer, then the fastest. Fees that
/// nobody knows come last, and coins that differ in nothing stay in the shop's order.
pub(super) fn place(tender: &TenderDto) -> (bool, i128, u32) {
    let Some(chain) = &tender.chain else { return (false, 0, 0) };
    let fee = chain.fee.as_ref().and_then(|fee| fee.minor.parse().ok()).unwrap_or(i128::MAX);
    (true, fee, chain.seconds.unwrap_or(u32::MAX))
}
