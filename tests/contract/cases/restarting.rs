//! The till is started anew with a sale in every state there is on a chain: what is shown is the same before and after.

use engine::Command;
use payment::{InvoiceId, Policy, Sale, State, Stray};

use crate::contract::shop::{Charged, QUOTE_LIFE, Shop, eur, is_final, part, quote_ended, state, transfers};
use crate::contract::town::{Fate, WaitingTown};

/// What a sale of each kind is called, what it is, and in which state it is before and after the restart.
type Found = (&'static str, InvoiceId, State);

pub async fn restart_in_every_state_changes_nothing(town: impl WaitingTown) {
    let mut shop = Shop::open(town).await;
    // Sums above 100.00 need three confirmations.
    shop.change_policy([(Some(eur(10_000)), Policy::of_blocks(1, 6)), (None, Policy::of_blocks(3, 6))]).await;
    let mut found = what_ended(&shop).await;
    found.extend(what_goes_on(&shop).await);
    let before = Shown::by(&shop, &found).await;
    for (name, invoice, wished) in &found {
        let sale = before.sales.iter().find(|sale| sale.id == *invoice).unwrap();
        assert_eq!(state(sale), *wished, "{name}, before");
    }
    shop.restart().await;
    let next = shop.charge(200).await;
    shop.town.pay(&next.address, next.coins);
    shop.until_state(next.invoice, State::Detected).await;
    let after = Shown::by(&shop, &found).await;
    for ((name, ..), (before, after)) in found.iter().zip(before.sales.iter().zip(&after.sales)) {
        assert_eq!(after, before, "{name}: a restart changes nothing");
    }
    assert_eq!((&after.strays, &after.alerts), (&before.strays, &before.alerts));

    shop.town.mine(6);
    for name in ["detected", "confirming", "safe", "final"] {
        let (_, invoice, _) = found.iter().find(|(of, ..)| *of == name).unwrap();
        shop.until(*invoice, "it went on to its end", is_final).await;
    }
    shop.check_books().await;
}

/// What is shown of these sales, and of what belongs to none.
struct Shown {
    sales: Vec<Sale>,
    strays: Vec<Stray>,
    alerts: Vec<(String, Option<store::Subject>)>,
}

impl Shown {
    async fn by(shop: &Shop<impl WaitingTown>, found: &[Found]) -> Self {
        let mut sales = Vec::with_capacity(found.len());
        for (_, invoice, _) in found {
            sales.push(shop.sale(*invoice).await);
        }
        let strays = shop.engine.reader().strays().await.unwrap();
        Self { sales, strays, alerts: shop.alerts().await }
    }
}

/// Sales of which nothing more is expected.
async fn what_ended(shop: &Shop<impl WaitingTown>) -> Vec<Found> {
    let reversed = paid(shop, 450).await;
    shop.town.mine(1);
    shop.until_state(reversed.invoice, State::Paid).await;
    shop.town.reorganise(1, Fate::Gone);
    shop.until_state(reversed.invoice, State::Reversed).await;

    let (expired, late) = (shop.charge(450).await, shop.charge(450).await);
    shop.turn(QUOTE_LIFE);
    shop.until(late.invoice, "its quote is over", |sale| quote_ended(sale, late.payment)).await;
    shop.town.pay(&late.address, late.coins);
    let done = paid(shop, 450).await;
    shop.town.mine(6);
    shop.until(done.invoice, "final", is_final).await;
    shop.until_state(late.invoice, State::Late).await;
    vec![
        ("reversed", reversed.invoice, State::Reversed),
        ("expired", expired.invoice, State::Expired),
        ("late", late.invoice, State::Late),
        ("final", done.invoice, State::Paid),
    ]
}

/// Sales that wait for something: a payment, a block, a decision.
async fn what_goes_on(shop: &Shop<impl WaitingTown>) -> Vec<Found> {
    let (safe, confirming) = (paid(shop, 450).await, paid(shop, 20_000).await);
    let cancelled = shop.charge(450).await;
    let cancel = Command::CancelSale { invoice: cancelled.invoice, although_seen: false };
    shop.engine.ask_sale(cancel).await.unwrap();
    shop.town.pay(&cancelled.address, cancelled.coins);
    shop.until_stray("the money is found", |_| true).await;
    shop.town.mine(1);
    shop.until_stray("it is safe and waits", Stray::is_safe).await;
    shop.until_state(safe.invoice, State::Paid).await;
    shop.until_state(confirming.invoice, State::Confirming).await;

    let over = shop.charge(450).await;
    shop.town.pay(&over.address, part(over.coins, 200));
    shop.until_state(over.invoice, State::Detected).await;
    let short = shop.charge(450).await;
    shop.town.pay(&short.address, part(short.coins, 50));
    shop.until_state(short.invoice, State::Partial).await;
    let withdrawn = paid(shop, 450).await;
    shop.town.double_spend(&withdrawn.address);
    shop.until_state(withdrawn.invoice, State::Waiting).await;
    let detected = paid(shop, 450).await;
    vec![
        ("safe", safe.invoice, State::Paid),
        ("confirming", confirming.invoice, State::Confirming),
        ("cancelled, its money stray", cancelled.invoice, State::Cancelled),
        ("over", over.invoice, State::Detected),
        ("short", short.invoice, State::Partial),
        ("withdrawn", withdrawn.invoice, State::Waiting),
        ("detected", detected.invoice, State::Detected),
        ("awaiting", shop.charge(450).await.invoice, State::Waiting),
    ]
}

/// A sale whose payment was seen, in no block yet.
async fn paid(shop: &Shop<impl WaitingTown>, cents: i64) -> Charged {
    let code = shop.charge(cents).await;
    shop.town.pay(&code.address, code.coins);
    let sale = shop.until_state(code.invoice, State::Detected).await;
    assert_eq!(transfers(&sale).count(), 1);
    code
}
